package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Asks a database what stands in the way of PL/Java for the role that is connected, also where nothing is installed yet:
 * with the very query that the migration will ask.
 */
final class PlJavaObstacle {
    private static final String SQL = ScriptQuery.of("/db/migration/R__05b_pljava.sql");

    private PlJavaObstacle() {}

    /** Returns the obstacles and what a superuser does about them, or null if none is known. */
    static @Nullable String find(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SQL)) {
            row.next();
            return row.getString(1);
        }
    }
}
