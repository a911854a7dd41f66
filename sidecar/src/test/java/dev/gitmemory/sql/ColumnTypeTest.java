package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The application's own migration changes a column while a sidecar runs, whose connections have plans for the former one. */
class ColumnTypeTest extends SqlTest {

    private static final List<String> AGENTS = List.of("a", "b", "c", "d");

    private static final List<String> CHANGES = List.of(
            "block ALTER \"limit\" TYPE bigint",
            "block ALTER metadata_ TYPE jsonb USING metadata_::jsonb",
            "block ALTER id TYPE text, ALTER label TYPE text, ALTER value TYPE text, ALTER description TYPE text",
            "block ALTER project_id TYPE text, ALTER organization_id TYPE text",
            "blocks_agents ALTER agent_id TYPE text, ALTER block_id TYPE text, ALTER block_label TYPE text",
            "agents_tags ALTER agent_id TYPE text, ALTER tag TYPE text",
            "block DROP hidden, DROP template_name, DROP project_id, DROP updated_at, DROP version",
            "agents ALTER id TYPE text, ALTER organization_id TYPE text, ALTER name TYPE text",
            "block ALTER metadata_ TYPE json USING metadata_::json, ALTER label TYPE varchar(300)");

    @Test
    void aSidecarGoesOnWhenColumnsGetOtherTypesOrAreDropped() throws SQLException, IOException {
        sidecar();
        for (String agent : AGENTS) {
            enabledAgent(agent);
        }
        String role = role("IN ROLE git_memory_admin");
        List<Session> callers =
                IntStream.range(0, 16).mapToObj(i -> session(role)).toList();
        writeToAll(callers, "before");
        for (String change : CHANGES) {
            superuser().call("ALTER TABLE " + change);
            writeToAll(callers, "after " + change);
        }
        for (String agent : AGENTS) {
            assertThat(block(agent, "system/persona", "value")).startsWith("after block ALTER metadata_");
            assertThat(admin.value("CALL git_memory.sync_agent(?)", agent)).isEqualTo("0");
            // One for taking it over, one for each value that was written: none was written again.
            assertThat(application.row("SELECT commits FROM git_memory.repo WHERE agent_id = ?", agent))
                    .containsEntry("commits", String.valueOf(CHANGES.size() + 2));
        }
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    /** At once, so that several of its connections get to know the tables. */
    private static void writeToAll(List<Session> callers, String value) {
        CompletableFuture<?>[] writes = IntStream.range(0, callers.size())
                .mapToObj(i -> CompletableFuture.runAsync(() -> callers.get(i)
                        .call(
                                "CALL git_memory.write_block(?, 'system/persona', ?)",
                                AGENTS.get(i % AGENTS.size()),
                                value)))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(writes).join();
    }
}
