package dev.gitmemory.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears PostgreSQL's notifications on a connection of its own, which also holds the lock by which others see that this
 * sidecar is alive. A lost connection is made again, with growing pauses. Thread-safe.
 *
 * <p>Whatever is notified while there is no connection goes unheard: whoever listens has to look for himself, too.
 */
public final class Listener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    /** The first key of sidecars' locks, see {@code R__10_requests.sql}. */
    static final int SIDECARS = 1735227243;

    /** How long one wait for notifications lasts, after which the connection is tried. */
    private static final Duration WAIT = Duration.ofSeconds(5);

    private static final int NUMBERS_TRIED = 5;

    private static final Duration LONGEST_START = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final HikariDataSource pool;
    private final List<String> channels;
    private volatile int sidecar = newNumber();
    private final Consumer<String> heard;
    private final Thread thread;
    private final Object closing = new Object();
    private boolean closed; // guarded by closing
    private @Nullable Connection listening; // guarded by closing
    private volatile boolean connected;
    private final CountDownLatch connectedOnce = new CountDownLatch(1);

    private Listener(HikariDataSource pool, List<String> channels, Consumer<String> heard) {
        this.pool = pool;
        this.channels = List.copyOf(channels);
        this.heard = heard;
        this.thread = new Thread(this::run, "listener");
        this.thread.setDaemon(true);
    }

    /**
     * Starts to listen.
     *
     * @param channels SQL identifiers
     * @param heard called with the channel after notifications, and with each channel after every connect, on the
     *     listener's thread; quick
     */
    public static Listener start(Database database, List<String> channels, Consumer<String> heard) {
        Listener listener = new Listener(database.pool(), channels, heard);
        listener.thread.start();
        return listener;
    }

    /**
     * Lets others see that a sidecar is about to listen, so that whoever asks for something waits for it. To be closed when it
     * listens.
     */
    public static Listener announce(Database database) {
        return start(database, List.of(), channel -> {});
    }

    /** Waits until it has been connected once; for so long at most, in which a warning says why. */
    public void awaitConnected() {
        try {
            if (!connectedOnce.await(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("Going on without: it is tried again and again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever starts it is to end
        }
    }

    /** Whether it is connected, and others see this sidecar as alive. */
    public boolean isConnected() {
        return connected;
    }

    /**
     * The number whose lock it holds while it is connected. It stays the same unless another session has that lock when a
     * lost connection is made again.
     */
    public int sidecar() {
        return sidecar;
    }

    private static int newNumber() {
        return ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        boolean failing = false;
        while (!isClosed() && !pool.isClosed()) {
            try (Connection connection = pool.getConnection()) {
                try {
                    listen(connection);
                    if (failing) {
                        log.info("Listening again: SQL requests are taken");
                    }
                    failing = false;
                    pause = FIRST_PAUSE;
                    hear(connection);
                } finally {
                    connected = false;
                    setListening(null);
                    pool.evictConnection(connection); // with its LISTEN and its lock
                }
            } catch (SQLException | RuntimeException | Error e) { // its end would go unnoticed
                if (!failing && !isClosed() && !pool.isClosed()) {
                    log.warn(
                            "SQL requests are not taken until this sidecar listens again, trying at least every {} s: {}",
                            LONGEST_PAUSE.toSeconds(),
                            e instanceof Error ? e.toString() : e.getMessage());
                }
                failing = true;
                await(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private void setListening(@Nullable Connection connection) {
        synchronized (closing) {
            listening = connection;
        }
    }

    private void listen(Connection connection) throws SQLException {
        setListening(connection.unwrap(PgConnection.class));
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            // A host that is gone must be noticed in seconds: the lock says that this sidecar is alive.
            statement.execute("SET tcp_keepalives_idle = 5");
            statement.execute("SET tcp_keepalives_interval = 2");
            statement.execute("SET tcp_keepalives_count = 3");
            for (String channel : channels) {
                statement.execute("LISTEN " + channel);
            }
        }
        lock(connection);
        connected = true;
        connectedOnce.countDown();
        channels.forEach(heard);
    }

    /**
     * Takes the lock of its number, without waiting: numbers show in pg_locks, and any session may hold or wait for a lock.
     * The role that has the lock would otherwise keep this sidecar from listening.
     */
    private void lock(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_try_advisory_lock(?, ?)")) {
            for (int i = 0; i < NUMBERS_TRIED; i++) {
                lock.setInt(1, SIDECARS);
                lock.setInt(2, sidecar);
                try (ResultSet answer = lock.executeQuery()) {
                    if (answer.next() && answer.getBoolean(1)) {
                        return;
                    }
                }
                log.warn(
                        "Another session holds the advisory lock ({}, {}) by which this sidecar shows that it is there: one of its own that PostgreSQL has not ended yet, or another role's (pg_locks). Taking another number",
                        SIDECARS,
                        sidecar);
                sidecar = newNumber();
            }
        }
        throw new SQLException("Other sessions held the advisory locks of %d random numbers".formatted(NUMBERS_TRIED));
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection postgresql = connection.unwrap(PGConnection.class);
        while (!isClosed()) {
            PGNotification[] notifications = postgresql.getNotifications((int) WAIT.toMillis());
            if (notifications != null && notifications.length > 0) {
                Arrays.stream(notifications)
                        .map(PGNotification::getName)
                        .distinct()
                        .forEach(heard);
            } else {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT"); // a connection that only listens does not notice its end
                }
            }
        }
    }

    private boolean isClosed() {
        synchronized (closing) {
            return closed;
        }
    }

    private void await(Duration pause) {
        synchronized (closing) {
            long end = System.nanoTime() + pause.toNanos();
            long left = pause.toMillis();
            while (!closed && left > 0) {
                try {
                    closing.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // nobody interrupts this thread but who ends the process
                    closed = true;
                }
                left = (end - System.nanoTime()) / 1_000_000;
            }
        }
    }

    /** Ends it, and frees its lock. */
    @Override
    public void close() {
        synchronized (closing) {
            closed = true;
            closing.notifyAll();
            if (listening != null) {
                abort(listening);
            }
        }
        try {
            thread.join(WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever stops this is in a hurry: its thread is a daemon
        }
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run); // it may be waiting for notifications, and close would wait for that
        } catch (SQLException e) {
            log.debug("The listening connection was gone already", e);
        }
    }
}
