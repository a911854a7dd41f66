package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that the connected role lacks to migrate, as SQL for a superuser: roles first, in an order in which each line
 * works. Asks the catalogue and no function of ours, which may be missing or another's.
 *
 * @param remedies one statement each; empty where nothing is known to be missing, or no SQL gives it
 * @param owners who owns tables of the application that the role can't act for, in a sentence; empty if no other role does
 * @param strangers whether objects of ours belong to roles that it can't act for, as a restore without owners leaves them
 */
record MissingRights(List<String> remedies, String owners, boolean strangers) {

    private static final String MISSING = """
            WITH
            me (name, is_super, may_create_roles, inherits) AS (
                SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolinherit
                FROM pg_roles r
                WHERE r.rolname = current_user
            ),
            role (number, name) AS (
                VALUES (1, 'git_memory_owner'), (2, 'git_memory_sidecar'), (3, 'git_memory_admin'), (4, 'git_memory_reader')
            ),
            app (schema_name) AS (
                SELECT ?::text
            ),
            application (id, owner) AS (
                SELECT c.oid, c.relowner
                FROM app
                     JOIN pg_namespace n
                       ON n.nspname = app.schema_name
                     JOIN pg_class c
                       ON c.relnamespace = n.oid
                WHERE c.relname = ANY (?)
                  AND c.relkind IN ('r', 'p')
            ),
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
            ),
            -- A dump restored by a role that may not create the extension leaves its schema, which belongs to that role: whoever
            -- owns the schema of PL/Java owns what is in it.
            stray (remedy) AS (
                SELECT CASE
                           WHEN EXISTS (SELECT
                                        FROM pg_depend d
                                        WHERE d.refclassid = 'pg_namespace'::regclass
                                          AND d.refobjid = n.oid)
                               THEN 'ALTER SCHEMA sqlj RENAME TO sqlj_before_pljava;'
                           ELSE 'DROP SCHEMA sqlj;'
                       END
                FROM pg_namespace n
                     JOIN pg_roles r
                       ON r.oid = n.nspowner
                WHERE n.nspname = 'sqlj'
                  AND NOT r.rolsuper
                  AND NOT EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'java')
            ),
            needed (step, remedy) AS (
                SELECT role.number, format('CREATE ROLE %I NOLOGIN;', role.name)
                FROM role, me
                WHERE to_regrole(role.name) IS NULL
                  AND NOT me.may_create_roles
                UNION ALL
                -- A member that does not inherit needs more than to be a member.
                SELECT 5, format('ALTER ROLE %I INHERIT;', me.name)
                FROM me
                WHERE NOT me.inherits
                  AND current_setting('server_version_num')::integer < 160000
                  AND pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE') IS NOT TRUE
                UNION ALL
                -- Who may create roles may join them; from PostgreSQL 16 on, only those that he has created.
                SELECT 5, format('GRANT git_memory_owner TO %I%s;', me.name,
                                 CASE
                                     WHEN current_setting('server_version_num')::integer >= 160000
                                          AND coalesce(pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'MEMBER'),
                                                       NOT me.inherits)
                                         THEN ' WITH INHERIT TRUE'
                                 END)
                FROM me
                WHERE CASE
                          WHEN to_regrole('git_memory_owner') IS NULL THEN NOT me.may_create_roles
                          WHEN pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE') THEN false
                          WHEN current_setting('server_version_num')::integer < 160000 THEN NOT me.may_create_roles
                          ELSE NOT pg_has_role(current_user, to_regrole('git_memory_owner')::oid,
                                               'USAGE WITH ADMIN OPTION')
                      END
                UNION ALL
                SELECT 6, format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), me.name)
                FROM me
                WHERE to_regnamespace('git_memory') IS NULL
                  AND NOT has_database_privilege(current_database(), 'CREATE')
                UNION ALL
                SELECT DISTINCT 7, format('GRANT %I TO %I;', o.rolname, me.name)
                FROM me,
                     application a
                     JOIN pg_roles o
                       ON o.oid = a.owner
                WHERE NOT pg_has_role(current_user, o.oid, 'USAGE')
                  AND NOT o.rolsuper
                  AND NOT pg_has_role(o.oid, (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user), 'MEMBER')
                UNION ALL
                SELECT 8, format('GRANT USAGE ON SCHEMA %I TO git_memory_owner, git_memory_sidecar;', app.schema_name)
                FROM app
                     JOIN pg_namespace n
                       ON n.nspname = app.schema_name
                WHERE NOT has_schema_privilege(n.oid, 'USAGE WITH GRANT OPTION')
                  AND NOT has_schema_privilege('public', n.oid, 'USAGE')
                  AND EXISTS (SELECT
                              FROM role
                              WHERE role.number <= 2
                                AND has_schema_privilege(to_regrole(role.name)::oid, n.oid, 'USAGE') IS NOT TRUE)
                UNION ALL
                SELECT 9, format('GRANT CREATE ON SCHEMA %I TO %I;', app.schema_name, me.name)
                FROM me,
                     app
                     JOIN pg_namespace n
                       ON n.nspname = app.schema_name
                WHERE ?
                  AND NOT has_schema_privilege(n.oid, 'CREATE')
                  AND NOT EXISTS (SELECT FROM application)
                UNION ALL
                -- What it does is not known until a script has made it anew.
                SELECT 9, format('ALTER %s SECURITY INVOKER;', s.object)
                FROM strange s
                WHERE s.may_be_anything
                UNION ALL
                SELECT 10, CASE s.object
                               WHEN 'TABLE git_memory.flyway_schema_history'
                                   THEN format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO git_memory_owner;', s.object)
                               ELSE format('ALTER %s OWNER TO git_memory_owner;', s.object)
                           END
                FROM strange s
                WHERE s.owner <> 'git_memory_owner'
                UNION ALL
                -- What its members can't migrate without: they have the rights that it has.
                SELECT 10, 'GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;'
                FROM pg_namespace n
                     JOIN git_memory_owner g
                       ON g.id = n.nspowner
                WHERE n.nspname = 'git_memory'
                  AND NOT (has_schema_privilege(g.id, n.oid, 'USAGE') AND has_schema_privilege(g.id, n.oid, 'CREATE'))
                UNION ALL
                SELECT 11, format('GRANT ALL ON git_memory.%I TO git_memory_owner;', c.relname)
                FROM pg_class c
                     JOIN pg_namespace n
                       ON n.oid = c.relnamespace
                     JOIN git_memory_owner g
                       ON g.id = c.relowner
                WHERE n.nspname = 'git_memory'
                  AND c.relkind = 'r'
                  AND NOT has_table_privilege(g.id, c.oid, 'SELECT')
                UNION ALL
                -- What makes functions, and what scripts say in DO.
                SELECT 10, format('GRANT USAGE ON LANGUAGE %I TO %I;', l.lanname, me.name)
                FROM me, pg_language l
                WHERE l.lanname IN ('plpgsql', 'sql')
                  AND NOT has_language_privilege(l.oid, 'USAGE')
                UNION ALL
                SELECT 10, format('ALTER SCHEMA sqlj OWNER TO %I;',
                                  (SELECT r.rolname FROM pg_roles r WHERE r.rolsuper ORDER BY r.oid LIMIT 1))
                FROM pg_namespace n
                     JOIN pg_roles r
                       ON r.oid = n.nspowner
                      AND NOT r.rolsuper
                WHERE n.nspname = 'sqlj'
                  AND EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'java') -- otherwise it is stray
                  AND ? IN ('pljava', 'auto')
                UNION ALL
                SELECT way.step, way.remedy
                FROM me
                     LEFT JOIN stray
                            ON true
                     CROSS JOIN LATERAL (VALUES
                         (11, stray.remedy IS NOT NULL,
                              stray.remedy),
                         (12, NOT EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'java'),
                              'CREATE EXTENSION pljava;'),
                         (13, stray.remedy IS NOT NULL
                              OR has_schema_privilege(to_regnamespace('sqlj')::oid, 'USAGE') IS NOT TRUE
                              OR has_schema_privilege(to_regrole('git_memory_owner')::oid,
                                                      to_regnamespace('sqlj')::oid, 'USAGE') IS NOT TRUE,
                              format('GRANT USAGE ON SCHEMA sqlj TO %I, git_memory_owner;', me.name)),
                         (14, has_language_privilege((SELECT l.oid FROM pg_language l WHERE l.lanname = 'java'),
                                                     'USAGE') IS NOT TRUE,
                              format('GRANT USAGE ON LANGUAGE java TO %I;', me.name)))
                         AS way (step, is_missing, remedy)
                WHERE way.is_missing
                  -- Who asks for PL/Java has it made; who takes what there is has it opened where it is.
                  AND CASE ?
                          WHEN 'pljava' THEN EXISTS (SELECT FROM pg_available_extensions e WHERE e.name = 'pljava')
                          WHEN 'auto'   THEN EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'java')
                          ELSE false
                      END
            )
            SELECT ARRAY(SELECT n.remedy
                         FROM needed n, me
                         WHERE NOT me.is_super
                         ORDER BY n.step, n.remedy),
                   (SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(a.owner)), ', ')
                    FROM application a
                    WHERE NOT pg_has_role(current_user, a.owner, 'USAGE')),
                   EXISTS (SELECT FROM strange)
            """;

