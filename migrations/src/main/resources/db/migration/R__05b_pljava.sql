-- Whether the guard can be put into PL/Java here, before anything is tried, and whose PL/Java it would be.

-- What of PL/Java is another's than a superuser's, or is not PL/Java's at all: with it the guard's classes can be replaced, and whoever
-- reads there runs what others wrote. So nothing in the schema is read or called before this has no row.
--
-- Where there is no extension but the language, PL/Java was loaded by LOAD, and nothing says what belongs to it.
CREATE OR REPLACE FUNCTION git_memory.strange_pljava() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- The server's own, as a rule.
    superuser (name) AS (
        SELECT r.rolname
        FROM pg_roles r
        WHERE r.rolsuper
        ORDER BY r.oid
        LIMIT 1
    ),
    present (extension, namespace, has_language) AS (
        SELECT e.oid, e.extnamespace, EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'java')
        FROM (VALUES (1)) AS one
             LEFT JOIN pg_extension e
                    ON e.extname = 'pljava'
    ),
    part (class, id, kind, name, relkind, owner) AS (
        SELECT 'pg_class'::regclass, c.oid, 'TABLE', format('sqlj.%I', c.relname), c.relkind, c.relowner
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('sqlj')
          AND c.relname IN ('jar_repository', 'jar_entry', 'jar_descriptor', 'classpath_entry', 'typemap_entry')
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 'ROUTINE', p.oid::regprocedure::text, NULL, p.proowner
        FROM pg_proc p
        WHERE p.pronamespace = to_regnamespace('sqlj')
    ),
    judged AS (
        SELECT p.*,
               r.rolname,
               r.rolsuper,
               CASE
                   WHEN t.extension IS NOT NULL
                       THEN EXISTS (SELECT
                                    FROM pg_depend d
                                    WHERE d.classid = p.class
                                      AND d.objid = p.id
                                      AND d.refclassid = 'pg_extension'::regclass
                                      AND d.refobjid = t.extension
                                      AND d.deptype = 'e')
                   ELSE t.has_language OR r.rolsuper
               END AS is_pljavas
        FROM part p
             CROSS JOIN present t
             JOIN pg_roles r
               ON r.oid = p.owner
    ),
    impostor AS (
        SELECT j.*
        FROM judged j
        WHERE j.kind = 'TABLE'
          AND (j.relkind <> 'r' OR NOT j.is_pljavas)
    ),
    elsewhere AS (
        SELECT n.nspname
        FROM present t
             JOIN pg_namespace n
               ON n.oid = t.namespace
        WHERE n.nspname <> 'sqlj'
    )
    SELECT 'SCHEMA sqlj',
           format('not that of the extension pljava, which is in schema %I: the guard''s classes are loaded from elsewhere', e.nspname),
           concat_ws(' ',
                     (SELECT format('ALTER SCHEMA sqlj RENAME TO %I;', 'sqlj_' || n.oid) FROM pg_namespace n WHERE n.nspname = 'sqlj'),
                     format('ALTER SCHEMA %I RENAME TO sqlj;', e.nspname))
    FROM elsewhere e
    UNION ALL
    SELECT 'SCHEMA sqlj',
           format('owned by %I, who is no superuser and may replace the guard''s classes', r.rolname),
           format('ALTER SCHEMA sqlj OWNER TO %I;', s.name)
    FROM pg_namespace n
         JOIN pg_roles r
           ON r.oid = n.nspowner
         CROSS JOIN superuser s
    WHERE n.nspname = 'sqlj'
      AND NOT r.rolsuper
      AND NOT EXISTS (SELECT FROM elsewhere)
    UNION ALL
    SELECT 'EXTENSION pljava',
           format('%s: not its table', string_agg(i.name, ', ' ORDER BY i.name)),
           -- A superuser's own table was only taken out of the extension.
           string_agg(CASE
                          WHEN i.relkind = 'r' AND i.rolsuper THEN format('ALTER EXTENSION pljava ADD TABLE %s;', i.name)
                          ELSE format('ALTER TABLE %s RENAME TO %I;', i.name, 'not_pljavas_' || i.id)
                      END, ' ' ORDER BY i.name)
    FROM impostor i
    WHERE NOT EXISTS (SELECT FROM elsewhere)
    HAVING count(*) > 0
    UNION ALL
    SELECT format('%s %s', j.kind, j.name),
           format('owned by %I, who is no superuser%s', j.rolname,
                  CASE
                      WHEN NOT j.is_pljavas     THEN ', and not PL/Java''s'
                      WHEN j.kind = 'ROUTINE' THEN ' and may have replaced it: look at its definition first'
                      ELSE ' and may replace the guard''s classes'
                  END),
           CASE
               WHEN j.is_pljavas THEN format('ALTER %s %s OWNER TO %I;', j.kind, j.name, s.name)
               ELSE format('DROP %s %s;', j.kind, j.name)
           END
    FROM judged j
         CROSS JOIN superuser s
    WHERE NOT j.rolsuper
      AND NOT EXISTS (SELECT FROM impostor i WHERE i.id = j.id)
      AND NOT EXISTS (SELECT FROM elsewhere)
    UNION ALL
    -- What a former owner may have left behind.
    SELECT format('TRIGGER %I ON %s', g.tgname, j.name),
           format('runs a function of %I, who is no superuser', r.rolname),
           format('DROP TRIGGER %I ON %s;', g.tgname, j.name)
    FROM judged j
         JOIN pg_trigger g
           ON g.tgrelid = j.id
          AND NOT g.tgisinternal
         JOIN pg_proc p
           ON p.oid = g.tgfoid
         JOIN pg_roles r
           ON r.oid = p.proowner
          AND NOT r.rolsuper
    WHERE j.kind = 'TABLE'
      AND j.relkind = 'r'
      AND NOT EXISTS (SELECT FROM elsewhere)
    UNION ALL
    SELECT format('RULE %I ON %s', w.rulename, j.name),
           'not PL/Java''s',
           format('DROP RULE %I ON %s;', w.rulename, j.name)
    FROM judged j
         JOIN pg_rewrite w
           ON w.ev_class = j.id
    WHERE j.kind = 'TABLE'
      AND j.relkind = 'r'
      AND NOT EXISTS (SELECT FROM elsewhere)
    UNION ALL
    SELECT format('TABLE %s', h.inhrelid::regclass),
           format('inherits from %s, and so may hold classes of the guard', j.name),
           format('ALTER TABLE %s NO INHERIT %s;', h.inhrelid::regclass, j.name)
    FROM judged j
         JOIN pg_inherits h
           ON h.inhparent = j.id
    WHERE j.kind = 'TABLE'
      AND NOT EXISTS (SELECT FROM elsewhere)
