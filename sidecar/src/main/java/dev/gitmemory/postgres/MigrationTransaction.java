package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs a migration in one transaction, with bounded waits for locks.
 *
 * <p>Each try is a transaction of its own, that first takes all locks: see {@link MigrationLocks}. Where one can't be had,
 * the transaction is rolled back, so that those who wait behind it go on; after a pause comes the next try. A rehearsal is
 * the same with a rollback at its end: what it meets is what the migration will meet.
 */
final class MigrationTransaction {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final TableNames tables;
    private final boolean createTables;
    private final LockSettings settings;
    private final Consumer<String> progress;
    private final LongSupplier nanoTime = System::nanoTime;

    /** @param progress gets a sentence after each try that did not get its locks */
    MigrationTransaction(
            DataSource dataSource,
            TableNames tables,
            boolean createTables,
            LockSettings settings,
            Consumer<String> progress) {
        this.dataSource = dataSource;
        this.tables = tables;
        this.createTables = createTables;
        this.settings = settings;
        this.progress = progress;
    }

    /** What runs in the transaction of one try. */
    interface Steps<T> {
        /** Before locks are taken; returns those that it needs, in the order in which they are taken. */
        List<TableLock> locks(MigrationLocks locks, Connection connection) throws SQLException;

        /** With all locks. */
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs the work until it has its locks.
     *
     * @param steps made anew for each try
     * @param keep whether what it did stays
     * @throws MigrationException if locks could not be had; nothing was changed
     */
    <T> T run(Supplier<Steps<T>> steps, boolean keep) throws SQLException {
        long start = nanoTime.getAsLong();
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            String held;
            try (Connection connection = dataSource.getConnection()) {
                try {
                    return attempt(connection, steps.get(), keep);
                } catch (SQLException | RuntimeException e) {
                    connection.rollback();
                    TableLock lock = missed(e);
                    if (lock == null) {
                        throw e;
                    }
                    connection.setAutoCommit(true);
                    held = held(connection, lock);
                    Duration spent = Duration.ofNanos(nanoTime.getAsLong() - start);
                    if (spent.plus(pause).compareTo(settings.patience()) > 0) {
                        throw new MigrationException(
                                "The locks could not be had in %s. %s Nothing was"
                                                .formatted(tries(attempt, settings.timeout()), held)
                                        + " changed. End what holds them (SELECT pg_terminate_backend(pid)), try again at a"
                                        + " quieter time, or allow for more: --lock-wait, --lock-timeout.",
                                e);
                    }
                }
            }
            Duration next =
                    Duration.ofMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
            progress.accept("%s Waiting: try %d in %s.".formatted(held, attempt + 1, seconds(next)));
            sleep(next);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private <T> T attempt(Connection connection, Steps<T> steps, boolean keep) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SessionSettings.MIGRATING); // before the transaction: a rollback leaves it
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL git_memory.create_tables = " + (createTables ? "on" : "off"));
        }
        MigrationLocks locks = new MigrationLocks(connection, tables);
        locks.excludeOthers(settings.timeout());
        locks.take(steps.locks(locks, connection), waitWithin(settings.timeout()), nanoTime);
        T result = steps.run(connection);
        if (keep) {
            connection.commit();
        } else {
            connection.rollback();
        }
        return result;
    }

    /** Ending a try takes time, too, and those behind it wait for that as well: a tenth is kept for it. */
    private static Duration waitWithin(Duration timeout) {
        return Duration.ofMillis(Math.max(1, timeout.toMillis() * 9 / 10));
    }

    /** The lock that a try has failed for, or null if it failed for something else. */
    private @Nullable TableLock missed(Throwable failure) {
        if (failure instanceof LocksUnavailableException unavailable) {
            return unavailable.lock();
        }
        String catalogue = DatabaseErrors.contendedCatalogue(failure);
        if (catalogue != null) {
            return TableLock.ofCatalogue(catalogue);
        }
        return DatabaseErrors.isLockTimeout(failure) || DatabaseErrors.isTransient(failure) ? TableLock.UNKNOWN : null;
    }

    private static String held(Connection connection, TableLock lock) throws SQLException {
        List<String> holders = LockHolders.of(connection, lock);
        String what = lock.equals(MigrationLocks.MIGRATION)
                ? "Another migration is under way"
                : lock.equals(TableLock.UNKNOWN)
                        ? "A lock that a script needs could not be had"
                        : lock.isCatalogue()
                                ? "Another transaction has changed what a script changes, too, and not committed it (a row of "
                                        + lock.table() + ": CREATE OR REPLACE, GRANT or the like)"
                                : "No lock " + lock.mode().sql() + " on " + lock.table();
        return holders.isEmpty()
                ? what + "; what held it has ended since."
                : what + ", held by " + String.join("; ", holders) + ".";
    }

    private static String tries(int attempts, Duration timeout) {
        return attempts == 1
                ? "one try within " + seconds(timeout)
                : "%d tries within %s each".formatted(attempts, seconds(timeout));
    }

    private static String seconds(Duration duration) {
        return "%d.%03d s"
                .formatted(duration.toSeconds(), duration.toMillisPart())
                .replace(".000", "");
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MigrationException("Interrupted while waiting for locks; nothing was changed.", e);
        }
    }
}
