package dev.gitmemory.postgres.embedded;

import dev.gitmemory.postgres.DatabaseSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A PostgreSQL server of our own: unpacked from the jar, its data kept in a folder, listening on 127.0.0.1 only. It is
 * durable like any PostgreSQL (fsync is on): killed at any moment, it has every committed transaction at the next start.
 *
 * <p>In the data folder: {@code lock} (one git-memory at a time), {@code pgpass} (the superuser's password, as a password
 * file of libpq), {@code postgres/} (the programs, the cluster and the server's log).
 *
 * <p>Thread-safe in that {@link #close} may come from any thread.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final String DATABASE = "git_memory";

    private final FolderLock lock;
    private final DataDirectory directory;
    private final DatabaseSettings settings;
    private final Path folder;

    private EmbeddedPostgres(FolderLock lock, DataDirectory directory, DatabaseSettings settings, Path folder) {
        this.lock = lock;
        this.directory = directory;
        this.settings = settings;
        this.folder = folder;
    }

    /**
     * Starts the server, making the database {@code git_memory} at the first start. A server that a killed git-memory
     * left running in this folder is stopped first.
     *
     * @param dataFolder where everything is kept; made when absent, for this account only
     * @param port the port on 127.0.0.1, or 0 for any that is free
     * @param progress is told about each step that takes long
     * @throws EmbeddedPostgresException when another process uses the folder, or the server does not start; nothing is
     *     left running
     * @throws IOException when the folder cannot be written
     */
    public static EmbeddedPostgres start(Path dataFolder, int port, Progress progress)
            throws IOException, InterruptedException {
        Path folder = createFolder(dataFolder);
        return start(folder, Account.find(folder), port, progress);
    }

    static EmbeddedPostgres start(Path folder, Account account, int port, Progress progress)
            throws IOException, InterruptedException {
        FolderLock lock = FolderLock.acquire(folder);
        try {
            return start(lock, folder, account, port, progress);
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static EmbeddedPostgres start(FolderLock lock, Path folder, Account account, int port, Progress progress)
            throws IOException, InterruptedException {
        Path postgresFolder = Files.createDirectories(folder.resolve("postgres"));
        Path home = PostgresBinaries.install(postgresFolder, progress);
        account.handOver(postgresFolder);
        DataDirectory directory = new DataDirectory(new Programs(home, account, postgresFolder), postgresFolder);
        if (!directory.exists()) {
            progress.report("Creating a PostgreSQL " + PostgresBinaries.version() + " database in " + postgresFolder);
            directory.create(Password.create(folder));
        }
        String password = Password.read(folder);
        int actualPort = directory.start(port, progress);
        try {
            createDatabase(settings(actualPort, "postgres", password));
        } catch (SQLException e) {
            directory.stop();
            throw new EmbeddedPostgresException(
                    "the embedded PostgreSQL in " + postgresFolder + " started, but does not answer: " + e.getMessage(),
                    e);
        }
        return new EmbeddedPostgres(lock, directory, settings(actualPort, DATABASE, password), folder);
    }

    /** Returns how to reach the database {@code git_memory} as superuser. */
    public DatabaseSettings settings() {
        return settings;
    }

    /** Returns the password file with which {@code psql} logs in: {@code PGPASSFILE=... psql -h 127.0.0.1 -U postgres}. */
    public Path passwordFile() {
        return Password.file(folder);
    }

    /** Stops the server, disconnecting its clients, and frees the folder. Does nothing the second time. */
    @Override
    public synchronized void close() throws IOException {
        if (!lock.isHeld()) {
            return;
        }
        try {
            directory.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException("interrupted while the embedded PostgreSQL was stopping", e);
        } finally {
            lock.close();
        }
    }

    private static Path createFolder(Path dataFolder) throws IOException {
        Path folder = dataFolder.toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        return folder.toRealPath();
    }

    private static DatabaseSettings settings(int port, String database, String password) {
        return new DatabaseSettings("jdbc:postgresql://127.0.0.1:" + port + "/" + database, Password.USER, password);
    }

    private static void createDatabase(DatabaseSettings maintenance) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(maintenance.url(), maintenance.user(), maintenance.password());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT 1 FROM pg_catalog.pg_database WHERE datname = '" + DATABASE + "'")) {
            if (!found.next()) {
                try (Statement create = connection.createStatement()) {
                    create.execute("CREATE DATABASE " + DATABASE);
                }
            }
        }
    }
}
