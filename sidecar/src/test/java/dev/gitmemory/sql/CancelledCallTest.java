package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.sql.Session.Refused;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls that end while a sidecar is in the middle of them ({@link WaitingTest} has those that nobody has taken): what was
 * begun is done, once, and whoever called is told how to ask for the result, if there is still somebody to tell.
 */
class CancelledCallTest extends SqlTest {

    /** What ends a call. */
    enum End {
        /** psql's Ctrl-C. */
        CANCEL("SELECT pg_cancel_backend(?)"),
        /** The client is gone. */
        TERMINATE("SELECT pg_terminate_backend(?)");

        private final String sql;

        End(String sql) {
            this.sql = sql;
        }
    }

    private void agents() throws SQLException, IOException {
        try (Sidecar first = Sidecar.start(database, store)) {
            assertThat(first.http().port()).isPositive();
            enabledAgent("a");
            enabledAgent("b");
        }
    }

    /** Makes the call, ends it when the sidecar stands at the gate, and answers what the caller was told. */
    private @Nullable Refused endedMidway(String call, Gate gate, End end) throws Exception {
        Session caller = session(adminRole);
        CompletableFuture<Optional<Refused>> called = CompletableFuture.supplyAsync(() -> caller.attempt(call));
        gate.awaitReached();
        column(end.sql, caller.pid());
        // Of a connection that was lost the driver need not hear the reason.
        return called.handle((told, failure) -> failure == null ? told.orElseThrow() : null)
                .get();
    }

    private String takenRequest(String kind) {
        return column("SELECT id FROM git_memory.request WHERE kind = ? AND state = 'taken'", kind).stream()
                .map(String::valueOf)
                .reduce((one, other) -> {
                    throw new AssertionError("two are taken");
                })
                .orElseThrow();
    }

    private void assertTold(End end, @Nullable Refused told, String request) {
        if (end == End.CANCEL) {
            assertThat(told).isNotNull();
            assertThat(told.state()).isEqualTo("57014");
            assertThat(told.message()).isEqualTo("canceled while a sidecar carries the request out");
            assertThat(told.detail()).contains(request, "goes on, and its result is kept");
            assertThat(told.hint()).contains("SELECT git_memory.await_request('" + request + "')");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CANCEL, ANNOUNCED",
        "CANCEL, COMMITTED",
        "CANCEL, REQUEST_CARRIED_OUT",
        "TERMINATE, ANNOUNCED",
        "TERMINATE, COMMITTED",
        "TERMINATE, REQUEST_CARRIED_OUT"
    })
    void aWriteThatWasBegunIsDoneOnce(End end, Step where) throws Exception {
        agents();
        Gate gate = new Gate(where, "a");
        sidecar(gate);
        Refused told = endedMidway("CALL git_memory.write_block('a', 'system/persona', 'begun')", gate, end);
        String request = takenRequest("write_block");
        assertTold(end, told, request);
        gate.open();

        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                .contains("\"block_id\": \"block-a\"");
        assertThat(block("a", "system/persona", "value")).isEqualTo("begun");
        assertThat(messages("a")).containsExactly("Enable git memory for a", "Update system/persona");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aComparisonOfAllThatWasBegunGoesToItsEnd(End end) throws Exception {
        agents();
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-b'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        Gate gate = new Gate(Step.COMPARED, "b");
        sidecar(gate);
        Refused told = endedMidway("CALL git_memory.sync_all()", gate, end);
        String request = takenRequest("sync_all");
        assertTold(end, told, request);
        gate.open();

        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                .contains("\"agents\": 2", "\"different\": 1", "\"failed\": 0");
        assertThat(block("b", "system/persona", "value")).isEqualTo("I am b");
        assertThat(column("SELECT count(*) FROM git_memory.overwritten")).containsExactly("1");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"sync_all(), sync_all", "'write_block(''a'', ''system/persona'', ''begun'')', write_block"})
    void aStatementTimeoutDoesTheSame(String call, String kind) throws Exception {
        agents();
        Gate gate = new Gate(Step.REQUEST_TAKEN);
        sidecar(gate);
        // On a slow machine the first timeouts may be over before the sidecar has taken anything.
        Refused told = null;
        for (int millis = 500; told == null || told.message().contains("withdrawn"); millis *= 2) {
            admin.call("SET statement_timeout = " + millis);
            told = admin.refused("CALL git_memory." + call);
        }
        admin.call("RESET statement_timeout");
        String request = takenRequest(kind);
        assertTold(End.CANCEL, told, request);
        gate.open();

        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                .isNotNull();
        assertThat(column("SELECT DISTINCT state FROM git_memory.request WHERE state <> 'withdrawn'"))
                .containsExactly("done");
        assertThat(messages("a"))
                .isEqualTo(
                        kind.equals("sync_all")
                                ? List.of("Enable git memory for a")
                                : List.of("Enable git memory for a", "Update system/persona"));
    }

    @ParameterizedTest
    @EnumSource
    void aComparisonOfAllThatNobodyHasTakenIsWithdrawn(End end) throws Exception {
        agents();
        Session caller = session(adminRole);
        CompletableFuture<Optional<Refused>> called =
                CompletableFuture.supplyAsync(() -> caller.attempt("CALL git_memory.sync_all()"));
        while (column("SELECT 1 FROM pg_stat_activity WHERE pid = ? AND wait_event = 'PgSleep'", caller.pid())
                .isEmpty()) {
            Thread.onSpinWait();
        }
        column(end.sql, caller.pid());
        called.handle((told, failure) -> true).get();
        sidecar();
        admin.call("CALL git_memory.verify_all()"); // whoever takes this one has judged the one before it
        while (!column("SELECT 1 FROM git_memory.request WHERE kind = 'sync_all' AND state = 'queued'")
                .isEmpty()) {
            Thread.onSpinWait(); // for a second after it was made it may still be waited for
        }
        assertThat(column("SELECT state || ' ' || attempts FROM git_memory.request WHERE kind = 'sync_all'"))
                .containsExactly("withdrawn 0");
    }
}
