-- Before every script: a migration runs with the rights of a superuser or of the tables' owner, and others may have made
-- functions and operators in the schemas of the search_path whose types fit better than those of PostgreSQL's own.
SET search_path = pg_catalog, pg_temp;
-- Nor does a script mean something else where a database or a role has changed these for its sessions: how names are written
-- in the catalogue's words, what a literal and plain PL/pgSQL mean, and that a migration has the time that it takes.
SET quote_all_identifiers = off;
SET standard_conforming_strings = on;
SET plpgsql.extra_errors = 'none';
SET plpgsql.extra_warnings = 'none';
SET check_function_bodies = on;
SET array_nulls = on;
SET transform_null_equals = off;
SET row_security = on;
SET bytea_output = hex;
SET DateStyle = ISO, MDY;
SET jit = off;
SET default_table_access_method = heap;
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;

-- An installation whose schema was renamed is one still: the triggers call it by its oid, and its ledger is what they need. Another one
-- beside it would begin with an empty ledger, and take its triggers. (One in another database is in no catalogue here.)
DO $renamed$
DECLARE
    query constant text := $query$
        WITH
        candidate (name, is_called) AS (
            SELECT n.nspname,
                   EXISTS (SELECT
                           FROM pg_trigger t
                                JOIN pg_proc p
                                  ON p.oid = t.tgfoid
                                 AND p.pronamespace = n.oid
                                JOIN pg_class c
                                  ON c.oid = t.tgrelid
                                 AND c.relnamespace <> n.oid
                           WHERE starts_with(t.tgname, 'git_memory_'))
            FROM pg_namespace n
            WHERE n.nspname <> 'git_memory'
              AND 5 = (SELECT count(*)
                       FROM pg_class c
                            JOIN pg_roles r
                              ON r.oid = c.relowner
                       WHERE c.relnamespace = n.oid
                         AND c.relname IN ('installation', 'repo', 'file', 'commit', 'intent')
                         AND c.relkind = 'r'
                         -- What anybody may make is not believed.
                         AND (r.rolsuper
                              OR r.rolname = current_user
                              OR pg_has_role(r.oid, to_regrole('git_memory_owner')::oid, 'MEMBER')))
        ),
        renamed AS (
            SELECT c.name, c.is_called
            FROM candidate c
            WHERE c.is_called
               OR (to_regclass('git_memory.installation') IS NULL
                   AND NOT EXISTS (SELECT
                                   FROM candidate other
                                   WHERE other.is_called))
        )
        SELECT format(CASE
                          WHEN bool_or(r.is_called)
                              THEN 'The schema git_memory was renamed: the application''s triggers call git-memory in %s. Without its name '
                                   'all that it guards fails, and another installation would have another ledger. Nothing was changed'
                          ELSE 'The schema git_memory was renamed, or copied: an installation of git-memory is in %s, and none in '
                               'git_memory. Nothing was changed. To install anew beside it, rename its table installation'
                      END,
                      string_agg(quote_ident(r.name), ', ' ORDER BY r.name)),
               -- Of several nothing is known but their names.
               array_remove(
                   ARRAY[CASE
                             WHEN count(*) > 1 THEN NULL
                             WHEN to_regclass('git_memory.installation') IS NOT NULL
                                 THEN 'ALTER SCHEMA git_memory RENAME TO git_memory_beside;'
                             WHEN to_regclass('git_memory.flyway_schema_history') IS NOT NULL
                                 THEN 'DROP TABLE git_memory.flyway_schema_history; DROP SCHEMA git_memory;'
                             WHEN to_regnamespace('git_memory') IS NOT NULL
                                 THEN 'DROP SCHEMA git_memory;'
                         END,
                         CASE count(*)
                             WHEN 1 THEN format('ALTER SCHEMA %I RENAME TO git_memory;', min(r.name))
                         END],
                   NULL)
        FROM renamed r
        HAVING count(*) > 0
    $query$;
    message  text;
    remedies text[];
BEGIN
    EXECUTE query INTO message, remedies;
    IF message IS NOT NULL THEN
        RAISE EXCEPTION '%', message
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT    = CASE remedies
                                WHEN '{}' THEN 'Give the one that is the application''s its name back.'
                                ELSE 'Run: ' || array_to_string(remedies, ' ')
                            END;
    END IF;
END
$renamed$;

-- A role that could not do half of it is told so before it is told to become a member of git_memory_owner: a sidecar, or the
-- application, that became one would be a role against which nothing holds.
DO $role$
DECLARE
    owner name;
