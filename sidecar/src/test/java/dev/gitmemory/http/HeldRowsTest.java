package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    /** Each would have waited for its own eight seconds, and all of them for as many times that. */
    @Test
    void manyWritesBehindAHeldRowArePendingTogetherAndHoldUpNoOtherAgent() throws Exception {
        enabledAgent("held-up");
        enabledAgent("not-held-up");
        int writers = 60;
        ExecutorService clients = Executors.newFixedThreadPool(writers);
        try (Connection held = open("held-up", "SELECT 1 FROM block WHERE id = 'block-:a' FOR UPDATE")) {
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String value = "{\"value\": \"" + i + "\"}";
                answers.add(CompletableFuture.supplyAsync(
                        () -> http.patch(blocks("held-up") + "/system%2Fpersona", value)
                                .status(),
                        clients));
            }
            untilASidecarWaits();
            assertThat(write("not-held-up").join().status()).isEqualTo(200);
            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(202));
            assertThat(http.get(gitMemory("held-up")).json().get("commits").asInt())
                    .as("all of them are in git")
                    .isEqualTo(1 + writers);
            held.rollback();
        } finally {
            clients.shutdownNow();
        }
        assertThat(write("held-up").join().status()).isEqualTo(200);
        assertThat(application.block("held-up", "system/persona", "value")).isEqualTo("acknowledged");
    }

    /** Nothing of it is in git, so that it may be sent again. */
    @Test
    void aWriteToAnAgentThatCanNotBeTakenOverIsRefused() throws Exception {
        application.createAgent("not-taken-over");
        application.createBlock("not-taken-over", "block-not-taken-over", "persona", "as it was");
        application.tag("not-taken-over");
        try (Connection held = open("not-taken-over", "SELECT 1 FROM block WHERE id = 'block-:a' FOR UPDATE")) {
            Http.Answer answer = http.patch("/v1/blocks/block-not-taken-over", "{\"value\": \"new\"}");

            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.text("detail")).contains("Another transaction holds locks");
            assertThat(answer.header("Retry-After")).isNotNull();
            held.rollback();
        }
        assertThat(http.patch("/v1/blocks/block-not-taken-over", "{\"value\": \"new\"}")
                        .status())
                .isEqualTo(200);
    }

    /** As many as the pool has connections, and more: they wait for the row with one of them. */
    @Test
    void manyWritesToAHeldPlainRowLeaveConnectionsToOthers() throws Exception {
        enabledAgent("next-to-plain");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "as it was");
        ExecutorService clients = Executors.newFixedThreadPool(30);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        try (Connection held = open("plain", "SELECT 1 FROM block WHERE id = 'block-:a' FOR UPDATE")) {
            for (int i = 0; i < 30; i++) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> http.patch("/v1/blocks/block-plain", "{\"hidden\": true}")
                                .status(),
                        clients));
            }
            untilASidecarWaits();
            for (int i = 0; i < 20; i++) {
                assertThat(write("next-to-plain").join().status()).isEqualTo(200);
            }
            held.rollback();
        }
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isIn(200, 503));
        clients.shutdown();
    }
}
