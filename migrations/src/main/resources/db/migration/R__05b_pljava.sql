-- Whether the role that migrates could put the guard into PL/Java here, before anything is tried.
--
-- The function's body is one query without parameters, so that a dry run can ask it where nothing is installed yet.

CREATE OR REPLACE FUNCTION git_memory.pljava_obstacle() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $query$
    -- The language is what tells: a dump that was restored where there is no PL/Java leaves its schema, with tables and jars.
    -- The privileges are those that PL/Java leaves to be granted; strict functions, so that what is not there comes out as null.
    WITH here AS (
        SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)                        AS superuser,
               EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pljava')                  AS available,
               EXISTS (SELECT FROM pg_language WHERE lanname = 'java')                             AS created,
               has_schema_privilege(to_regnamespace('sqlj')::oid, 'USAGE')
                   AND has_schema_privilege(to_regrole('git_memory_owner')::oid,
                                            to_regnamespace('sqlj')::oid, 'USAGE')                 AS may_use_schema,
               has_language_privilege((SELECT oid FROM pg_language WHERE lanname = 'java'),
                                      'USAGE')                                                     AS may_use_language,
               -- Restored by a role that could not create the extension.
               (SELECT CASE
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
                  AND NOT EXISTS (SELECT FROM pg_language WHERE lanname = 'java'))                 AS way_clear
    ),
    missing AS (
        SELECT number, obstacle, remedy
        FROM here,
             LATERAL (VALUES
                 (1, NOT created,
                     'the extension is not in this database',
                     concat_ws(' ', way_clear, 'CREATE EXTENSION pljava;')),
                 (2, way_clear IS NOT NULL OR may_use_schema IS NOT TRUE,
                     format('schema sqlj is not usable for %I and git_memory_owner', current_user),
                     format('GRANT USAGE ON SCHEMA sqlj TO %I, git_memory_owner;', current_user)),
                 (3, may_use_language IS NOT TRUE,
                     format('language java is not usable for %I', current_user),
                     format('GRANT USAGE ON LANGUAGE java TO %I;', current_user)))
                 AS way (number, blocked, obstacle, remedy)
        WHERE blocked
          AND NOT superuser
    )
    SELECT CASE
               WHEN NOT created AND NOT available
                   THEN 'this server does not have PL/Java; on Debian and Ubuntu: apt install postgresql-'
                        || current_setting('server_version_num')::integer / 10000
                        || '-pljava, elsewhere see https://tada.github.io/pljava/'
               ELSE (SELECT string_agg(obstacle, ', ' ORDER BY number) || '; a superuser runs: '
                            || string_agg(remedy, ' ' ORDER BY number)
                     FROM missing)
           END
    FROM here
$query$;
