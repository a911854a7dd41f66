package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Reconciler;
import dev.gitmemory.service.Reconciler.Figures;
import dev.gitmemory.service.SqlRequests;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.CapturedLog;
import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.ForwardingStore;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pass of the reconciler finds and does, and that it holds nobody up and is quiet otherwise. */
class ReconcilerTest extends SqlTest {

    @Test
    void aTagByPlainSqlIsHeardOfWithoutWaitingForTheNextPass() throws SQLException, InterruptedException, IOException {
        Sidecar sidecar = sidecar();
        Semaphore heard = new Semaphore(0);
        try (Database connected = Database.connect(
                        new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null), TableNames.DEFAULT);
                SqlRequests requests =
                        SqlRequests.start(sidecar.memory(), connected, Duration.ofHours(1), heard::release)) {
            assertThat(requests).isNotNull();
            heard.acquire(); // it listens
            heard.drainPermits();
            application.createAgent("iris");
            application.tag("iris");
            heard.acquire();
            sidecar.memory().reconciler().run();
            assertThat(column("SELECT state FROM git_memory.status")).containsExactly("enabled");
        }
    }

    @Test
    void anAgentWhoseLogIsAheadIsFoundThoughNobodySaysSo() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        for (String agent : List.of("a", "b", "c", "d", "e", "f")) {
            enabledAgent(agent);
        }
        database.execute("UPDATE git_memory.repo SET in_flight_at = NULL");
        sidecar.repositories()
                .open(new RepoId(Application.ORGANIZATION, "f"))
                .commit(List.of(Draft.of(
                        new Author(Author.Type.USER, "someone", "Someone"),
                        "By hand",
                        files -> files.write("system/new.md", "from git"))));
        Sidecar next = sidecar();
        for (int pass = 0; pass < 2; pass++) {
            next.memory().reconciler().run();
        }
        assertThat(block("f", "system/new", "value")).isEqualTo("from git");
        assertThat(next.memory().reconciler().figures().behind()).isEqualTo(1);
        assertThat(next.memory().reconciler().run()).as("nothing is left to do").isZero();
    }

    @Test
    void whatFailsIsTriedLessAndLessOftenAndHoldsUpNobody() throws SQLException, IOException {
        FaultyStore faulty = new FaultyStore(store);
        try (Sidecar sidecar = Sidecar.start(database, faulty)) {
            application.createAgent("iris");
            application.tag("iris");
            faulty.setDown(true);
            for (int pass = 0; pass < 5; pass++) {
                sidecar.memory().reconciler().run();
            }
            Figures figures = sidecar.memory().reconciler().figures();
            assertThat(figures.failing()).isEqualTo(1);
            assertThat(figures.passes()).isEqualTo(5);
            assertThat(figures.takenOver()).isZero();
            faulty.setDown(false);
            application.createAgent("ivo");
            application.tag("ivo");
            sidecar.memory().reconciler().run();
            assertThat(column("SELECT state FROM git_memory.status WHERE agent_id = 'ivo'"))
                    .containsExactly("enabled");
            assertThat(sidecar.memory().reconciler().figures().takenOver()).isPositive();
        }
    }

    @Test
    void whatAWriterLeftThatDiedBeforeItCommittedIsForgottenADayLater() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        database.execute(
                "UPDATE git_memory.repo SET in_flight_at = NULL",
                "INSERT INTO git_memory.intent (request_id, agent_id, label, block_id, kind, created_at)"
                        + " VALUES (gen_random_uuid(), 'iris', 'old', 'b', 'LINK', now() - interval '25 h'),"
                        + " (gen_random_uuid(), 'iris', 'new', 'b', 'LINK', now() - interval '23 h')");
        sidecar.memory().reconciler().run();
        assertThat(column("SELECT label FROM git_memory.intent")).containsExactly("new");
    }

    @Test
    void thatAnAgentFollowsGitAgainIsSaidWhenEveryStepOfAPassHasDone() throws SQLException, IOException {
        FaultyStore faulty = new FaultyStore(store);
        Sidecar first = sidecar();
        assertThat(first).isNotNull();
        for (String agent : List.of("a", "b", "c", "d", "late")) {
            enabledAgent(agent);
        }
        database.execute(
                "SET git_memory.reading = 2",
                "UPDATE git_memory.repo SET in_flight_at = CASE WHEN agent_id = 'late' THEN now() END",
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-late'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        try (CapturedLog lines = CapturedLog.of(Reconciler.class);
                Sidecar sidecar = Sidecar.start(database, faulty);
                Connection hanging = DriverManager.getConnection(database.jdbcUrl(), "postgres", null)) {
            faulty.setDown(true);
            sidecar.memory().reconciler().run(); // it can't be followed; the round begins with four others
            faulty.setDown(false);
            hanging.setAutoCommit(false);
            try (Statement lock = hanging.createStatement()) {
                lock.execute("SELECT FROM block WHERE id = 'block-late' FOR UPDATE");
            }
            sidecar.memory().reconciler().run(); // it is followed, and then its rows can't be mended
            assertThat(about(lines, "late"))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("can't follow git");
            hanging.rollback();
            sidecar.memory().reconciler().run();
            sidecar.memory().reconciler().run();
            assertThat(about(lines, "late"))
                    .filteredOn(line -> line.contains("follow"))
                    .hasSize(2)
                    .last(InstanceOfAssertFactories.STRING)
                    .isEqualTo("Agent late follows git again");
        }
        assertThat(block("late", "system/persona", "value")).isEqualTo("I am late");
    }

    @Test
    void whoseTurnItIsCanBeSeenWhileTheStoreIsAsked() throws SQLException, IOException {
        List<Optional<Reconciler.Turn>> seen = new ArrayList<>();
        AtomicReference<Reconciler> asked = new AtomicReference<>();
        ObjectStore watched = new ForwardingStore(store) {
            @Override
            public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
                Optional.ofNullable(asked.get()).ifPresent(reconciler -> seen.add(reconciler.turn()));
                return super.list(prefix, startAfter, limit);
            }
        };
        try (Sidecar sidecar = Sidecar.start(database, watched)) {
            application.createAgent("iris");
            application.tag("iris");
            asked.set(sidecar.memory().reconciler());
            sidecar.memory().reconciler().run();
            assertThat(seen).isNotEmpty().allSatisfy(turn -> assertThat(turn.map(Reconciler.Turn::agentId))
                    .contains("iris"));
            assertThat(sidecar.memory().reconciler().turn()).isEmpty();
        }
    }

    private static List<String> about(CapturedLog lines, String agentId) {
        return lines.messages().stream()
                .filter(line -> line.startsWith("Agent " + agentId + " "))
                .toList();
    }

    @Test
    void anAgentWhoseRowsSomebodyHasLockedHoldsUpNobody() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        application.createAgent("iris");
        application.tag("iris");
        application.createAgent("ivo");
        application.tag("ivo");
        try (Connection hanging = DriverManager.getConnection(database.jdbcUrl(), "postgres", null)) {
            hanging.setAutoCommit(false);
            try (Statement lock = hanging.createStatement()) {
                lock.execute("SELECT FROM agents WHERE id = 'iris' FOR UPDATE");
            }
            sidecar.memory().reconciler().run();
            assertThat(column("SELECT state FROM git_memory.status WHERE agent_id = 'ivo'"))
                    .containsExactly("enabled");
            assertThat(column(
                            "SELECT concat_ws(': ', state, last_error) FROM git_memory.status WHERE agent_id = 'iris'"))
                    .as("waiting is no failure")
                    .containsExactly("pending");
            assertThat(sidecar.memory().reconciler().figures().waiting()).isEqualTo(1);
            assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
        }
        sidecar.memory().reconciler().run();
        assertThat(column("SELECT state FROM git_memory.status WHERE agent_id = 'iris'"))
                .containsExactly("enabled");
    }

    static List<Error> errors() {
        return List.of(
                new OutOfMemoryError("Java heap space"), new StackOverflowError(), new NoClassDefFoundError("x"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorAtOneAgentIsItsOwnAndHoldsUpNobody(Error error) throws SQLException, IOException {
        Steps failing = (step, agentId) -> {
            if (step == Steps.Step.LOCKED && agentId.equals("iris")) {
                throw error;
            }
        };
        Sidecar sidecar = sidecar(failing);
        for (String agent : List.of("iris", "ivo")) {
            application.createAgent(agent);
            application.createBlock(agent, "block-" + agent, "persona", "I am " + agent);
            application.tag(agent);
        }
        try (CapturedLog lines = CapturedLog.of(Reconciler.class)) {
            sidecar.memory().reconciler().run();
            assertThat(about(lines, "iris"))
                    .first(InstanceOfAssertFactories.STRING)
                    .contains("can't follow git");
        }
        assertThat(column("SELECT state FROM git_memory.status WHERE agent_id = 'ivo'"))
                .containsExactly("enabled");
        assertThat(column("SELECT last_error FROM git_memory.status WHERE agent_id = 'iris'"))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains(error instanceof OutOfMemoryError ? "-Xmx" : error.toString());
        assertThat(sidecar.memory().reconciler().figures().failing()).isEqualTo(1);
    }

    @Test
    void anErrorOfWhatIsWokenDoesNotEndTheListener() throws SQLException, InterruptedException, IOException {
        Sidecar sidecar = sidecar();
        Semaphore heard = new Semaphore(0);
        AtomicBoolean failed = new AtomicBoolean();
        try (Database connected = Database.connect(
                        new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null), TableNames.DEFAULT);
                SqlRequests requests = SqlRequests.start(sidecar.memory(), connected, Duration.ofHours(1), () -> {
                    if (failed.compareAndSet(false, true)) {
                        throw new StackOverflowError();
                    }
                    heard.release();
                })) {
            assertThat(requests).isNotNull();
            heard.acquire(); // it has connected once more
        }
    }

    @Test
    void anErrorOfARequestFailsIt() throws SQLException, IOException {
        AtomicBoolean failing = new AtomicBoolean();
        sidecar((step, agentId) -> {
            if (step == Steps.Step.REQUEST_TAKEN && failing.get()) {
                throw new NoClassDefFoundError("x");
            }
        });
        enabledAgent("iris");
        failing.set(true);
        assertThat(admin.refused("CALL git_memory.write_block('iris', 'system/persona', 'x')")
                        .state())
                .isEqualTo("MG107");
    }
}
