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

    @Test
    void aSidecarGoesOnWhenAColumnGetsAnotherType() throws SQLException, IOException {
        sidecar();
        for (String agent : AGENTS) {
            enabledAgent(agent);
        }
        writeToAll("before");
        superuser().call("ALTER TABLE block ALTER \"limit\" TYPE bigint");
        writeToAll("after");
        writeToAll("once more");
        for (String agent : AGENTS) {
            assertThat(block(agent, "system/persona", "value")).isEqualTo("once more");
            assertThat(admin.value("CALL git_memory.sync_agent(?)", agent)).isEqualTo("0");
        }
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    /** At once, so that several of its connections get to know the tables. */
    private void writeToAll(String value) throws SQLException {
        String role = role("IN ROLE git_memory_admin");
        List<Session> callers =
                IntStream.range(0, 16).mapToObj(i -> session(role)).toList();
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
