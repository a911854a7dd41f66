-- What is installed compared with what has to be: git_memory.defects() has a row for every difference, and none in a sound
-- database. It looks into the catalogue only; checksums of scripts say what has run, not what is there. git-memory migrate
-- mends what it finds, migrate --check prints it, the view git_memory.guard shows it, afterMigrate.sql fails by it.

-- What is not as it has to be.
--   object   in the words of SQL
--   state    what is wrong with it
--   remedy   SQL that mends it, for the object's owner or a superuser; null: git-memory migrate, where that can
CREATE OR REPLACE FUNCTION git_memory.defects() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off -- compiling would take ten times as long as looking
    SET quote_all_identifiers = off
    SET standard_conforming_strings = on
AS $function$
BEGIN
    -- Then nothing in it can be called from here. A restore without rights leaves it so, and another owner of the schema.
    IF NOT has_schema_privilege('git_memory', 'USAGE') THEN
        RETURN QUERY
            SELECT 'SCHEMA git_memory',
                   format('owned by %I, and git_memory_owner may not use it, so the rest was not compared',
                          pg_get_userbyid(n.nspowner)),
                   CASE n.nspowner
                       WHEN to_regrole('git_memory_owner') THEN 'GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;'
                       ELSE 'ALTER SCHEMA git_memory OWNER TO git_memory_owner;'
                   END
            FROM pg_namespace n
            WHERE n.nspname = 'git_memory';
        RETURN;
    END IF;
    IF NOT has_function_privilege('git_memory.owner_lacks()', 'EXECUTE') THEN
        RETURN QUERY
            SELECT 'ROUTINE git_memory.owner_lacks()',
                   'git_memory_owner lacks EXECUTE, so nothing was compared',
                   'GRANT EXECUTE ON ROUTINE git_memory.owner_lacks() TO git_memory_owner;';
        RETURN;
    END IF;
    RETURN QUERY
        SELECT o.object,
               'git_memory_owner lacks ' || o.privileges,
               format('GRANT %s ON %s TO git_memory_owner;', o.privileges, o.object)
        FROM git_memory.owner_lacks() o;
    RETURN QUERY SELECT * FROM git_memory.defects_of_installation();
    IF EXISTS (SELECT FROM git_memory.installation) THEN
        RETURN QUERY SELECT * FROM git_memory.defects_of_catalogue();
        RETURN QUERY SELECT * FROM git_memory.defects_of_triggers();
        RETURN QUERY SELECT * FROM git_memory.defects_of_application();
        RETURN QUERY SELECT * FROM git_memory.defects_of_data();
    END IF;
    RETURN QUERY SELECT * FROM git_memory.defects_of_rights();
EXCEPTION
    WHEN insufficient_privilege THEN -- what was found before is told all the same
        RETURN QUERY SELECT 'ROLE git_memory_owner', format('may not compare the rest: %s', SQLERRM), NULL;
END
$function$;

-- The row that says what is installed, the roles, and PL/Java where the guard needs it.
CREATE OR REPLACE FUNCTION git_memory.defects_of_installation() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    installed record;
BEGIN
    SELECT i.guard_engine, i.guard_version INTO installed FROM git_memory.installation i;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'TABLE git_memory.installation', 'empty', NULL;
    ELSIF installed.guard_engine IS DISTINCT FROM git_memory.engine_found() THEN
        RETURN QUERY SELECT 'guard',
                            format('installed in %s, found in %s', coalesce(installed.guard_engine, 'none'),
                                   coalesce(git_memory.engine_found(), 'none')),
                            NULL;
    END IF;
    RETURN QUERY
        SELECT 'ROLE ' || r.rolname,
               'may log in, and such a login owns the guard',
               format('ALTER ROLE %I NOLOGIN;', r.rolname)
        FROM pg_roles r
        WHERE r.rolname = 'git_memory_owner'
          AND r.rolcanlogin;

    IF git_memory.engine_found() IS DISTINCT FROM 'pljava' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM git_memory.defects_of_pljava(installed.guard_version);
END
$function$;

-- For the view, which is read by roles that may not call the rest.
CREATE OR REPLACE FUNCTION git_memory.guard_state()
    RETURNS TABLE (engine           text,
                   version          text,
                   reason           text,
                   table_name       text,
                   trigger_name     text,
                   trigger_state    text,
                   object           text,
                   remedy           text,
                   unguarded_logins text[])
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET quote_all_identifiers = off
    SET standard_conforming_strings = on
AS $function$
#variable_conflict use_column
BEGIN
    IF NOT has_schema_privilege('git_memory', 'USAGE') THEN -- as in defects()
        RETURN QUERY
            SELECT NULL::text,
                   NULL::text,
                   NULL::text,
                   NULL::text,
                   NULL::text,
                   'git_memory_owner may not use the schema, so nothing was compared',
                   'SCHEMA git_memory',
                   CASE n.nspowner
                       WHEN to_regrole('git_memory_owner') THEN 'GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;'
                       ELSE 'ALTER SCHEMA git_memory OWNER TO git_memory_owner;'
                   END,
                   NULL::text[]
            FROM pg_namespace n
            WHERE n.nspname = 'git_memory';
        RETURN;
    END IF;
    RETURN QUERY
        WITH
        defect AS (
            SELECT d.object, d.state, d.remedy
            FROM git_memory.defects() d
        ),
        place AS (
            SELECT t.object,
                   split_part(t.object, ' ', 2) AS trigger_name,
                   split_part(t.object, ' ON ', 2) AS table_name
            FROM (SELECT git_memory.trigger_object(m.name) AS object
                  FROM git_memory.manifest() m
                  WHERE m.kind = 'trigger') AS t
        ),
        shown AS (
            SELECT p.table_name, p.trigger_name, 'ok' AS state, p.object, NULL::text AS remedy
            FROM place p
            WHERE p.object NOT IN (SELECT d.object FROM defect d)
            UNION ALL
            SELECT p.table_name, p.trigger_name, d.state, d.object, coalesce(d.remedy, git_memory.remedy_without_sql(d.object))
            FROM defect d
                 LEFT JOIN place p
                        ON p.object = d.object
        )
        SELECT i.guard_engine,
               i.guard_version,
               i.guard_reason,
               s.table_name,
               s.trigger_name,
               s.state,
               s.object,
               s.remedy,
               (SELECT git_memory.unguarded_logins()) -- once, not for each row
        FROM shown s
             LEFT JOIN git_memory.installation i
                    ON true
        ORDER BY s.state = 'ok', s.table_name, s.trigger_name, s.object;
END
$function$;

-- The guard's triggers, and whatever else is not as it has to be: every row must say ok.
CALL git_memory.define_view('guard', $view$
SELECT g.engine,
       g.version,
       g.reason,
       g.table_name,
       g.trigger_name,
       g.trigger_state,
       g.object,
       g.remedy,
       g.unguarded_logins
FROM git_memory.guard_state() g
$view$);

CALL git_memory.set_rights();
