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

    /**
     * Objects of ours whose owner the role can't act for, as a restore without owners leaves them. Asks the catalogue and no
     * function of ours, which may be missing or another's.
     */
    private static final String STRANGERS = """
            WITH
            ours (object, owner) AS (
                SELECT format('SCHEMA %I', n.nspname), n.nspowner
                FROM pg_namespace n
                WHERE n.nspname = 'git_memory'
                UNION ALL
                SELECT format('%s git_memory.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname),
                       c.relowner
                FROM pg_class c
                WHERE c.relnamespace = to_regnamespace('git_memory')
                  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                  AND NOT EXISTS (SELECT
                                  FROM pg_depend d
                                  WHERE c.relkind = 'S'
                                    AND d.classid = 'pg_class'::regclass
                                    AND d.objid = c.oid
                                    AND d.refclassid = 'pg_class'::regclass
                                    AND d.deptype IN ('a', 'i'))
                UNION ALL
                SELECT 'ROUTINE ' || p.oid::regprocedure, p.proowner
                FROM pg_proc p
                WHERE p.pronamespace = to_regnamespace('git_memory')
            ),
            strange (object, owner) AS (
                SELECT o.object, pg_get_userbyid(o.owner)
                FROM ours o
                WHERE NOT pg_has_role(current_user, o.owner, 'USAGE')
            )
            SELECT remedy
            FROM (SELECT 1, format('CREATE ROLE %I NOLOGIN;', wanted.name)
                  FROM unnest(ARRAY['git_memory_owner', 'git_memory_sidecar', 'git_memory_admin', 'git_memory_reader'])
                       AS wanted (name)
                  WHERE to_regrole(wanted.name) IS NULL
                  UNION ALL
                  SELECT 2, format('GRANT git_memory_owner TO %I;', current_user)
                  WHERE to_regrole('git_memory_owner') IS NULL
                     OR NOT pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE')
                  UNION ALL
                  SELECT 3, format('ALTER %s OWNER TO git_memory_owner;', s.object)
                  FROM strange s
                  WHERE s.owner <> 'git_memory_owner') AS mended (step, remedy)
            WHERE EXISTS (SELECT FROM strange)
            ORDER BY step, remedy
            """;

    private final Connection connection;

    /** @param connection with a search_path that finds nothing but PostgreSQL's own */
    InstalledState(Connection connection) {
        this.connection = connection;
    }

    /**
     * Makes sure that the role may change all that is ours.
     *
     * @throws SuperuserNeededException with what a superuser has to run before
     */
    void requireOwners() throws SQLException {
        List<String> remedies = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STRANGERS)) {
            while (rows.next()) {
                remedies.add(rows.getString(1));
            }
        }
        if (!remedies.isEmpty()) {
            throw new SuperuserNeededException(
                    "Objects of git-memory belong to a role that %s can't act for; nothing was changed"
                            .formatted(connection.getMetaData().getUserName()),
                    remedies);
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
            // Where it can't, the scripts make it anew and say what is in the way.
            attempt(statement -> statement.execute("CALL git_memory.set_rights()"));
        }
        Optional<List<Defect>> left = defects();
        if (!engine.isEmpty() || left.isEmpty() || left.get().stream().anyMatch(defect -> !isSwitchedOff(defect))) {
            runAgain("");
        } else if (!left.get().isEmpty()) {
            runAgain(" AND script = 'R__07_triggers.sql'");
        }
        return found.orElse(List.of());
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
