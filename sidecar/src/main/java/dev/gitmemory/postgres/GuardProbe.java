package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Asks a guard in PL/Java to work once: what keeps Java from starting is in no catalogue. */
final class GuardProbe {
    private GuardProbe() {}

    /**
     * {@return what is wrong with it; empty where it works, is in another language, or is of a version that can't be asked}
     *
     * @param connection outside a transaction; not to be used afterwards, for a Java machine that fails may take the session along
     */
    static List<Defect> ask(Connection connection) {
        List<Defect> defects = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(
                    "SELECT pg_catalog.to_regprocedure('git_memory.defects_of_engine()') IS NOT NULL")) {
                if (!row.next() || !row.getBoolean(1)) {
                    return defects;
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT object, state, remedy FROM git_memory.defects_of_engine()")) {
                while (rows.next()) {
                    defects.add(new Defect(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        } catch (SQLException e) { // is the answer
            defects.add(new Defect("guard", "could not be asked whether it works: " + Failures.explain(e), null));
        }
        return defects;
    }
}
