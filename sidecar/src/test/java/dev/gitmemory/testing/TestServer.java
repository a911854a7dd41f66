package dev.gitmemory.testing;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import dev.gitmemory.postgres.embedded.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.commons.io.file.PathUtils;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * The PostgreSQL of this JVM's tests: the product's own embedded one, so that it runs wherever the product does, but
 * quick instead of durable, and open to every role without a password. Its folder goes with the JVM.
 */
final class TestServer {

    private TestServer() {}

    /**
     * Starts the server.
     *
     * @return its port on 127.0.0.1
     */
    static int start() {
        try {
            Path folder = Files.createTempDirectory("git-memory-test");
            Progress silence = step -> {};
            EmbeddedPostgres server = EmbeddedPostgres.start(folder, 0, silence);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, folder), "stop-test-server"));
            Files.writeString(folder.resolve("postgres/data/pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
            configure(server.settings());
            return Integer.parseInt(PGProperty.PG_PORT.getOrDefault(
                    Driver.parseURL(server.settings().url(), null)));
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL did not start", e);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL took no settings", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the embedded PostgreSQL started", e);
        }
    }

    private static void configure(DatabaseSettings settings) throws SQLException {
        try (Connection connection = DriverManager.getConnection(settings.url(), settings.user(), settings.password());
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET fsync = off");
            statement.execute("ALTER SYSTEM SET synchronous_commit = off");
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    private static void stop(EmbeddedPostgres server, Path folder) {
        try {
            server.close();
            PathUtils.deleteDirectory(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
