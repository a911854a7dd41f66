package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** An application whose links have no foreign key to blocks, and whose blocks lack columns that not all applications have. */
class WithoutForeignKeysTest extends SidecarTest {

    @Test
    void linksFollowTheLabelsOfTheirBlocks() throws SQLException {
        Application owner = new Application(database.dataSource());
        owner.update("ALTER TABLE blocks_agents DROP CONSTRAINT fk_block_id_label");
        application.createAgent("keyless");
        application.createBlock("keyless", "block-plain", "notes", "of a plain agent");
        assertThat(http.patch("/v1/blocks/block-plain", "{\"label\":\"other\"}").status())
                .isEqualTo(200);
        assertThat(owner.row("SELECT block_label FROM blocks_agents WHERE block_id = 'block-plain'"))
                .containsEntry("block_label", "other");

        enable("keyless");
        assertThat(owner.row("SELECT block_label FROM blocks_agents WHERE block_id = 'block-plain'"))
                .containsEntry("block_label", "system/other");
        Answer renamed = http.patch("/v1/blocks/block-plain", "{\"label\":\"system/third\"}");
        assertThat(renamed.status()).as(renamed.body()).isEqualTo(200);
        assertThat(http.get("/v1/agents/keyless/core-memory/blocks").body()).contains("system/third");
        assertThat(owner.query("SELECT * FROM git_memory.drift")).isEmpty();

        Answer deleted = http.delete("/v1/blocks/block-plain");
        assertThat(deleted.status()).as(deleted.body()).isLessThan(300);
        assertThat(owner.query("SELECT * FROM blocks_agents WHERE block_id = 'block-plain'"))
                .isEmpty();
        assertThat(owner.query("SELECT * FROM git_memory.drift")).isEmpty();
    }
}
