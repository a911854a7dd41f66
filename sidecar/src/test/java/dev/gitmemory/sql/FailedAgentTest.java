package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Reconciler;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.CapturedLog;
import dev.gitmemory.testing.Http.Answer;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that can't follow git is shown as failed, wherever its state is shown, until it follows; one that waits is not. */
class FailedAgentTest extends SqlTest {

    private static final String MANNERS = "ALTER TABLE block ADD CONSTRAINT manners CHECK (value !~ 'swear')";
    private static final String NO_MANNERS = "ALTER TABLE block DROP CONSTRAINT manners";

    private Map<String, @Nullable String> status() {
        return admin.call("SELECT state, last_error, remark FROM git_memory.status WHERE agent_id = 'iris'");
    }

    private void assertFailed(Sidecar sidecar, String because) {
        assertThat(status()).containsEntry("state", "failed");
        assertThat(status().get("last_error")).contains(because);
        Answer answer = sidecar.http().get("/v1/agents/iris/git-memory");
        assertThat(answer.text("state")).isEqualTo("failed");
        assertThat(answer.text("last_error")).contains(because);
    }

    private void assertFollows(Sidecar sidecar) {
        assertThat(status()).containsEntry("state", "enabled").containsEntry("last_error", null);
        Answer answer = sidecar.http().get("/v1/agents/iris/git-memory");
        assertThat(answer.text("state")).isEqualTo("enabled");
        assertThat(answer.json().get("last_error").isNull()).isTrue();
        Reconciler.Figures figures = sidecar.memory().reconciler().figures();
        assertThat(figures.failing() + figures.waiting()).isZero();
    }

