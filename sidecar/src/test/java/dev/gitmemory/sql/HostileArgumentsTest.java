package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.HostileMetadata;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters of procedures are bounded as bodies of HTTP requests are, and nothing jams the queue. */
class HostileArgumentsTest extends SqlTest {

    private static final String WRITE =
            "CALL git_memory.write_block('a', 'system/persona', changes => jsonb_build_object('metadata', ?::jsonb))";
    private static final String CREATE = "CALL git_memory.create_block('a', ?, 'v', metadata => ?::jsonb)";

    @BeforeEach
    void agent() throws Exception {
        sidecar();
        enabledAgent("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "keys", "key", "values", "digits", "depth"})
    void metadataIsBounded(String kind) {
        String most = HostileMetadata.most().get(kind);
        assertThat(admin.call(WRITE, most)).containsEntry("block_id", "block-a");
        assertThat(admin.call(CREATE, "system/most", most)).containsKey("block_id");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();

        String over = HostileMetadata.over().get(kind);
        List<Session.Refused> refusals =
                List.of(admin.refused(WRITE, over), admin.refused(CREATE, "system/over", over));
        assertThat(refusals).allSatisfy(refused -> {
            assertThat(refused.state()).isEqualTo("MG105");
            assertThat(refused.message()).contains(String.valueOf(HostileMetadata.RULES.get(kind)));
        });
        assertThat(messages("a")).hasSize(3);
        assertThat(admin.call("CALL git_memory.verify_agent('a')")).containsEntry("differences", "0");
    }

    @Test
    void numbersThatAreAMillionTimesTheirTextAreRefusedBeforeASidecarTakesThem() {
        for (String sql : List.of(WRITE, CREATE.replace("?, 'v'", "'system/b', 'v'"))) {
            Session.Refused refused = admin.refused(sql, HostileMetadata.numbers("1e131071", 300));
            assertThat(refused.state()).isEqualTo("54000");
            Session.Refused few = admin.refused(sql, HostileMetadata.numbers("1e131071", 200));
            assertThat(few.state()).isEqualTo("MG105");
            assertThat(few.message()).contains("metadata holds a number that has more than 3000 digits");
        }
        assertThat(messages("a")).hasSize(1);
        assertThat(write("a", "system/persona", "goes on")).containsEntry("block_id", "block-a");
    }

    /** A plain row is the application's to write; it becomes git's without what would cost git's agents too much. */
    @Test
    void aPlainRowThatCostsTooMuchIsNotAttached() {
        application.createAgent("plain");
        application.createBlock("plain", "block-costly", "costly", "v");
        application.update(
                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = 'block-costly'", HostileMetadata.keys(10_001));
        Session.Refused refused = admin.refused("CALL git_memory.attach_block('a', 'block-costly')");
        assertThat(refused.state()).isEqualTo("MG105");
        assertThat(refused.message()).contains(String.valueOf(HostileMetadata.RULES.get("keys")));
    }

    /** Each would fit alone; together they would not: they are carried out one after the other. */
    @Test
    void largeRequestsAreCarriedOutOneAtATimeAndNoneIsForgotten() {
        for (int i = 0; i < 6; i++) {
            application.createAgent("n" + i);
            application.createBlock("n" + i, "block-n" + i, "persona", "v");
            admin.value(
                    "SELECT git_memory.submit_create_block(?, 'long', repeat('x', 3000000), \"limit\" => 3000000)",
                    "n" + i);
        }
        write("a", "system/persona", "behind them");
        for (int i = 0; i < 6; i++) {
            String agent = "n" + i;
            assertThat(eventually(() -> application.block(agent, "long", "value")))
                    .hasSize(3_000_000);
        }
    }
}
