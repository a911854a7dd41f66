package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** An application whose column "limit" is a bigint, and a row that git can't have. */
class LongLimitTest extends SidecarTest {

    @Test
    void aLimitOverTheRangeOfGitIsShownAsItIsAndLeftOut() throws SQLException {
        application.createAgent("long");
        application.createBlock("long", "block-long", "notes", "of a long limit");
        application.createBlock("long", "block-short", "persona", "I am short");
        Application owner = new Application(database.dataSource());
        owner.update("ALTER TABLE block ALTER COLUMN \"limit\" TYPE bigint");
        application.update("UPDATE block SET \"limit\" = 3000000000 WHERE id = 'block-long'");

        assertThat(http.get("/v1/blocks/block-long").body()).contains("\"limit\":3000000000");
        assertThat(http.get("/v1/blocks").body()).contains("\"limit\":3000000000");
        Answer written = http.patch("/v1/blocks/block-long", "{\"value\":\"new\"}");
        assertThat(written.status()).as(written.body()).isEqualTo(200);
        assertThat(written.body()).contains("\"limit\":3000000000");

        enable("long");
        assertThat(owner.row("SELECT block_id, reason FROM git_memory.left_out WHERE agent_id = 'long'"))
                .containsEntry("block_id", "block-long")
                .containsEntry("reason", "limit must be 2147483647 characters or fewer, not 3000000000");
        assertThat(http.get("/v1/blocks/block-short").text("label")).isEqualTo("system/persona");
        assertThat(http.get("/v1/agents/long/core-memory/blocks").body()).contains("\"limit\":3000000000");
        assertThat(owner.query("SELECT * FROM git_memory.drift")).isEmpty();
        application.update("DELETE FROM blocks_agents WHERE block_id = 'block-long'");
    }
}
