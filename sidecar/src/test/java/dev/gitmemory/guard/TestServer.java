package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL to test on, and its superuser.
 *
 * @param description what kind of server, for people
 * @param url JDBC URL of any of its databases
 * @param lasting whether it goes on after the tests, which then have to tidy up
 */
record TestServer(
        String description,
        String url,
        String user,
        @Nullable String password,
        boolean lasting) {

    PGSimpleDataSource database(@Nullable String name, String role, @Nullable String rolePassword) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        if (name != null) {
            source.setDatabaseName(name);
        }
        source.setUser(role);
        source.setPassword(rolePassword);
        return source;
    }

    PGSimpleDataSource superuser(@Nullable String database) {
        return database(database, user, password);
    }

    String version() throws SQLException {
        return query("SHOW server_version");
    }

    boolean offersPlJava() throws SQLException {
        return query("SELECT count(*) FROM pg_available_extensions WHERE name = 'pljava'")
                .equals("1");
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = superuser(null).getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = superuser(null).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
