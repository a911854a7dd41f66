package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many requests and more than one sidecar: each once, and those of one agent in their order. */
class SeveralSidecarsTest extends SqlTest {

    private static final int REQUESTS = 30;
    private static final int ENOUGH = 200;
    private static final List<String> AGENTS = List.of("a", "b", "c");

    @Test
    void eachRequestIsCarriedOutOnceAndThoseOfAnAgentInTheirOrder() throws SQLException, IOException {
        sidecar();
        sidecar();
        AGENTS.forEach(this::enabledAgent);
        List<@Nullable String> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            for (String agent : AGENTS) {
                requests.add(admin.value(
                        "SELECT git_memory.submit_create_block(?, ?, 'v')", agent, "system/n%02d".formatted(i)));
            }
            if (i == REQUESTS / 2) {
                sidecar();
            }
        }
        for (String request : requests) {
            assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                    .contains("git_sha");
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            expected.add("Create system/n%02d".formatted(i));
        }
        for (String agent : AGENTS) {
            assertThat(messages(agent).subList(1, REQUESTS + 1)).isEqualTo(expected);
            assertThat(messages(agent)).hasSize(REQUESTS + 1);
        }
        String workers = "SELECT count(DISTINCT worker) > 1 FROM git_memory.request";
        for (int i = 0; i < ENOUGH && column(workers).contains("f"); i++) { // who is first is chance, each time anew
            String one = admin.value(
                    "SELECT git_memory.submit_create_block(?, ?, 'v')", AGENTS.get(0), "system/more%d".formatted(i));
            admin.value("SELECT git_memory.await_request(?::uuid)", one);
        }
        assertThat(column(workers)).containsExactly("t");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }
}
