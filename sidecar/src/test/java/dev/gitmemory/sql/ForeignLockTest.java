package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Anybody who may connect can hold the locks by which callers and sidecars show that they are there. */
class ForeignLockTest extends SqlTest {

    private String submitted(String value) {
        return Objects.requireNonNull(
                admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', ?)", value));
    }

    private static void hold(Session session, int firstKey, int secondKey) {
        session.call("SELECT pg_advisory_lock(?, ?)", firstKey, secondKey);
    }

    private int attend(String request) {
        return Integer.parseInt(String.valueOf(admin.value("SELECT git_memory.attend(?::uuid)", request)));
    }

    @Test
    void aCallThatHasEndedIsNotKeptAliveByTheLockOfAnother() throws SQLException, IOException {
        String ended = submitted("ended");
        Session stranger = session(role(""));
        hold(stranger, 1735225969, attend(ended));
        hold(stranger, 1735225969, -1);
        String waiting = submitted("waiting");
        hold(session(adminRole), 1735225969, attend(waiting));

        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "I am a");
        sidecar();

        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid)", ended)
                        .state())
                .isEqualTo("MG110");
        admin.attempt("SELECT git_memory.await_request(?::uuid)", waiting);
        assertThat(admin.value("SELECT attempts FROM git_memory.requests WHERE id = ?::uuid", waiting))
                .isEqualTo("1");
    }

    @Test
    void whoHoldsASidecarsLockIsNoneForThat() throws SQLException, IOException {
        Session stranger = session(role(""));
        hold(stranger, 1735227243, 1);
        hold(stranger, 1735227243, -1);
        assertThat(admin.value("SELECT git_memory.sidecars()")).isEqualTo("0");
        sidecar();
        eventually(() -> "1".equals(admin.value("SELECT git_memory.sidecars()")) ? true : null);
    }

    private static final String SIDECARS_LOCKS = " FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735227243"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private @Nullable String lock(String what, boolean granted) {
        return column("SELECT " + what + SIDECARS_LOCKS + " AND " + (granted ? "" : "NOT ") + "granted").stream()
                .findFirst()
                .orElse(null);
    }

    /** The number shows in pg_locks, and a role that waits for its lock has it when the listener's connection is lost. */
    @Test
    void whoWaitsForASidecarsLockDoesNotKeepItFromListeningAgain() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        int number = Integer.parseInt(eventually(() -> lock("objid", true)));
        Session stranger = session(role(""));
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> hold(stranger, 1735227243, number));
        eventually(() -> lock("objid", false));
        database.execute("SELECT pg_terminate_backend(pid)" + SIDECARS_LOCKS + " AND granted");
        waiting.join();

        eventually(() -> "1".equals(admin.value("SELECT git_memory.sidecars()")) ? true : null);
        write("a", "system/persona", "heard");
        assertThat(block("a", "system/persona", "value")).isEqualTo("heard");
    }
}
