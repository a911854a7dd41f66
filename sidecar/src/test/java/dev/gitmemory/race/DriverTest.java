package dev.gitmemory.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Race}, with sessions that stand in each other's way. */
class DriverTest {

    private static final Bell BELL = new Bell();
    private static EmbeddedDatabase database;
    private static SqlPlayer one;
    private static SqlPlayer two;
    private static Waits waits;

    private final List<String> runs = new ArrayList<>();
    private final List<String> traces = new ArrayList<>();

    @BeforeAll
    static void connect() throws SQLException {
        database = EmbeddedDatabase.empty();
        Deadlocks.areFoundSoon(database);
        database.execute("CREATE TABLE counter (name text PRIMARY KEY, value integer)");
        one = new SqlPlayer("one", database.dataSource().getConnection(), BELL);
        two = new SqlPlayer("two", database.dataSource().getConnection(), BELL);
        waits = new Waits(database.dataSource().getConnection());
    }

    @BeforeEach
    void fill() throws SQLException {
        database.execute("TRUNCATE counter", "INSERT INTO counter VALUES ('a', 0), ('b', 0)");
    }

    @AfterAll
    static void close() throws SQLException {
        one.close();
        two.close();
        database.close();
    }

    @Test
    void aSessionThatWaitsGoesOnWhenTheOtherHasCommitted() {
        race(Level.READ_COMMITTED, List.of(add("a")), List.of(add("a")));

        assertThat(runs)
                .as("of six orders two begin with both statements and go on with the one that waits")
                .containsExactly("ok ok", "ok ok", "ok ok", "ok ok");
        assertThat(traces.stream().filter(trace -> trace.contains("waits"))).hasSize(2);
    }

    @Test
    void statementsThatDoNotMeetRunInOneOrder() {
        race(Level.READ_COMMITTED, List.of(add("a")), List.of(add("b")));

        assertThat(traces)
                .as("of six orders two begin with the second statement and have the first before any commit")
                .hasSize(4)
                .doesNotHaveDuplicates();
    }

    @Test
    void whatStandsBetweenAStatementAndItsRollbackIsNotAllOne() {
        race(Level.READ_COMMITTED, List.of(add("a"), "SELECT 1 / 0"), List.of(add("a")));

        assertThat(runs).containsOnly("22012 ok");
        assertThat(traces.stream().filter(trace -> trace.contains("waits")))
                .as("one of the two comes between the other's statement and its end")
                .hasSize(2);
    }

    @Test
    void aTransactionThatFailedHasEnded() {
        race(Level.REPEATABLE_READ, List.of(add("a")), List.of(add("a")));

        assertThat(runs).contains("ok 40001", "40001 ok", "ok ok").doesNotContain("40001 40001");
        assertThat(traces).doesNotHaveDuplicates();
    }

    @Test
    void aDeadlockIsAnOutcome() {
        race(Level.READ_COMMITTED, List.of(add("a"), add("b")), List.of(add("b"), add("a")));

        assertThat(runs).contains("ok ok").containsAnyOf("ok 40P01", "40P01 ok");
    }

    @Test
    void oneOrderCanBeRunAgain() {
        List<List<Step.Kind>> kinds = kinds(Level.READ_COMMITTED, List.of(add("a")), List.of(add("b")));
        for (int order = 0; order < Race.orders(kinds); order++) {
            new Race(waits, BELL)
                    .one(
                            kinds,
                            order,
                            () -> begin(Level.READ_COMMITTED, List.of(add("a")), List.of(add("b"))),
                            this::note);
        }
        assertThat(traces).hasSize(6).doesNotHaveDuplicates();
    }

    private void race(Level level, List<String> first, List<String> second) {
        new Race(waits, BELL).all(kinds(level, first, second), () -> begin(level, first, second), this::note);
    }

    private static List<List<Step.Kind>> kinds(Level level, List<String> first, List<String> second) {
        return begin(level, first, second).players().stream().map(Player::kinds).toList();
    }

    private static Race.Run begin(Level level, List<String> first, List<String> second) {
        Trace trace = new Trace();
        return new Race.Run(
                List.of(
                        one.plays(Script.sql("first", level, first), trace),
                        two.plays(Script.sql("second", level, second), trace)),
                trace);
    }

    private void note(Race.Run run, int order, boolean repeats) {
        if (!repeats) {
            runs.add(run.players().get(0).outcome() + " " + run.players().get(1).outcome());
            traces.add(run.trace().toString());
        }
    }

    private static String add(String name) {
        return "UPDATE counter SET value = value + 1 WHERE name = '" + name + "'";
    }
}
