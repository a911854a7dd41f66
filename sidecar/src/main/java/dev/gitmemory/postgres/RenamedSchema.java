package dev.gitmemory.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An installation whose schema has another name now, found by the query that the scripts ask, too. */
final class RenamedSchema {
    private static final String SCRIPT = "/db/migration/beforeEachMigrate.sql";
    private static final Pattern QUERY = Pattern.compile("\\$query\\$(.*?)\\$query\\$", Pattern.DOTALL);
    private static final String SQL = query();

    private RenamedSchema() {}

    /**
     * Refuses a database that has one: it would look as if nothing was installed.
     *
     * @param connection with a search_path that finds nothing but PostgreSQL's own
     * @throws SuperuserNeededException with the SQL that gives it its name back; none where there are several
     */
    static void refuse(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SQL)) {
            if (row.next()) {
                List<String> remedies = new ArrayList<>();
                for (Object remedy : (Object[]) row.getArray(2).getArray()) {
                    remedies.add((String) remedy);
                }
                throw new SuperuserNeededException(row.getString(1), remedies);
            }
        }
    }

    private static String query() {
        try (InputStream script = RenamedSchema.class.getResourceAsStream(SCRIPT)) {
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