$function$;

-- Whether the role that migrates has what it takes. The body is one query without parameters, so that a dry run can ask it where
-- nothing is installed yet.
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
                  AND NOT EXISTS (SELECT FROM pg_language WHERE lanname = 'java'))                 AS way_clear,
               (SELECT r.rolname
                FROM pg_namespace n
                     JOIN pg_roles r
                       ON r.oid = n.nspowner
                WHERE n.nspname = 'sqlj'
                  AND NOT r.rolsuper)                                                              AS stranger
    ),
    missing AS (
        SELECT number, obstacle, remedy
        FROM here,
             LATERAL (VALUES
                 -- Even a superuser would make the extension in a schema that another may replace.
                 (0, stranger IS NOT NULL AND created,
                     format('schema sqlj belongs to %s, who is no superuser and could replace the guard', quote_ident(stranger)),
                     format('ALTER SCHEMA sqlj OWNER TO %I;',
                            (SELECT r.rolname FROM pg_roles r WHERE r.rolsuper ORDER BY r.oid LIMIT 1))),
                 (1, NOT created,
                     'the extension is not in this database'
                     || coalesce(', and schema sqlj belongs to ' || quote_ident(stranger), ''),
                     concat_ws(' ', way_clear, 'CREATE EXTENSION pljava;')),
                 (2, way_clear IS NOT NULL OR may_use_schema IS NOT TRUE,
                     format('schema sqlj is not usable for %I and git_memory_owner', current_user),
                     format('GRANT USAGE ON SCHEMA sqlj TO %I, git_memory_owner;', current_user)),
                 (3, may_use_language IS NOT TRUE,
                     format('language java is not usable for %I', current_user),
                     format('GRANT USAGE ON LANGUAGE java TO %I;', current_user)))
                 AS way (number, blocked, obstacle, remedy)
        WHERE blocked
          -- A superuser makes the extension himself, but in no schema that has something of another's.
          AND (number = 0 OR NOT superuser OR (number = 1 AND way_clear LIKE 'ALTER %'))
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
