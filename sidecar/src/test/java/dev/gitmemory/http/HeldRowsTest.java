package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application's open transaction has changed which row is a label's, and a sidecar writes to that label. */
class HeldRowsTest extends SidecarTest {

    private static final String MOVE_TO_COPY = "SET CONSTRAINTS ALL DEFERRED;"
            + " INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
            + " SELECT 'copy-' || id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha"
            + " FROM block WHERE id = 'block-:a';"
            + " UPDATE blocks_agents SET block_id = 'copy-block-:a' WHERE agent_id = ':a';"
            + " SET CONSTRAINTS ALL IMMEDIATE";
    private static final String NEW_ID = "UPDATE block SET id = 'copy-block-:a' WHERE id = 'block-:a'";

    private Connection open(String agent, String sql) throws SQLException {
        Connection connection = database.dataSource(database.role()).getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.replace(":a", agent));
        }
        return connection;
    }

    private CompletableFuture<Http.Answer> write(String agent) {
        return CompletableFuture.supplyAsync(
                () -> http.patch(blocks(agent) + "/system%2Fpersona", "{\"value\": \"acknowledged\"}"));
    }

    private void untilASidecarWaits() {
        List<?> waiting;
        do {
            Thread.onSpinWait();
            waiting = application.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND cardinality(pg_blocking_pids(pid)) > 0");
        } while (waiting.isEmpty());
    }

    private void requireFollowed(String agent) {
        assertThat(application.query(("SELECT b.id, b.value FROM block b JOIN blocks_agents l ON l.block_id = b.id"
                                + " WHERE l.agent_id = ':a'")
                        .replace(":a", agent)))
                .hasToString("[{id=copy-block-" + agent + ", value=acknowledged}]");
        assertThat(application.query("SELECT id FROM block WHERE value = 'acknowledged' AND id LIKE '%" + agent + "'"))
                .as("no stray row")
                .hasSize(1);
        assertThat(new Application(database.dataSource())
                        .query("SELECT * FROM git_memory.drift WHERE agent_id = ?", agent))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW_ID, MOVE_TO_COPY})
    void aWriteWaitsForItAndFollows(String sql) throws Exception {
        String agent = sql.equals(NEW_ID) ? "follows-id" : "follows-link";
        enabledAgent(agent);
        try (Connection held = open(agent, sql)) {
            CompletableFuture<Http.Answer> answer = write(agent);
            untilASidecarWaits();
            held.commit();

            assertThat(answer.join().status()).isEqualTo(200);
        }
        requireFollowed(agent);
    }

    @Test
    void aWriteThatCanNotWaitForItIsInGitAndPending() throws Exception {
        enabledAgent("stays-open");
        try (Connection held = open("stays-open", NEW_ID)) {
            assertThat(write("stays-open").join().status()).isEqualTo(202);
            held.commit();
        }
        assertThat(http.post(gitMemory("stays-open") + "/sync", "").status()).isEqualTo(200);
        requireFollowed("stays-open");
    }

    /** The application holds a row and wants the agent's line; the sidecar holds the line and wants the row. */
    @Test
    void aSidecarMakesWayBeforeThereIsADeadlock() throws Exception {
        enabledAgent("makes-way");
        try (Connection held = open("makes-way", "UPDATE block SET hidden = true WHERE id = 'block-:a'")) {
            CompletableFuture<Http.Answer> answer = write("makes-way");
            untilASidecarWaits();
            try (Statement statement = held.createStatement()) {
                statement.execute(NEW_ID.replace(":a", "makes-way"));
            }
            held.commit();

            assertThat(answer.join().status()).isEqualTo(200);
        }
        requireFollowed("makes-way");
    }
}
