package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** An installation whose schema has another name now, found by the query that the scripts ask, too. */
final class RenamedSchema {
    private static final String SQL = ScriptQuery.of("/db/migration/beforeEachMigrate.sql");

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
}
