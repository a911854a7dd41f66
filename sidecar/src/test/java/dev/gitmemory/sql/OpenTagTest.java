package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Somebody takes an agent over because of its tag while the application's transaction removes the tag: what the application
 * has committed holds, and it is never the victim of a deadlock.
 */
class OpenTagTest extends SqlTest {

    private static final String UNTAG =
            "DELETE FROM agents_tags WHERE agent_id = 'iris' AND tag = 'git-memory-enabled'";

    private Connection open;

    @BeforeEach
    void connect() throws SQLException {
        open = database.dataSource().getConnection();
        execute("SET deadlock_timeout = '1 ms'"); // in a deadlock it is this connection that hears of it
        application.createAgent("iris");
        application.createBlock("iris", "block-iris", "persona", "plain");
    }

    @AfterEach
    void disconnect() throws SQLException {
        open.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Removes the tag in a transaction that stays open. */
    private void beginToUntag(String... before) throws SQLException {
        open.setAutoCommit(false);
        for (String sql : before) {
            execute(sql);
        }
        execute(UNTAG);
    }

    private List<@Nullable String> tags() {
        return column("SELECT tag FROM agents_tags WHERE agent_id = 'iris'");
    }

    private void assertPlain() {
        assertThat(tags()).isEmpty();
        assertThat(column("SELECT state FROM git_memory.repo WHERE state = 'enabled'"))
                .isEmpty();
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(application.row("SELECT git_sha FROM block WHERE id = 'block-iris'"))
                .containsEntry("git_sha", null);
    }

    /** Waits until a sidecar waits for the open transaction. */
    private void awaitSidecarBehindIt() {
        while (column(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = 'git-memory' AND datname = current_database()"
                                + " AND cardinality(pg_blocking_pids(pid)) > 0")
                .isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theReconcilerGivesUpWhereTheTagIsAboutToGo() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        application.tag("iris");
        beginToUntag();
        sidecar.memory().reconciler().run();
        assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
        assertThat(sidecar.memory().reconciler().figures().takenOver()).isZero();
        open.commit();
        sidecar.memory().reconciler().run();
        assertThat(sidecar.memory().reconciler().figures().takenOver()).isZero();
        assertPlain();
        assertThat(messages("iris")).isEmpty();
    }

    @Test
    void theReconcilerTakesTheAgentOverWhenTheTagStaysAfterAll() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        application.tag("iris");
        beginToUntag();
        sidecar.memory().reconciler().run();
        open.rollback();
        sidecar.memory().reconciler().run();
        assertThat(sidecar.memory().reconciler().figures().takenOver()).isEqualTo(1);
        assertThat(column("SELECT state FROM git_memory.status")).containsExactly("enabled");
    }

    @Test
    void aTagThatIsRemovedDuringATakeOverStaysRemoved() throws Exception {
        Gate gate = new Gate(Step.LOCKED, "iris");
        Sidecar sidecar = sidecar(gate);
        application.tag("iris");
        CompletableFuture<Integer> pass = CompletableFuture.supplyAsync(
                () -> sidecar.memory().reconciler().run());
        gate.awaitReached();
        Session untagging = superuser();
        CompletableFuture<Map<String, @Nullable String>> untagged =
                CompletableFuture.supplyAsync(() -> untagging.call(UNTAG));
        while (!untagged.isDone()
                && column("SELECT 1 WHERE cardinality(pg_blocking_pids(?)) > 0", untagging.pid())
                        .isEmpty()) {
            Thread.onSpinWait();
        }
        gate.open();
        pass.join();
        untagged.join();
        sidecar.memory().reconciler().run();
        assertPlain();
        assertThat(sidecar.memory().reconciler().figures().letGo())
                .as("the trigger did it")
                .isZero();
    }

    @Test
    void aWriteToAnAgentWhoseTagIsAboutToGoWaitsAndThenIsPlain() throws Exception {
        Http http = sidecar().http();
        application.tag("iris");
        beginToUntag();
        CompletableFuture<Http.Answer> write = CompletableFuture.supplyAsync(
                () -> http.patch("/v1/agents/iris/core-memory/blocks/persona", "{\"value\": \"written\"}"));
        awaitSidecarBehindIt();
        open.commit();
        assertThat(write.join().status()).isEqualTo(200);
        assertPlain();
        assertThat(block("iris", "persona", "value")).isEqualTo("written");
        assertThat(messages("iris")).isEmpty();
    }

    @Test
    void aWriteToAnAgentThatGitHadBeforeDoesNotBreakTheApplicationsTransaction() throws Exception {
        Http http = sidecar().http();
        admin.call("CALL git_memory.enable_agent('iris')");
        admin.call("CALL git_memory.disable_agent('iris')");
        application.tag("iris");
        beginToUntag(
                "UPDATE agents SET name = 'Iris' WHERE id = 'iris'",
                "UPDATE block SET updated_at = now() WHERE id = 'block-iris'");
        CompletableFuture<Http.Answer> write = CompletableFuture.supplyAsync(
                () -> http.patch("/v1/agents/iris/core-memory/blocks/system%2Fpersona", "{\"value\": \"written\"}"));
        awaitSidecarBehindIt();
        open.commit();
        assertThat(write.join().status()).isEqualTo(200);
        assertPlain();
        assertThat(block("iris", "system/persona", "value")).isEqualTo("written");
    }

    @Test
    void enablingWaitsForWhoeverRemovesTheTagAndWritesItAgain() throws Exception {
        Sidecar sidecar = sidecar();
        admin.call("CALL git_memory.enable_agent('iris')");
        admin.call("CALL git_memory.disable_agent('iris')");
        application.tag("iris");
        beginToUntag();
        CompletableFuture<Map<String, @Nullable String>> call =
                CompletableFuture.supplyAsync(() -> admin.call("CALL git_memory.enable_agent('iris')"));
        awaitSidecarBehindIt();
        open.commit();
        assertThat(call.join()).containsKey("git_sha");
        assertThat(tags()).containsExactly("git-memory-enabled");
        assertThat(column("SELECT state FROM git_memory.status")).containsExactly("enabled");
        assertThat(sidecar.memory().verify("iris")).isEmpty();
    }

    /** In the other order than a take-over, which locks the agent's row first. */
    @Test
    void anApplicationThatWritesABlockAndThenTheAgentIsNoVictimOfATakeOver() throws Exception {
        // The sidecar looks for a deadlock before there is one: it is the application that would hear of it.
        superuser().call("ALTER DATABASE " + open.getCatalog() + " SET deadlock_timeout = '1 ms'");
        execute("SET deadlock_timeout = '10 s'");
        sidecar();
        open.setAutoCommit(false);
        execute("UPDATE block SET value = 'written by SQL' WHERE id = 'block-iris'");
        CompletableFuture<Map<String, @Nullable String>> call =
                CompletableFuture.supplyAsync(() -> admin.call("CALL git_memory.enable_agent('iris')"));
        awaitSidecarBehindIt();
        execute("UPDATE agents SET name = 'Iris' WHERE id = 'iris'");
        open.commit();
        assertThat(call.join()).containsKey("git_sha");
        assertThat(messages("iris")).hasSize(1);
        assertThat(column("SELECT state FROM git_memory.status")).containsExactly("enabled");
        assertThat(block("iris", "system/persona", "value")).isEqualTo("written by SQL");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }
}
