package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at what is installed, and mends what takes no script. Used by one thread; what fails leaves the
 * transaction that it is called in as it was. */
final class InstalledState {

    private final Connection connection;

    /** @param connection with a search_path that finds nothing but PostgreSQL's own */
    InstalledState(Connection connection) {
        this.connection = connection;
    }

    /** What is not as it has to be; empty where the database can't tell, for the functions that compare are missing. */
    Optional<List<Defect>> defects() throws SQLException {
        if (!isThere("to_regprocedure('git_memory.defects()')")) {
            return Optional.empty();
        }
        return attempt(statement -> {
            List<Defect> defects = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT object, state, remedy FROM git_memory.defects() ORDER BY object, state")) {
                while (rows.next()) {
                    defects.add(new Defect(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
            return defects;
        });
    }

    /**
     * Mends what takes no script: owners and rights here, triggers that are switched off in afterMigrate.sql. For what is
     * left, and where the database can't tell, all scripts run again.
     *
     * @return what was not as it has to be, as far as the database can tell
     */
    List<Defect> prepare() throws SQLException {
        Optional<List<Defect>> found = defects();
        if (!isThere("to_regclass('git_memory.flyway_schema_history')")
                || found.map(List::isEmpty).orElse(false)) {
            return List.of();
        }
        if (isThere("to_regprocedure('git_memory.set_rights(text)')")) {
            // Where it can't, the scripts make it anew and say what is in the way.
            attempt(statement -> statement.execute("CALL git_memory.set_rights()"));
        }
        if (!isSound()) {
            try (Statement statement = connection.createStatement()) {
                // Flyway runs a repeatable script whose checksum is another.
                statement.executeUpdate("UPDATE git_memory.flyway_schema_history SET checksum = 0"
                        + " WHERE version IS NULL AND type = 'SQL' AND checksum <> 0");
            }
        }
        return found.orElse(List.of());
    }

    /** Whether no script has to run: afterMigrate.sql switches triggers on again. */
    private boolean isSound() throws SQLException {
        return defects()
                .map(found -> found.stream().allMatch(defect -> String.valueOf(defect.remedy())
                        .matches("ALTER TABLE .* ENABLE .*TRIGGER .*")))
                .orElse(false);
    }

    private interface Work<T> {
        T on(Statement statement) throws SQLException;
    }

    /** Empty where it fails: a function that it calls is missing or another's, or may not be called by this role. */
    private <T> Optional<T> attempt(Work<T> work) throws SQLException {
        Savepoint before = connection.getAutoCommit() ? null : connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            return Optional.of(work.on(statement));
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith("08") || DatabaseErrors.isLockTimeout(e)) {
                throw e;
            }
            if (before != null) {
                connection.rollback(before);
            }
            return Optional.empty();
        }
    }

    private boolean isThere(String expression) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + expression + " IS NOT NULL")) {
            return row.next() && row.getBoolean(1);
        }
    }
}
