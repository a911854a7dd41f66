-- What is installed compared with what has to be: git_memory.defects() has a row for every difference, and none in a sound
-- database. It looks into the catalogue only; checksums of scripts say what has run, not what is there. git-memory migrate
-- mends what it finds, migrate --check prints it, the view git_memory.guard shows it, afterMigrate.sql fails by it.

-- What is there of ours. A digest leaves out what may differ: the names of the application's tables, and how PostgreSQL 16
-- and later write a view (columns without the name of their table; the objects that it uses are in the digest by themselves).
--   object   as SQL names it
DROP FUNCTION IF EXISTS git_memory.catalogue(); -- it had other columns
CREATE FUNCTION git_memory.catalogue() RETURNS TABLE (kind text, name text, object text, digest text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET quote_all_identifiers = off
    SET standard_conforming_strings = on
AS $function$
DECLARE
    tables record;
BEGIN
    SELECT i.app_schema,
           i.blocks_table,
           i.blocks_agents_table,
           i.agents_tags_table,
           i.blocks_tags_table,
           i.agents_table,
           i.organizations_table
    INTO tables
    FROM git_memory.installation i;

    RETURN QUERY
        WITH
        named (token, table_name) AS (
            VALUES ('blocks',        tables.blocks_table),
                   ('blocks_agents', tables.blocks_agents_table),
                   ('agents_tags',   tables.agents_tags_table),
                   ('blocks_tags',   tables.blocks_tags_table),
                   ('agents',        tables.agents_table),
                   ('organizations', tables.organizations_table)
        ),
        application (token, relation) AS (
            SELECT n.token, to_regclass(format('%I.%I', tables.app_schema, n.table_name))
            FROM named n
        )
        SELECT 'routine',
               format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
               format('ROUTINE git_memory.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
               md5(concat_ws('|', l.lanname, p.prokind, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
                             p.provolatile, p.prosecdef, p.proleakproof, p.proisstrict, p.proparallel, p.proconfig::text,
                             CASE
                                 -- One carries the jar, another one with each build, the other this digest.
                                 WHEN p.proname IN ('guard_with_pljava', 'manifest') THEN ''
                                 WHEN p.prosqlbody IS NOT NULL        THEN pg_get_function_sqlbody(p.oid)
                                 ELSE git_memory.without_table_names(
                                          p.prosrc,
                                          ARRAY(SELECT format('"%s"."%s"', tables.app_schema, n.table_name)
                                                FROM named n
                                                ORDER BY n.token),
                                          ARRAY(SELECT n.token
                                                FROM named n
                                                ORDER BY n.token))
                             END))
        FROM pg_proc p
             JOIN pg_language l
               ON l.oid = p.prolang
        WHERE p.pronamespace = 'git_memory'::regnamespace
        UNION ALL
        SELECT r.kind,
               r.name,
               format('%s git_memory.%s', upper(r.kind), r.name),
               md5(concat_ws('|', r.relkind, r.relpersistence, r.columns, r.constraints, r.definition, r.uses, r.rules,
                             r.parents))
        FROM (SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
                     quote_ident(c.relname)                                                        AS name,
                     c.relkind,
                     c.relpersistence,
                     (SELECT string_agg(format('%s %s %s %s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod),
                                               a.attnotnull, a.attidentity, a.attgenerated,
                                               nullif(a.attcollation, 'pg_catalog."default"'::regcollation)::regcollation,
                                               pg_get_expr(d.adbin, d.adrelid)),
                                        ',' ORDER BY a.attname)
                      FROM pg_attribute a
                           LEFT JOIN pg_attrdef d
                                  ON d.adrelid = a.attrelid
                                 AND d.adnum = a.attnum
                      WHERE a.attrelid = c.oid
                        AND a.attnum > 0
                        AND NOT a.attisdropped)                                                    AS columns,
                     (SELECT string_agg(format('%s %s', o.conname, pg_get_constraintdef(o.oid)), ',' ORDER BY o.conname)
                      FROM pg_constraint o
                      WHERE o.conrelid = c.oid
                        AND o.contype IN ('c', 'f', 'p', 'u', 'x'))                                AS constraints,
                     CASE c.relkind
                         WHEN 'v' THEN concat_ws(' ', c.reloptions::text,
                                                 regexp_replace(pg_get_viewdef(c.oid), '\m\w+\.', '', 'g'))
                         WHEN 'S' THEN (SELECT concat_ws(' ', format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax,
                                                         s.seqcycle)
                                        FROM pg_sequence s
                                        WHERE s.seqrelid = c.oid)
                     END                                                                           AS definition,
                     (SELECT string_agg(DISTINCT used.identity, ',')
                      FROM pg_rewrite w
                           JOIN pg_depend d
                             ON d.classid = 'pg_rewrite'::regclass
                            AND d.objid = w.oid
                           CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS used
                      WHERE w.ev_class = c.oid)                                                    AS uses,
                     (SELECT string_agg(pg_get_ruledef(w.oid), ',' ORDER BY w.rulename)
                      FROM pg_rewrite w
                      WHERE w.ev_class = c.oid
                        AND w.rulename <> '_RETURN')                                               AS rules,
                     (SELECT string_agg(concat_ws(' ', h.inhparent::regclass, h.inhrelid::regclass), ',')
                      FROM pg_inherits h
                      WHERE c.oid IN (h.inhparent, h.inhrelid))                                    AS parents
              FROM pg_class c
              WHERE c.relnamespace = 'git_memory'::regnamespace
                AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                AND c.relname <> 'flyway_schema_history') AS r
        UNION ALL
        -- Those of constraints are the constraints'.
        SELECT 'index',
               quote_ident(c.relname),
               format('INDEX git_memory.%I', c.relname),
               md5(pg_get_indexdef(c.oid))
        FROM pg_index x
             JOIN pg_class c
               ON c.oid = x.indexrelid
             JOIN pg_class t
               ON t.oid = x.indrelid
        WHERE t.relnamespace = 'git_memory'::regnamespace
          AND t.relname <> 'flyway_schema_history'
          AND t.relkind <> 't'
          AND x.indisvalid
          AND NOT EXISTS (SELECT
                          FROM pg_constraint o
                          WHERE o.conindid = c.oid)
        UNION ALL
        -- The triggers that call us, wherever they are, and those of our own tables. Partitions have copies of theirs, and the
        -- one for TRUNCATE each by itself.
        SELECT 'trigger',
               format('%s %s', coalesce(a.token, t.tgrelid::regclass::text), t.tgname),
               format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass),
               md5(replace(pg_get_triggerdef(t.oid),
                           ' ON ' || t.tgrelid::regclass::text || ' ',
                           format(' ON %s ', coalesce(a.token, t.tgrelid::regclass::text))))
        FROM pg_trigger t
             JOIN pg_class c
               ON c.oid = t.tgrelid
             JOIN pg_proc p
               ON p.oid = t.tgfoid
             LEFT JOIN application a
                    ON a.relation = t.tgrelid
        WHERE NOT t.tgisinternal
          AND t.tgparentid = 0
          AND (p.pronamespace = 'git_memory'::regnamespace
               OR c.relnamespace = 'git_memory'::regnamespace
               OR (a.token IS NOT NULL AND starts_with(t.tgname, 'git_memory_')))
          AND NOT (c.relispartition AND t.tgname = 'git_memory_guard_truncate');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.without_table_names(source text, table_names text[], tokens text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    FOR i IN 1..cardinality(table_names) LOOP
        source := replace(source, table_names[i], tokens[i]);
    END LOOP;
    RETURN source;
END
$function$;

-- A trigger of the manifest as SQL names it: 'blocks git_memory_guard_insert' is on the table that the application calls blocks.
CREATE OR REPLACE FUNCTION git_memory.trigger_object(name text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT format('TRIGGER %I ON %s',
                  split_part(name, ' ', 2),
                  coalesce((SELECT format('%I.%I', i.app_schema, n.table_name)
                            FROM git_memory.installation i
                                 CROSS JOIN LATERAL (VALUES ('blocks',        i.blocks_table),
                                                            ('blocks_agents', i.blocks_agents_table),
                                                            ('agents_tags',   i.agents_tags_table),
                                                            ('agents',        i.agents_table)) AS n (token, table_name)
                            WHERE n.token = split_part(name, ' ', 1)),
                           split_part(name, ' ', 1)))
$function$;

-- The engine whose functions are there; null where the guard is missing.
CREATE OR REPLACE FUNCTION git_memory.engine_found() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE l.lanname WHEN 'java' THEN 'pljava' ELSE l.lanname::text END
    FROM pg_proc p
         JOIN pg_language l
           ON l.oid = p.prolang
    WHERE p.pronamespace = 'git_memory'::regnamespace
      AND p.proname = 'guard_link'
$function$;

-- What is not as it has to be.
--   object   in the words of SQL
--   state    what is wrong with it
--   remedy   SQL that mends it, for the object's owner or a superuser; null: git-memory migrate
CREATE OR REPLACE FUNCTION git_memory.defects() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off -- compiling would take ten times as long as looking
    SET quote_all_identifiers = off
    SET standard_conforming_strings = on
AS $function$
BEGIN
    RETURN QUERY SELECT * FROM git_memory.defects_of_installation();
    IF EXISTS (SELECT FROM git_memory.installation) THEN
        RETURN QUERY SELECT * FROM git_memory.defects_of_catalogue();
        RETURN QUERY SELECT * FROM git_memory.defects_of_triggers();
        RETURN QUERY SELECT * FROM git_memory.defects_of_application();
    END IF;
    RETURN QUERY SELECT * FROM git_memory.defects_of_rights();
END
$function$;

-- The row that says what is installed, the roles, and PL/Java where the guard needs it.
CREATE OR REPLACE FUNCTION git_memory.defects_of_installation() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    installed record;
    stranger  text;
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
    IF to_regnamespace('sqlj') IS NULL THEN
        RETURN QUERY SELECT 'EXTENSION pljava', 'missing', 'CREATE EXTENSION pljava;';
        RETURN;
    END IF;
    IF NOT has_schema_privilege('git_memory_owner', 'sqlj', 'USAGE') THEN
        RETURN QUERY SELECT 'SCHEMA sqlj',
                            'git_memory_owner may not use it, so the guard can''t load its classes',
                            'GRANT USAGE ON SCHEMA sqlj TO git_memory_owner;';
        RETURN;
    END IF;
    RETURN QUERY
        SELECT format('TABLE sqlj.%I', c.relname),
               'row-level security hides the guard''s classes from git_memory_owner',
               format('ALTER TABLE sqlj.%I DISABLE ROW LEVEL SECURITY;', c.relname)
        FROM pg_class c
             JOIN pg_roles r
               ON r.rolname = 'git_memory_owner'
              AND NOT r.rolbypassrls
        WHERE c.relnamespace = to_regnamespace('sqlj')
          AND c.relrowsecurity
        ORDER BY 1;
    IF NOT EXISTS (SELECT
                   FROM sqlj.jar_repository r
                        JOIN sqlj.jar_entry e
                          ON e.jarid = r.jarid
                        JOIN sqlj.classpath_entry c
                          ON c.jarid = r.jarid
                   WHERE r.jarname = installed.guard_version
                     AND c.schemaname = 'git_memory') THEN
        RETURN QUERY SELECT 'guard', format('jar %s is not on the class path in PL/Java', installed.guard_version), NULL;
    END IF;
    FOR stranger IN SELECT r.rolname
                    FROM pg_roles r
                    WHERE NOT r.rolsuper
                      AND r.rolname NOT LIKE 'pg\_%'
                      AND NOT pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
                      AND has_schema_privilege(r.oid, 'sqlj', 'USAGE')
                      AND (EXISTS (SELECT
                                   FROM pg_proc p
                                   WHERE p.pronamespace = 'sqlj'::regnamespace
                                     AND p.proname IN ('install_jar', 'replace_jar', 'remove_jar', 'set_classpath')
                                     AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))
                           OR EXISTS (SELECT
                                      FROM pg_class c
                                      WHERE c.relnamespace = 'sqlj'::regnamespace
                                        AND c.relkind = 'r'
                                        AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE'))) LOOP
        RETURN QUERY SELECT 'SCHEMA sqlj',
                            format('%I may replace the guard''s classes', stranger),
                            format('REVOKE ALL ON SCHEMA sqlj FROM %I;', stranger);
    END LOOP;
END
$function$;

-- Tables, views, sequences, routines, triggers against the list in R__13_manifest.sql.
CREATE OR REPLACE FUNCTION git_memory.defects_of_catalogue() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    engine (name) AS (
        SELECT coalesce(git_memory.engine_found(), i.guard_engine, 'plpgsql')
        FROM git_memory.installation i
    ),
    wanted AS (
        SELECT m.kind, m.name, m.digest
        FROM git_memory.manifest() m
             JOIN engine e
               ON m.engine IN (e.name, 'both')
    )
    SELECT CASE
               WHEN c.object IS NOT NULL THEN c.object
               WHEN w.kind = 'trigger'   THEN git_memory.trigger_object(w.name)
               ELSE format('%s git_memory.%s', upper(w.kind), w.name)
           END,
           CASE
               WHEN c.name IS NULL THEN 'missing'
               WHEN w.name IS NULL THEN 'not git-memory''s'
               ELSE 'not as installed'
           END,
           CASE
               WHEN w.name IS NULL THEN format('DROP %s;', c.object)
           END
    FROM wanted w
         FULL JOIN git_memory.catalogue() c
                ON c.kind = w.kind
               AND c.name = w.name
    WHERE w.digest IS DISTINCT FROM c.digest
      -- What the other engine has left does nothing.
      AND NOT (w.name IS NULL
               AND EXISTS (SELECT
                           FROM git_memory.manifest() m
                           WHERE m.kind = c.kind
                             AND m.name = c.name))
      -- A DBA's own index that refuses nothing.
      AND NOT (w.name IS NULL
               AND c.kind = 'index'
               AND NOT EXISTS (SELECT
                               FROM pg_index x
                               WHERE x.indexrelid = to_regclass('git_memory.' || c.name)
                                 AND (x.indisunique OR x.indisexclusion)))
    ORDER BY 1
$function$;

-- Triggers that are there and do not fire, PostgreSQL's own for the references between our tables included, and partitions
-- that are not guarded against TRUNCATE.
CREATE OR REPLACE FUNCTION git_memory.defects_of_triggers() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass),
           CASE t.tgenabled WHEN 'D' THEN 'disabled' ELSE 'not enabled always' END,
           format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', t.tgrelid::regclass, t.tgname)
    FROM pg_trigger t
         JOIN pg_proc p
           ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'git_memory'::regnamespace
      AND t.tgenabled <> 'A'
    UNION ALL
    SELECT format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass),
           'disabled',
           format('ALTER TABLE %s ENABLE TRIGGER %I;', t.tgrelid::regclass, t.tgname)
    FROM pg_trigger t
         JOIN pg_class c
           ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'git_memory'::regnamespace
      AND t.tgisinternal
      AND t.tgenabled = 'D'
    UNION ALL
    SELECT format('TRIGGER git_memory_guard_truncate ON %s', tree.relid::regclass), 'missing', NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL unnest(ARRAY[i.blocks_table, i.blocks_agents_table, i.agents_tags_table, i.agents_table])
                    AS guarded (table_name)
         CROSS JOIN LATERAL pg_partition_tree(to_regclass(format('%I.%I', i.app_schema, guarded.table_name))) AS tree
    WHERE tree.parentrelid IS NOT NULL
      AND NOT EXISTS (SELECT
                      FROM pg_trigger t
                      WHERE t.tgrelid = tree.relid
                        AND t.tgname = 'git_memory_guard_truncate')
$function$;

-- The application's tables: the columns that git mirrors, and what they let git_memory's roles do.
CREATE OR REPLACE FUNCTION git_memory.defects_of_application() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    -- OFFSET 0: names are looked up once, not for each row of the catalogue.
    SELECT format('COLUMN %I.%I', m.table_name, m.column_name),
           CASE WHEN m.found IS NULL THEN 'missing' ELSE format('of type %s, not one of %s', m.found, m.wanted) END,
           NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL git_memory.unfit_columns(i.app_schema, i.blocks_table, i.blocks_agents_table,
                                                     i.agents_tags_table, i.agents_table) AS m
    UNION ALL
    SELECT format('COLUMN %I.git_sha', i.blocks_table), 'missing', NULL
    FROM (SELECT i.blocks_table,
                 to_regclass(format('%I.%I', i.app_schema, i.blocks_table)) AS relation
          FROM git_memory.installation i
          OFFSET 0) AS i
    WHERE NOT EXISTS (SELECT
                      FROM pg_attribute a
                      WHERE a.attrelid = i.relation
                        AND a.attname = 'git_sha'
                        AND a.atttypid = 'text'::regtype)
    UNION ALL
    SELECT 'SCHEMA ' || quote_ident(i.app_schema),
           format('%s may not use it', role_name),
           format('GRANT USAGE ON SCHEMA %I TO %I;', i.app_schema, role_name)
    FROM git_memory.installation i
         CROSS JOIN unnest(ARRAY['git_memory_owner', 'git_memory_sidecar']) AS role_name
    WHERE to_regrole(role_name) IS NOT NULL
      AND to_regnamespace(quote_ident(i.app_schema)) IS NOT NULL
      AND NOT has_schema_privilege(role_name, i.app_schema, 'USAGE')
    UNION ALL
    SELECT format('TABLE %I.%I', i.app_schema, needed.table_name),
           format('%s lacks %s', needed.role_name, needed.privilege_named),
           format('GRANT %s ON %I.%I TO %I;', needed.privilege_named, i.app_schema, needed.table_name, needed.role_name)
    FROM git_memory.installation i
         CROSS JOIN LATERAL (SELECT a.role_name,
                                    a.table_name,
                                    a.column_name,
                                    a.privilege,
                                    concat_ws(' ', a.privilege, '(' || quote_ident(a.column_name) || ')') AS privilege_named,
                                    to_regclass(format('%I.%I', i.app_schema, a.table_name))              AS relation
                             FROM git_memory.application_rights(i.blocks_table, i.blocks_agents_table, i.agents_tags_table,
                                                                i.blocks_tags_table, i.agents_table,
                                                                i.organizations_table) AS a
                             OFFSET 0) AS needed
    WHERE to_regrole(needed.role_name) IS NOT NULL
      AND needed.relation IS NOT NULL
      AND CASE
              WHEN needed.column_name IS NULL THEN NOT has_table_privilege(needed.role_name, needed.relation, needed.privilege)
              ELSE EXISTS (SELECT
                           FROM pg_attribute a
                           WHERE a.attrelid = needed.relation
                             AND a.attname = needed.column_name
                             AND NOT has_column_privilege(needed.role_name, needed.relation, a.attnum, needed.privilege))
          END
$function$;

-- Owners, rights, and row-level security of all that is ours.
CREATE OR REPLACE FUNCTION git_memory.defects_of_rights() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    difference AS MATERIALIZED (
        SELECT *
        FROM git_memory.right_differences()
    )
    SELECT d.object,
           format('owned by %I', d.owner),
           format('ALTER %s OWNER TO git_memory_owner;', d.object)
    FROM difference d
    WHERE d.has_own
      AND d.owner <> 'git_memory_owner'
    UNION ALL
    -- The schema's owner may drop all there is, and that of Flyway's history says what was run.
    SELECT o.object,
           format('owned by %I, who is not a member of git_memory_owner', o.owner),
           format('ALTER %s OWNER TO git_memory_owner;', o.object)
    FROM git_memory.owned_objects() o
         JOIN pg_roles r
           ON r.rolname = o.owner
    WHERE o.name IN ('git_memory', 'flyway_schema_history')
      AND NOT r.rolsuper
      AND NOT pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
    UNION ALL
    SELECT d.object,
           'row-level security hides rows',
           format('ALTER %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;', d.object)
    FROM difference d
    WHERE d.row_security
    UNION ALL
    SELECT d.object,
           format('%s has %s', substr(r.extra, strpos(r.extra, ' ') + 1),
                  string_agg(split_part(r.extra, ' ', 1), ', ' ORDER BY r.extra)),
           format('REVOKE ALL ON %s FROM %s CASCADE;', d.object, substr(r.extra, strpos(r.extra, ' ') + 1))
    FROM difference d
         CROSS JOIN LATERAL unnest(d.rights) AS r (extra)
    WHERE r.extra <> ALL (d.wanted)
    GROUP BY d.object, substr(r.extra, strpos(r.extra, ' ') + 1)
    UNION ALL
    SELECT d.object,
           format('%s lacks %s', substr(r.lacking, strpos(r.lacking, ' ') + 1), split_part(r.lacking, ' ', 1)),
           format('GRANT %s ON %s TO %s%s;', rtrim(split_part(r.lacking, ' ', 1), '*'), d.object,
                  substr(r.lacking, strpos(r.lacking, ' ') + 1),
                  CASE WHEN split_part(r.lacking, ' ', 1) LIKE '%*' THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference d
         CROSS JOIN LATERAL unnest(d.wanted) AS r (lacking)
    WHERE r.lacking <> ALL (d.rights)
$function$;

-- Logins against whom nothing holds, whatever the guard does: superusers, members of git_memory_owner, and those who may
-- change or drop the application's tables or make triggers on them, which run with the rights of the role that writes.
CREATE OR REPLACE FUNCTION git_memory.unguarded_logins() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT ARRAY(SELECT r.rolname::text
                 FROM pg_roles r
                 WHERE r.rolcanlogin
                   AND (r.rolsuper
                        OR pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
                        OR EXISTS (SELECT
                                   FROM git_memory.installation i
                                        CROSS JOIN LATERAL unnest(ARRAY[i.blocks_table, i.blocks_agents_table,
                                                                        i.agents_tags_table, i.agents_table])
                                                   AS guarded (table_name)
                                        JOIN pg_class c
                                          ON c.oid = to_regclass(format('%I.%I', i.app_schema, guarded.table_name))
                                   WHERE pg_has_role(r.oid, c.relowner, 'MEMBER')
                                      OR has_table_privilege(r.oid, c.oid, 'TRIGGER')))
                 ORDER BY 1)
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
            SELECT p.table_name, p.trigger_name, d.state, d.object, coalesce(d.remedy, 'git-memory migrate')
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
               git_memory.unguarded_logins()
        FROM shown s
             LEFT JOIN git_memory.installation i
                    ON true
        ORDER BY s.state = 'ok', s.table_name, s.trigger_name, s.object;
END
$function$;

-- The guard's triggers, and whatever else is not as it has to be: every row must say ok.
DROP VIEW IF EXISTS git_memory.guard;
CREATE VIEW git_memory.guard AS
SELECT g.engine,
       g.version,
       g.reason,
       g.table_name,
       g.trigger_name,
       g.trigger_state,
       g.object,
       g.remedy,
       g.unguarded_logins
FROM git_memory.guard_state() g;

CALL git_memory.set_rights();
