package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database under test, seen by three roles: its superuser, an application that may only read and write its own
 * tables, and a sidecar. Each has one connection that tests share, and as many more as they open. Used by one thread.
 */
final class GuardedDatabase implements AutoCloseable {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String ROLE_PASSWORD = "guard";

    private final TestServer server;
    private final String name;
    private final List<String> roles = new ArrayList<>();
    private @Nullable Connection admin;
    private @Nullable Connection app;
    private @Nullable Connection sidecar;
    private @Nullable String appRole;
    private @Nullable String sidecarRole;

    GuardedDatabase(TestServer server, String name) {
        this.server = server;
        this.name = name;
    }

    String name() {
        return name;
    }

    TestServer server() {
        return server;
    }

    /** Connections as superuser, for migrations. */
    DataSource dataSource() {
        return server.superuser(name);
    }

    /** The superuser's connection. */
    Connection admin() throws SQLException {
        admin = open(admin, server.superuser(name));
        return admin;
    }

    /** The application's connection, in no transaction. */
    Connection app() throws SQLException {
        app = open(app, source(appRole()));
        return app;
    }

    /** The sidecar's connection, in no transaction. */
    Connection sidecar() throws SQLException {
        sidecar = open(sidecar, source(sidecarRole()));
        return sidecar;
    }

    /** One more connection of the application, which the test closes. */
    Connection newApp() throws SQLException {
        return source(appRole()).getConnection();
    }

    /** One more connection of a sidecar, which the test closes. */
    Connection newSidecar() throws SQLException {
        return source(sidecarRole()).getConnection();
    }

    /** One more connection of the superuser, which the test closes. */
    Connection newAdmin() throws SQLException {
        return server.superuser(name).getConnection();
    }

    DataSource source(String role) {
        return server.database(name, role, ROLE_PASSWORD);
    }

    /** A role that logs in and does what an application does. */
    String appRole() throws SQLException {
        if (appRole == null) {
            appRole = createRole("app", "");
            grantTables(appRole);
        }
        return appRole;
    }

    private String sidecarRole() throws SQLException {
        if (sidecarRole == null) {
            sidecarRole = createRole("sidecar", "IN ROLE git_memory_sidecar");
        }
        return sidecarRole;
    }

    /** Creates a login role that is dropped with the database. */
    String createRole(String kind, String options) throws SQLException {
        String role = name + "_" + kind + "_" + COUNTER.incrementAndGet();
        run(admin(), "CREATE ROLE " + role + " LOGIN PASSWORD '" + ROLE_PASSWORD + "' " + options);
        roles.add(role);
        return role;
    }

    /** Lets a role read and write every table of the application that there is now. */
    void grantTables(String role) throws SQLException {
        List<String> schemas = strings(
                admin(),
                "SELECT DISTINCT quote_ident(schemaname) FROM pg_tables"
                        + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'git_memory', 'sqlj')");
        for (String schema : schemas) {
            run(admin(), "GRANT USAGE ON SCHEMA " + schema + " TO " + role);
            run(
                    admin(),
                    "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
        }
    }

    /** Runs one statement with parameters; returns the number of rows written. */
    static int run(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        if (parameters.length == 0) {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql) ? 0 : statement.getUpdateCount();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    /** The first column of a query's rows. */
    static List<String> strings(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        }
    }

    /** The one value of a query. */
    static String string(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        return strings(connection, sql, parameters).get(0);
    }

    /** Drops the database and the roles that were made for it. */
    @Override
    public void close() throws SQLException {
        for (Connection connection : new Connection[] {admin, app, sidecar}) {
            if (connection != null) {
                connection.close();
            }
        }
        server.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        for (String role : roles) {
            server.execute("DROP ROLE IF EXISTS " + role);
        }
    }

    private static Connection open(@Nullable Connection current, DataSource source) throws SQLException {
        if (current == null || current.isClosed()) {
            return source.getConnection();
        }
        if (!current.getAutoCommit()) {
            current.rollback();
            current.setAutoCommit(true);
        }
        return current;
    }
}
