package dev.gitmemory.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/**
 * The application's database, through a pool of connections. Thread-safe.
 *
 * <p>Transactions run READ COMMITTED: every statement sees what others have committed before it, which is what taking
 * row locks first and reading then needs. A transaction that PostgreSQL ends in favour of another (deadlock,
 * serialization failure) is run again from its beginning, so its callback may not keep state of its own; so is one whose
 * connection has plans for tables that have changed since, on a new connection.
 */
public final class Database implements AutoCloseable {

    private static final int ATTEMPTS = 5;
    private static final int POOL_SIZE = 16;

    /** PostgreSQL's {@code deadlock_timeout} is a second, unless somebody has made it shorter. */
    private static final Duration SHORTER_THAN_DEADLOCK_TIMEOUT = Duration.ofMillis(700);

    /** Some eight seconds of waiting. */
    private static final int ATTEMPTS_MAKING_WAY = 12;

    /** How long to wait for a connection before PostgreSQL counts as unavailable. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final CurrentColumns columns;
    private final Duration lockTimeout;
    private final int lockAttempts;

    private Database(HikariDataSource pool, Jdbi jdbi, CurrentColumns columns, Duration lockTimeout, int lockAttempts) {
        this.pool = pool;
        this.jdbi = jdbi;
        this.columns = columns;
        this.lockTimeout = lockTimeout;
        this.lockAttempts = lockAttempts;
    }

    /** What is done in one transaction; run again from its beginning when PostgreSQL asks for it. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, X extends Exception> {
        T in(Tx tx) throws X;
    }

    /** Work that answers nothing. */
    @FunctionalInterface
    public interface Action<X extends Exception> {
        void in(Tx tx) throws X;
    }

    /**
     * Connects and reads which columns the blocks table has.
     *
     * @throws DatabaseUnavailableException if no connection can be had
     */
    public static Database connect(DatabaseSettings settings, TableNames tables) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("postgresql");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionInitSql(SessionSettings.SERVING);
        config.addDataSourceProperty("ApplicationName", "git-memory");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // Nor do details of the server's errors, such as the row that breaks a constraint.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw DatabaseErrors.translate(e);
        }
        Jdbi jdbi = Jdbi.create(pool);
        TableDefinitions.of(tables).forEach(jdbi::define);
        // Arguments are what agents remember: they belong into no log.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        try {
            return new Database(pool, jdbi, CurrentColumns.read(jdbi, tables), Duration.ZERO, 1);
        } catch (RuntimeException e) {
            pool.close();
            throw DatabaseErrors.translate(e);
        }
    }

    /**
     * The same database through the same pool, for somebody who has others to see to: a statement that waits longer for
     * a lock fails with {@link RowsLockedException}. Not to be closed.
     *
     * @param timeout a millisecond or more; PostgreSQL's {@code lock_timeout}
     */
    public Database withLockTimeout(Duration timeout) {
        return new Database(pool, jdbi, columns, timeout, 1);
    }

    /**
     * The same database through the same pool, for transactions that hold what an application's transaction may be about to
     * want while they wait for what it holds. They let go of everything before PostgreSQL finds a deadlock, whose victim
     * might be the application, and begin again; after some seconds they fail with {@link RowsLockedException}. Not to be
     * closed.
     */
    public Database makingWay() {
        return new Database(pool, jdbi, columns, SHORTER_THAN_DEADLOCK_TIMEOUT, ATTEMPTS_MAKING_WAY);
    }

    /**
     * As {@link #makingWay}, for callers that begin again themselves: the first wait that is too long fails with {@link
     * RowsLockedException}. Not to be closed.
     */
    public Database makingWayAtOnce() {
        return withLockTimeout(SHORTER_THAN_DEADLOCK_TIMEOUT);
    }

    /**
     * What is not as git-memory was installed, {@code git_memory.defects()}, and what a guard in PL/Java says when it is asked
     * to work once; empty in a sound database.
     *
     * @throws DatabaseUnavailableException if PostgreSQL can't be reached
     * @throws StatementFailedException if the database can't tell
     */
    public List<Defect> defects() {
        List<Defect> all = new ArrayList<>(inTransaction(tx -> tx.installation().defects()));
        try {
            all.addAll(jdbi.withHandle(handle -> GuardProbe.ask(handle.getConnection())));
            return all;
        } catch (JdbiException e) { // Jdbi wraps every SQLException
            throw DatabaseErrors.translate(e);
        }
    }

    /**
     * Runs {@code work} in a transaction and commits; what it throws rolls back.
     *
     * @throws DatabaseUnavailableException if PostgreSQL can't be reached; the outcome of a commit may be unknown
     * @throws RowsLockedException if another transaction held a lock for too long; nothing was written
     * @throws GuardRefusedException if the guard refuses a row; nothing was written
     * @throws ConstraintException if a row breaks a constraint; nothing was written
     * @throws StatementFailedException if PostgreSQL could not carry it out for another reason; nothing was written
     * @throws OutOfHeapException if the heap does not suffice for it; nothing was written
     */
    public <T extends @Nullable Object, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        int lockTimeouts = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbi.inTransaction(handle -> run(work, handle));
            } catch (OutOfMemoryError e) { // an exception, so that it ends what asked for it and nothing else
                throw new OutOfHeapException(e);
            } catch (JdbiException e) { // Jdbi wraps every SQLException
                if (DatabaseErrors.isLockTimeout(e) && ++lockTimeouts < lockAttempts) {
                    continue;
                }
                boolean isOlderTable = DatabaseErrors.isOlderTable(e);
                if (attempt - lockTimeouts >= ATTEMPTS || !(isOlderTable || DatabaseErrors.isTransient(e))) {
                    throw DatabaseErrors.translate(e);
                }
                if (isOlderTable) {
                    lookAtTablesAgain();
                }
            }
        }
    }

    private void lookAtTablesAgain() {
        pool.getHikariPoolMXBean().softEvictConnections(); // all of them have seen the same tables
        try {
            columns.readAgain(jdbi);
        } catch (JdbiException e) {
            throw DatabaseErrors.translate(e);
        }
    }

    private <T extends @Nullable Object, X extends Exception> T run(Work<T, X> work, Handle handle) throws X {
        try {
            if (!lockTimeout.isZero()) {
                handle.execute("SET LOCAL lock_timeout = " + lockTimeout.toMillis());
            }
            return work.in(new Tx(handle, columns.get()));
        } catch (Error e) {
            pool.evictConnection(handle.getConnection()); // it may have been struck in the middle of a message
            throw e;
        }
    }

    /** As {@link #inTransaction}, for work that answers nothing. */
    public <X extends Exception> void execute(Action<X> work) throws X {
        this.<Boolean, X>inTransaction(tx -> {
            work.in(tx);
            return true;
        });
    }

    /** Whether PostgreSQL answers now. */
    public boolean isAvailable() {
        try {
            return jdbi.withHandle(
                    h -> h.createQuery("SELECT true").mapTo(Boolean.class).one());
        } catch (JdbiException e) {
            return false; // the caller's question; the reason shows in the pool's own log
        }
    }

    /** The pool, for those who speak JDBC themselves: Flyway and LISTEN. Closed with this object. */
    HikariDataSource pool() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
