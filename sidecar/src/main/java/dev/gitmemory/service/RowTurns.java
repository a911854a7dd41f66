package dev.gitmemory.service;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.gitmemory.postgres.RowsLockedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets writes of a row that PostgreSQL alone keeps go one at a time, as PostgreSQL would: a write that waits for a row that
 * another transaction holds waits here, without a connection, and only the first of them in PostgreSQL. All such writes
 * together leave some connections to others. Thread-safe.
 */
final class RowTurns {

    /** Some fewer than the pool has connections. */
    private static final int CONNECTIONS = 12;

    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final LoadingCache<String, ReentrantLock> rows =
            Caffeine.newBuilder().weakValues().build(blockId -> new ReentrantLock(true));
    private final Semaphore connections = new Semaphore(CONNECTIONS, true);

    /**
     * Writes when it is the caller's turn.
     *
     * @throws RowsLockedException if the turn has not come within some seconds; nothing was written
     */
    <T> T take(String blockId, Supplier<T> write) {
        ReentrantLock row = rows.get(blockId);
        try {
            if (!row.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RowsLockedException();
            }
            try {
                if (!connections.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new RowsLockedException();
                }
                try {
                    return write.get();
                } finally {
                    connections.release();
                }
            } finally {
                row.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the process ends
            throw new RowsLockedException();
        }
    }
}
