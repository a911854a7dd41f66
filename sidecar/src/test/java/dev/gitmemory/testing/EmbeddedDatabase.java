package dev.gitmemory.testing;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A throw-away database on the one embedded PostgreSQL of this JVM, which starts with the first and goes with the JVM; or,
 * for tests that ask for it, on a server that whoever runs them has given ({@link #GIVEN}).
 *
 * <p>A test class takes its own: databases come from a template and cost a few dozen milliseconds. Roles belong to the
 * server, so those of tests need names of their own ({@link #role}).
 */
public final class EmbeddedDatabase implements AutoCloseable {

    /** The variable with the JDBC URL of a server; its superuser in those with {@code USER} and {@code PASSWORD}. */
    public static final String GIVEN = "GIT_MEMORY_TEST_DB_URL";

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String ROLE_PASSWORD = "git-memory";

    private final Server server;
    private final String name;
    private final List<String> roles = new ArrayList<>();

    private EmbeddedDatabase(Server server, String name) {
        this.server = server;
        this.name = name;
    }

    /**
     * A server.
     *
     * @param url of its databases, all but the name
     * @param prefix of databases and roles, so that several runs may share it
     * @param lasting whether it goes on after the tests, which then have to tidy up
     */
    private record Server(String url, String user, @Nullable String password, String prefix, boolean lasting) {

        EmbeddedDatabase maintenance() {
            return new EmbeddedDatabase(this, "postgres");
        }
    }

    /** {@return a database with nothing in it} */
    public static EmbeddedDatabase empty() {
        return create(Embedded.SERVER, "template0");
    }

    /** {@return a database with the application's tables, empty, and git-memory installed with the PL/pgSQL guard} */
    public static EmbeddedDatabase migrated() {
        return create(Embedded.SERVER, Template.NAME);
    }

    /**
     * {@return a database on the server that {@link #GIVEN} names, with the application's tables and git-memory installed
     * with the guard in PL/Java, which that server must have}
     */
    public static EmbeddedDatabase onGivenServer() {
        EmbeddedDatabase made = create(Given.SERVER, "template0");
        try {
            new Migrations(made.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA)
                    .creatingTables()
                    .migrate();
            return made;
        } catch (RuntimeException e) {
            try {
                made.close();
            } catch (SQLException onClose) {
                e.addSuppressed(onClose);
            }
            throw e;
        }
    }

    /** {@return connections as superuser, unpooled} */
    public DataSource dataSource() {
        return dataSource(server.user(), server.password());
    }

    /** {@return connections as a role that this database has made, unpooled} */
    public DataSource dataSource(String role) {
        return role.equals(server.user()) ? dataSource() : dataSource(role, ROLE_PASSWORD);
    }

    private DataSource dataSource(String role, @Nullable String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(role);
        source.setPassword(password);
        return source;
    }

    /** {@return the URL, without user; on the embedded server every role may log in without a password} */
    public String jdbcUrl() {
        return server.url() + name;
    }

    /** {@return how to log in as a new role with the rights of sidecars} */
    public DatabaseSettings sidecarSettings() throws SQLException {
        return new DatabaseSettings(jdbcUrl(), sidecarRole(), ROLE_PASSWORD);
    }

    /** {@return how to log in as superuser} */
    public DatabaseSettings superuserSettings() {
        return new DatabaseSettings(jdbcUrl(), server.user(), server.password());
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
     * Creates a role that may log in and do what an application does: read and write the application's tables. One at a time:
     * PostgreSQL fails where two grant on one table at the same moment.
     *
     * @return its name, which no other test has
     */
    public synchronized String role() throws SQLException {
        String role = role("app", "");
        execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        return role;
    }

    /**
     * Creates a login role for a sidecar.
     *
     * @return its name, which no other test has
     */
    public String sidecarRole() throws SQLException {
        return role("sidecar", "IN ROLE git_memory_sidecar");
    }

    /**
     * Creates a login role.
     *
     * @param options of CREATE ROLE
     * @return its name, which no other test has
     */
    public synchronized String role(String kind, String options) throws SQLException {
        String role = server.prefix() + kind + "_" + COUNTER.incrementAndGet();
        execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + ROLE_PASSWORD + "' " + options);
        roles.add(role);
        return role;
    }

    /** Removes the database and its roles from a server that goes on after the tests. */
    @Override
    public void close() throws SQLException {
        if (server.lasting()) {
            server.maintenance().execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            for (String role : roles) {
                server.maintenance().execute("DROP ROLE IF EXISTS " + role);
            }
        }
    }

    /**
     * Copies the database as it is now; nobody may be connected to it.
     *
     * @return the name of the copy, for {@link #named}
     */
    public String copy() {
        return create(server, name).name;
    }

    /** {@return the database of that name on the embedded server} */
    public static EmbeddedDatabase named(String name) {
        return new EmbeddedDatabase(Embedded.SERVER, name);
    }

    private static EmbeddedDatabase create(Server server, String template) {
        try {
            String name = server.prefix() + "test_" + COUNTER.incrementAndGet();
            server.maintenance().execute("CREATE DATABASE " + name + " TEMPLATE " + template + " ENCODING 'UTF8'");
            return new EmbeddedDatabase(server, name);
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL made no database", e);
        }
    }

    private static final class Embedded {
        static final Server SERVER =
                new Server("jdbc:postgresql://127.0.0.1:" + TestServer.start() + "/", "postgres", null, "", false);
    }

    private static final class Given {
        static final Server SERVER = find();

        private static Server find() {
            String url = String.valueOf(System.getenv(GIVEN));
            return new Server(
                    url.substring(0, url.lastIndexOf('/') + 1),
                    System.getenv().getOrDefault("GIT_MEMORY_TEST_DB_USER", "postgres"),
                    System.getenv("GIT_MEMORY_TEST_DB_PASSWORD"),
                    "gm_" + ProcessHandle.current().pid() + "_",
                    true);
        }
    }

    private static final class Template {
        static final String NAME = migrate();

        private static String migrate() {
            EmbeddedDatabase template = empty();
            new Migrations(template.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                    .creatingTables()
                    .migrate();
            return template.name;
        }
    }
}
