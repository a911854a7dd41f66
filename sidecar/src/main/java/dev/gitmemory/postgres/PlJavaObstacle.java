package dev.gitmemory.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a database what stands in the way of PL/Java for the role that is connected, also where nothing is installed yet:
 * with the very query that the migration will ask.
 */
final class PlJavaObstacle {
    private static final String SCRIPT = "/db/migration/R__05b_pljava.sql";
    private static final Pattern QUERY = Pattern.compile("\\$query\\$(.*?)\\$query\\$", Pattern.DOTALL);

    private PlJavaObstacle() {}

    /** Returns the obstacles and what a superuser does about them, or null if none is known. */
    static @Nullable String find(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query())) {
            row.next();
            return row.getString(1);
        }
    }

    private static String query() {
        try (InputStream script = PlJavaObstacle.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IllegalStateException("The migrations lack " + SCRIPT);
            }
            Matcher query = QUERY.matcher(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            if (!query.find()) {
                throw new IllegalStateException(SCRIPT + " has no query");
            }
            return query.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