BEGIN
    SELECT pg_get_userbyid(c.relowner)
    INTO owner
    FROM pg_class c
    WHERE c.oid = to_regclass(format('%I.%I', '${app_schema}', '${blocks_table}'));
    IF NOT pg_has_role(current_user, owner, 'USAGE') THEN
        RAISE EXCEPTION '% does not own the application''s tables, so it can''t migrate', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT    = format('Migrate as the role that owns them (%I), or as a superuser. Nothing was changed.', owner);
    ELSIF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)
          AND pg_has_role(current_user, to_regrole('git_memory_sidecar')::oid, 'MEMBER')
          AND NOT pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE') THEN
        RAISE EXCEPTION '% is a member of git_memory_sidecar and not of git_memory_owner, so it can''t migrate', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT    = 'Migrate as another role that owns the application''s tables, or as a superuser. Nothing was changed.';
    END IF;
END
$role$;

-- The application's tables are made (V001__application_tables.sql) only where there are none, and only when asked for: an
-- empty schema is a mistyped database or schema far more often than a new application. "migrate --create-tables" asks for it
-- by the setting; with stock Flyway, SET git_memory.create_tables = on (initSql, or the options of the URL).
DO $tables$
DECLARE
    absent  text;
    present text;
    names   text;
    others  text;
BEGIN
    IF to_regclass('git_memory.installation') IS NOT NULL THEN
        RETURN;
    END IF;

    SELECT string_agg(format('%s = %I', placeholder, name), ', ' ORDER BY number) FILTER (WHERE is_absent),
           string_agg(format('%s = %I', placeholder, name), ', ' ORDER BY number) FILTER (WHERE NOT is_absent),
           string_agg(format('%I.%I', '${app_schema}', name), E'\n' ORDER BY number)
    INTO absent, present, names
    FROM (VALUES (1, 'blocks_table', '${blocks_table}'),
                 (2, 'blocks_agents_table', '${blocks_agents_table}'),
                 (3, 'agents_tags_table', '${agents_tags_table}'),
                 (4, 'blocks_tags_table', '${blocks_tags_table}'),
                 (5, 'agents_table', '${agents_table}'),
                 (6, 'organizations_table', '${organizations_table}')) AS expected (number, placeholder, name)
         CROSS JOIN LATERAL (SELECT to_regclass(format('%I.%I', '${app_schema}', name)) IS NULL) AS looked_up (is_absent);
    IF absent IS NULL THEN
        RETURN;
    END IF;
    IF present IS NULL AND current_setting('git_memory.create_tables', true) IN ('on', 'true', 'yes', '1') THEN
        PERFORM set_config('git_memory.made_tables', names, false);
        RETURN;
    END IF;

    SELECT string_agg(format('%I (%s)', schema_name, tables), ', ' ORDER BY count DESC, schema_name)
    INTO others
    FROM (SELECT n.nspname, string_agg(quote_ident(c.relname), ', ' ORDER BY c.relname), count(*)
          FROM pg_class c
               JOIN pg_namespace n
                 ON n.oid = c.relnamespace
          WHERE c.relname IN ('${blocks_table}', '${blocks_agents_table}', '${agents_tags_table}', '${blocks_tags_table}',
                              '${agents_table}', '${organizations_table}')
            AND c.relkind IN ('r', 'p')
            AND n.nspname NOT IN ('${app_schema}', 'pg_catalog', 'information_schema', 'git_memory')
            AND n.nspname NOT LIKE 'pg\_t%'
          GROUP BY n.nspname) AS elsewhere (schema_name, tables, count);
    RAISE EXCEPTION '%', CASE WHEN present IS NULL
                              THEN format('Schema "%s" of database "%s" has none of the application''s tables',
                                          '${app_schema}', current_database())
                              ELSE format('Only some of the application''s tables exist in schema "%s"', '${app_schema}')
                         END
        USING ERRCODE = 'undefined_table',
              DETAIL  = concat_ws(' ', 'Found: ' || present || '.',
                                       'Missing: ' || absent || '.',
                                       coalesce('Tables of such names are in schema ' || others || '.',
                                                'No other schema of this database has tables of such names.')),
              HINT    = CASE WHEN present IS NULL
                             THEN 'Give the database and the schema of the application (--app-schema), or have empty tables '
                                  'made: --create-tables (stock Flyway: SET git_memory.create_tables = on). Nothing was changed.'
                             ELSE 'Give the names of the application''s tables (--app-schema, --blocks-table and so on); '
                                  'nothing was changed.'
                        END;
END
$tables$;
