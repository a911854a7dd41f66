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

    /** Whether Flyway can read what was run. */
    private static final String READABLE = """
            SELECT NOT EXISTS (SELECT
                               FROM pg_namespace n
                                    LEFT JOIN pg_class c
                                           ON c.relnamespace = n.oid
                                          AND c.relname = 'flyway_schema_history'
                               WHERE n.nspname = 'git_memory'
                                 AND NOT (has_schema_privilege(n.oid, 'USAGE')
                                          AND coalesce(has_table_privilege(c.oid, 'SELECT'), true)))
            """;

    /** What has to be given back before a member of git_memory_owner can have the rest mended. */
    private static final String CALLABLE = """
            DO $$
            BEGIN
                IF NOT has_schema_privilege('git_memory', 'USAGE') THEN
                    GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;
                END IF;
                IF NOT has_function_privilege('git_memory.set_rights(text)', 'EXECUTE') THEN
                    GRANT EXECUTE ON PROCEDURE git_memory.set_rights(text) TO git_memory_owner;
                END IF;
            END
            $$
            """;

    private final Connection connection;

    /** @param connection with a search_path that finds nothing but PostgreSQL's own */
    InstalledState(Connection connection) {
        this.connection = connection;
    }

    /** Whether the role may read which scripts have run; true where none has. */
    boolean isHistoryReadable() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(READABLE)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** What is not as it has to be; empty where the database can't tell, for the functions that compare are missing. */
    Optional<List<Defect>> defects() throws SQLException {
        if (!isThere("to_regprocedure('git_memory.defects()')")) {
            return Optional.empty();
        }
        return attempt(statement -> {
            List<Defect> defects = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery("SELECT object, state, remedy FROM git_memory.defects() " + Defect.ORDER)) {
                while (rows.next()) {
                    defects.add(new Defect(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
            return defects;
        });
    }

    /**
     * Mends what takes no script: owners and rights. For what is left, and where the database can't tell, all scripts run
     * again; where triggers were only switched off, the one that also sees to the rows that came meanwhile.
     *
     * @param engine what PL/Java has said before, see {@link GuardProbe}
     * @return what was not as it has to be, as far as the database can tell
     */
    List<Defect> prepare(List<Defect> engine) throws SQLException {
        Optional<List<Defect>> found = defects().map(defects -> {
            List<Defect> all = new ArrayList<>(defects);
            all.addAll(engine);
            return all;
        });
        if (!isThere("to_regclass('git_memory.flyway_schema_history')")
                || found.map(List::isEmpty).orElse(false)) {
            return List.of();
        }
        if (isThere("to_regprocedure('git_memory.set_rights(text)')")) {
            attempt(statement -> statement.execute(CALLABLE));
            // Where it can't, the scripts make it anew and say what is in the way.
            attempt(statement -> statement.execute("CALL git_memory.set_rights()"));
        }
        Optional<List<Defect>> left = defects();
        if (!engine.isEmpty() || left.isEmpty() || left.get().stream().anyMatch(defect -> !isSwitchedOff(defect))) {
            runAgain("");
        } else if (!left.get().isEmpty()) {
            runAgain(" AND script = 'R__07_triggers.sql'");
        }
        return found.isPresent() || !isThere("to_regprocedure('git_memory.defects()')")
                ? found.orElse(List.of())
                : List.of(new Defect("ROUTINE git_memory.defects()", "could not be called, or failed", null));
    }

    /** Flyway runs a repeatable script whose checksum is another. */
    private void runAgain(String which) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE git_memory.flyway_schema_history SET checksum = 0"
                    + " WHERE version IS NULL AND type = 'SQL' AND checksum <> 0" + which);
        }
    }

    private static boolean isSwitchedOff(Defect defect) {
        return String.valueOf(defect.remedy()).matches("ALTER TABLE .* ENABLE .*TRIGGER .*");
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
