package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A statement that waits for a lock of another session. */
final class Waiting {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    private Waiting() {}

    @FunctionalInterface
    interface Work {
        void run() throws SQLException;
    }

    /** Starts work on a connection and returns when PostgreSQL shows that it waits for a lock. */
    static Waiting start(GuardedDatabase db, Connection connection, Work work) throws SQLException {
        String pid = string(connection, "SELECT pg_backend_pid()");
        Waiting waiting = new Waiting();
        Thread thread = new Thread(waiting.doing(work), "waits for a lock");
        thread.setDaemon(true);
        thread.start();
        Instant deadline = Instant.now().plus(PATIENCE);
        while (string(db.admin(), "SELECT cardinality(pg_blocking_pids(CAST(? AS integer)))", Integer.valueOf(pid))
                .equals("0")) {
            assertThat(waiting.done).as("the statement waits").isNotDone();
            assertThat(Instant.now()).as("the statement waits in time").isBefore(deadline);
        }
        return waiting;
    }

    private Runnable doing(Work work) {
        return () -> {
            try {
                work.run();
                done.complete(null);
            } catch (SQLException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        };
    }

    /** Waits for the end of the work, and throws what it threw. */
    void finish() throws SQLException, InterruptedException {
        try {
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("The statement still waits", e);
        }
    }
}
