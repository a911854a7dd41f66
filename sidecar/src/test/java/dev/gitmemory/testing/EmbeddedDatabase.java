package dev.gitmemory.testing;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A throw-away database on the one embedded PostgreSQL of this JVM, which starts with the first and goes with the JVM.
 *
 * <p>A test class takes its own: databases come from a template and cost a few dozen milliseconds. Roles belong to the
 * server, so those of tests need names of their own ({@link #role}).
 */
public final class EmbeddedDatabase {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final int port;
    private final String name;

    private EmbeddedDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    /** {@return a database with nothing in it} */
    public static EmbeddedDatabase empty() {
        return create("template0");
    }

    /** {@return a database with the application's tables, empty, and git-memory installed with the PL/pgSQL guard} */
    public static EmbeddedDatabase migrated() {
        return create(Template.NAME);
    }

    /** {@return connections as superuser, unpooled} */
    public DataSource dataSource() {
        return dataSource("postgres");
    }

    /** {@return connections as that role, unpooled} */
    public DataSource dataSource(String role) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(role);
        return source;
    }

    /** {@return the URL, without user; every role may log in without a password} */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** Runs statements as superuser. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /**
     * Creates a role that may log in and do what an application does: read and write the application's tables.
     *
     * @return its name, which no other test has
     */
    public String role() throws SQLException {
        String role = "app_" + COUNTER.incrementAndGet();
        execute(
                "CREATE ROLE " + role + " LOGIN",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        return role;
    }

    /**
     * Creates a login role for a sidecar.
     *
     * @return its name, which no other test has
     */
    public String sidecarRole() throws SQLException {
        String role = "sidecar_" + COUNTER.incrementAndGet();
        execute("CREATE ROLE " + role + " LOGIN IN ROLE git_memory_sidecar");
        return role;
    }

    /**
     * Copies the database as it is now; nobody may be connected to it.
     *
     * @return the name of the copy, for {@link #named}
     */
    public String copy() {
        return create(name).name;
    }

    /** {@return the database of that name} */
    public static EmbeddedDatabase named(String name) {
        return new EmbeddedDatabase(Server.PORT, name);
    }

    private static EmbeddedDatabase create(String template) {
        try {
            String name = "test_" + COUNTER.incrementAndGet();
            EmbeddedDatabase maintenance = new EmbeddedDatabase(Server.PORT, "postgres");
            maintenance.execute("CREATE DATABASE " + name + " TEMPLATE " + template + " ENCODING 'UTF8'");
            return new EmbeddedDatabase(Server.PORT, name);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL made no database", e);
        }
    }

    private static final class Server {
        static final int PORT = TestServer.start();
    }

    private static final class Template {
        static final String NAME = migrate();

        private static String migrate() {
            EmbeddedDatabase template = empty();
            new Migrations(template.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL).migrate();
            return template.name;
        }
    }
}