    /** Copies the list. */
    MissingRights {
        remedies = List.copyOf(remedies);
    }

    /**
     * Looks it up.
     *
     * @param connection with a search_path that finds nothing but PostgreSQL's own, in no failed transaction
     * @param createTables whether the application's tables are to be made where there are none
     */
    static MissingRights of(Connection connection, TableNames tables, GuardEngine guard, boolean createTables)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(MISSING.replace("{manifest}", Manifest.values()))) {
            statement.setString(1, tables.schema());
            statement.setArray(2, connection.createArrayOf("text", new String[] {
                tables.blocks(),
                tables.blocksAgents(),
                tables.agentsTags(),
                tables.blocksTags(),
                tables.agents(),
                tables.organizations()
            }));
            statement.setBoolean(3, createTables);
            statement.setString(4, guard.setting());
            statement.setString(5, guard.setting());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                List<String> remedies = new ArrayList<>();
                for (Object remedy : (Object[]) row.getArray(1).getArray()) {
                    remedies.add((String) remedy);
                }
                String owners = row.getString(2);
                String user = connection.getMetaData().getUserName();
                return new MissingRights(
                        remedies,
                        owners == null
                                ? ""
                                : "The application's tables in schema %s belong to %s: migrate as that role (--db-user), or %s as a member of it"
                                        .formatted(tables.schema(), owners, user),
                        row.getBoolean(3));
            }
        }
    }
}