    /** Git has what a constraint of the application refuses. */
    private Sidecar failed() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        database.execute(MANNERS);
        assertThat(admin.refused("CALL git_memory.write_block('iris', 'system/persona', 'I swear')")
                        .message())
                .contains("PostgreSQL can't follow git");
        sidecar.memory().reconciler().run();
        assertFailed(sidecar, "manners");
        return sidecar;
    }

    @Test
    void itIsShownAsFailedAndTheGuardStandsAsBefore() throws SQLException, IOException {
        Sidecar sidecar = failed();
        assertThat(sidecar.memory().reconciler().figures().failing()).isEqualTo(1);
        assertThat(sidecar.memory().reconciler().figures().waiting()).isZero();
        Session writer = session(database.role());
        assertThat(writer.refused("UPDATE block SET value = 'mine' WHERE id = 'block-iris'")
                        .state())
                .isEqualTo("MG003");
        assertThat(writer.refused("DELETE FROM blocks_agents WHERE agent_id = 'iris'")
                        .state())
                .isEqualTo("MG004");

        database.execute(NO_MANNERS);
        sidecar.memory().reconciler().run();
        assertFollows(sidecar);
        assertThat(block("iris", "system/persona", "value")).isEqualTo("I swear");
    }

    static List<Arguments> obstacles() {
        return List.of(
                Arguments.of(
                        "REVOKE UPDATE ON block FROM git_memory_sidecar",
                        "GRANT UPDATE ON block TO git_memory_sidecar",
                        "The database is not as git-memory needs it"),
                Arguments.of(
                        "ALTER TABLE block RENAME COLUMN description TO about",
                        "ALTER TABLE block RENAME COLUMN about TO description",
                        "description"),
                Arguments.of(
                        "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                + " VALUES ('other', 'other', 'new', 5000, 'org-1'); CREATE UNIQUE INDEX one ON block (value)",
                        "DROP INDEX one",
                        "one"),
                Arguments.of(
                        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
                                + " CREATE TRIGGER no BEFORE UPDATE ON block FOR EACH ROW EXECUTE FUNCTION no()",
                        "DROP TRIGGER no ON block",
                        "no"));
    }

    @ParameterizedTest
    @MethodSource("obstacles")
    void whateverIsInTheWayItIsFailedUntilThatIsMended(String obstacle, String mended, String told)
            throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        database.execute(obstacle);
        admin.refused("CALL git_memory.write_block('iris', 'system/persona', 'new')");
        database.execute("SET git_memory.reading = 2", "UPDATE git_memory.repo SET in_flight_at = now()");
        sidecar.memory().reconciler().run();
        assertFailed(sidecar, told);
        database.execute(mended);
        sidecar.memory().reconciler().run();
        sidecar.memory().reconciler().run();
        assertFollows(sidecar);
    }

    @Test
    void aSidecarThatIsStartedAnewLooksAtItAtOnceAlsoWhereNothingIsUnderWay() throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            assertThat(sidecar.http().port()).isPositive();
            for (String before : new String[] {"a", "b", "c", "d", "e"}) {
                enabledAgent(before);
            }
            enabledAgent("iris");
        }
        database.execute(
                "UPDATE git_memory.repo SET in_flight_at = NULL, last_error = 'as it was' WHERE agent_id = 'iris'");
        Sidecar sidecar = sidecar();
        assertFailed(sidecar, "as it was");
        try (CapturedLog lines = CapturedLog.of(Reconciler.class)) {
            sidecar.memory().reconciler().run();
            assertThat(lines.messages()).containsExactly("Agent iris follows git again");
        }
        assertFollows(sidecar);
    }

    @Test
    void oneThatIsDisabledFailsNoMore() throws SQLException, IOException {
        Sidecar sidecar = failed();
        application.update("DELETE FROM agents_tags WHERE agent_id = 'iris'");
        sidecar.memory().reconciler().run();
        assertThat(status()).containsEntry("state", "disabled").containsEntry("last_error", null);
        assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
    }

    /** A write that is in git, and behind a lock that another transaction holds for a while. */
    @Test
    void oneWhoseRowsSomebodyHoldsWaitsAndIsNotFailed() throws Exception {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        try (CapturedLog lines = CapturedLog.of(Reconciler.class);
                Connection hanging = DriverManager.getConnection(database.jdbcUrl(), "postgres", null)) {
            hanging.setAutoCommit(false);
            try (Statement lock = hanging.createStatement()) {
                lock.execute("SELECT FROM block WHERE id = 'block-iris' FOR UPDATE");
            }
            Answer pending =
                    sidecar.http().patch("/v1/agents/iris/core-memory/blocks/system%2Fpersona", "{\"value\":\"late\"}");
            assertThat(pending.status()).as(pending.body()).isEqualTo(202);
            sidecar.memory().reconciler().run();
            assertThat(status()).containsEntry("state", "enabled").containsEntry("last_error", null);
            assertThat(sidecar.http().get("/v1/agents/iris/git-memory").text("state"))
                    .isEqualTo("enabled");
            assertThat(sidecar.memory().reconciler().figures().waiting()).isEqualTo(1);
            assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
            assertThat(lines.messages()).isEmpty();
        }
        sidecar.memory().reconciler().run();
        assertFollows(sidecar);
        assertThat(block("iris", "system/persona", "value")).isEqualTo("late");
    }

    /** As one is whose first call starts a JVM in PostgreSQL. */
    @Test
    void aSlowWriteLeavesNothingBehind() throws Exception {
        Gate gate = new Gate(Step.ROWS_WRITTEN, "iris");
        Sidecar writing = sidecar();
        enabledAgent("iris");
        Sidecar slow = sidecar(gate);
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(
                () -> slow.http().patch("/v1/agents/iris/core-memory/blocks/system%2Fpersona", "{\"value\":\"slow\"}"));
        gate.awaitReached();
        try (CapturedLog lines = CapturedLog.of(Reconciler.class)) {
            writing.memory().reconciler().run();
            assertThat(lines.messages()).isEmpty();
        }
        assertThat(status()).containsEntry("state", "enabled").containsEntry("last_error", null);
        gate.open();
        assertThat(answer.get().status()).isEqualTo(200);
        writing.memory().reconciler().run();
        assertFollows(writing);
        assertThat(block("iris", "system/persona", "value")).isEqualTo("slow");
    }

    @Test
    void oneThatHasFailedStaysFailedWhileItWaits() throws Exception {
        Sidecar sidecar = failed();
        try (Connection hanging = DriverManager.getConnection(database.jdbcUrl(), "postgres", null)) {
            hanging.setAutoCommit(false);
            try (Statement lock = hanging.createStatement()) {
                lock.execute("SELECT FROM git_memory.repo WHERE agent_id = 'iris' FOR UPDATE");
            }
            sidecar.memory().reconciler().run();
            assertFailed(sidecar, "manners");
            assertThat(sidecar.memory().reconciler().figures().failing()).isEqualTo(1);
        }
        database.execute(NO_MANNERS);
        sidecar.memory().reconciler().run();
        assertFollows(sidecar);
    }

    @Test
    void aWriteThatHasBeenUnderWayForLongIsRemarkedUpon() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        assertThat(status()).containsEntry("remark", null);
        database.execute(
                "SET git_memory.reading = 2", "UPDATE git_memory.repo SET in_flight_at = now() - interval '6 min'");
        assertThat(status()).containsEntry("state", "enabled");
        assertThat(status().get("remark")).contains("a write is under way since", "pg_locks");
    }
}
