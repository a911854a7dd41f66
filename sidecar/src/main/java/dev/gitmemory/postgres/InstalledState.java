package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
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

    /** The owner of the table of blocks, where the role can't act for it; or the role itself, where it is a sidecar. */
    private static final String UNFIT = """
            SELECT pg_get_userbyid(c.relowner),
                   pg_has_role(current_user, c.relowner, 'USAGE')
            FROM pg_class c
                 JOIN pg_namespace n
                   ON n.oid = c.relnamespace
                 JOIN pg_roles r
                   ON r.rolname = current_user
            WHERE n.nspname = ?
              AND c.relname = ?
              AND NOT r.rolsuper
              AND (NOT pg_has_role(current_user, c.relowner, 'USAGE')
                   OR (pg_has_role(current_user, to_regrole('git_memory_sidecar')::oid, 'MEMBER')
                       AND NOT pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE')))
            """;

    /**
     * What a superuser has to run where objects of ours belong to a role that the current one can't act for, as a restore
     * without owners leaves them. Asks the catalogue and no function of ours, which may be missing or another's. What others have
     * made in the schema is in nobody's way.
     */
    private static final String STRANGERS = """
            WITH
            manifest (engine, kind, name, digest) AS (
                {manifest}
            ),
            git_memory_owner (id) AS (
                SELECT to_regrole('git_memory_owner')::oid
            ),
            ours (object, owner, runs_as_owner, is_usable) AS (
                SELECT format('SCHEMA %I', n.nspname),
                       n.nspowner,
                       false,
                       has_schema_privilege(g.id, n.oid, 'USAGE WITH GRANT OPTION') AND has_schema_privilege(g.id, n.oid, 'CREATE')
                FROM pg_namespace n
                     CROSS JOIN git_memory_owner g
                WHERE n.nspname = 'git_memory'
                UNION ALL
                SELECT format('%s git_memory.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname),
                       c.relowner,
                       false,
                       c.relname = 'flyway_schema_history'
                       AND has_table_privilege(g.id, c.oid, 'SELECT')
                       AND has_table_privilege(g.id, c.oid, 'INSERT')
                       AND has_table_privilege(g.id, c.oid, 'UPDATE')
                       AND has_table_privilege(g.id, c.oid, 'DELETE')
                FROM pg_class c
                     JOIN pg_namespace n
                       ON n.oid = c.relnamespace
                     CROSS JOIN git_memory_owner g
                WHERE n.nspname = 'git_memory'
                  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                  AND (c.relname = 'flyway_schema_history'
                       OR EXISTS (SELECT
                                  FROM manifest m
                                  WHERE m.kind = CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END
                                    AND m.name = quote_ident(c.relname)))
                  AND NOT EXISTS (SELECT
                                  FROM pg_depend d
                                  WHERE c.relkind = 'S'
                                    AND d.classid = 'pg_class'::regclass
                                    AND d.objid = c.oid
                                    AND d.refclassid = 'pg_class'::regclass
                                    AND d.deptype IN ('a', 'i'))
                UNION ALL
                SELECT 'ROUTINE ' || p.oid::regprocedure, p.proowner, p.prosecdef, false
                FROM pg_proc p
                     JOIN pg_namespace n
                       ON n.oid = p.pronamespace
                     JOIN manifest m
                       ON m.kind = 'routine'
                      AND m.name = format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
                WHERE n.nspname = 'git_memory'
            ),
            strange (object, owner, may_be_anything) AS (
                SELECT o.object,
                       r.rolname,
                       o.runs_as_owner AND NOT r.rolsuper AND NOT coalesce(pg_has_role(r.oid, g.id, 'MEMBER'), false)
                FROM ours o
                     JOIN pg_roles r
                       ON r.oid = o.owner
                     CROSS JOIN git_memory_owner g
                WHERE NOT pg_has_role(current_user, o.owner, 'USAGE')
                  AND NOT coalesce(o.is_usable AND pg_has_role(current_user, g.id, 'USAGE'), false)
            )
            SELECT remedy
            FROM (SELECT 1, format('CREATE ROLE %I NOLOGIN;', wanted.name)
                  FROM unnest(ARRAY['git_memory_owner', 'git_memory_sidecar', 'git_memory_admin', 'git_memory_reader'])
                       AS wanted (name)
                  WHERE to_regrole(wanted.name) IS NULL
                  UNION ALL
                  -- A member that does not inherit needs more than to be a member.
                  SELECT 2, format('ALTER ROLE %I INHERIT;', r.rolname)
                  FROM pg_roles r
                  WHERE r.rolname = current_user
                    AND NOT r.rolinherit
                    AND current_setting('server_version_num')::integer < 160000
                  UNION ALL
                  SELECT 3,
                         format('GRANT git_memory_owner TO %I%s;', current_user,
                                CASE
                                    WHEN current_setting('server_version_num')::integer >= 160000
                                         AND coalesce(pg_has_role(current_user, g.id, 'MEMBER'), NOT r.rolinherit)
                                        THEN ' WITH INHERIT TRUE'
                                END)
                  FROM git_memory_owner g
                       JOIN pg_roles r
                         ON r.rolname = current_user
                  WHERE NOT coalesce(pg_has_role(current_user, g.id, 'USAGE'), false)
                  UNION ALL
                  -- What it does is not known until a script has made it anew.
                  SELECT 4, format('ALTER %s SECURITY INVOKER;', s.object)
                  FROM strange s
                  WHERE s.may_be_anything
                  UNION ALL
                  SELECT 5, CASE s.object
                                WHEN 'TABLE git_memory.flyway_schema_history'
                                    THEN format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO git_memory_owner;', s.object)
                                ELSE format('ALTER %s OWNER TO git_memory_owner;', s.object)
                            END
                  FROM strange s
                  WHERE s.owner <> 'git_memory_owner') AS mended (step, remedy)
            WHERE EXISTS (SELECT FROM strange)
            ORDER BY step, remedy
            """;

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

    private final Connection connection;

    /** @param connection with a search_path that finds nothing but PostgreSQL's own */
    InstalledState(Connection connection) {
        this.connection = connection;
    }

    /**
     * Makes sure that the role may change all that is ours. None that could not migrate anyway is told to become a member of
     * git_memory_owner: a sidecar that did would be a role against which nothing holds.
     *
     * @throws MigrationException if the role does not own the application's tables, or is a sidecar's
     * @throws SuperuserNeededException with what a superuser has to run before
     */
    void requireOwners(TableNames tables) throws SQLException {
        String role = connection.getMetaData().getUserName();
        try (PreparedStatement statement = connection.prepareStatement(UNFIT)) {
            statement.setString(1, tables.schema());
            statement.setString(2, tables.blocks());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    throw new MigrationException(
                            row.getBoolean(2)
                                    ? ("%s is a member of git_memory_sidecar and not of git_memory_owner; nothing was changed. Migrate"
                                                    + " as another role that owns the application's tables, or as a superuser")
                                            .formatted(role)
                                    : ("%s does not own the application's tables, so it can't migrate; nothing was changed. Migrate as"
                                                    + " the role that owns them (%s), or as a superuser")
                                            .formatted(role, row.getString(1)));
                }
            }
        }
        List<String> remedies = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STRANGERS.replace("{manifest}", Manifest.values()))) {
            while (rows.next()) {
                remedies.add(rows.getString(1));
            }
        }
        if (!remedies.isEmpty()) {
            throw new SuperuserNeededException(
                    "Objects of git-memory belong to a role that %s can't act for; nothing was changed".formatted(role),
                    remedies);
        }
    }

    /**
     * Makes sure that the role may read which scripts have run.
     *
     * @throws MigrationException as {@link #requireOwners} does
     */
    void requireHistory(TableNames tables) throws SQLException {
        boolean isReadable;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(READABLE)) {
            isReadable = row.next() && row.getBoolean(1);
        }
        if (!isReadable) {
            requireOwners(tables);
        }
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
