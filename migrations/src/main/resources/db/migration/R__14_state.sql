-- What is installed compared with what has to be: git_memory.defects() has a row for every difference, and none in a sound
-- database. It looks into the catalogue only; checksums of scripts say what has run, not what is there. git-memory migrate
-- mends what it finds, migrate --check prints it, the view git_memory.guard shows it, afterMigrate.sql fails by it.

-- What is there of ours. A digest leaves out what may differ: the names of the application's tables, and how PostgreSQL 16
-- and later write a view (columns without the name of their table; the objects that it uses are in the digest by themselves).
-- What belongs to an object of another's goes with that: its indexes and triggers, a column's sequence, a type's functions.
--   object   as DROP names it
--   class    the table of the catalogue that has it
--   id       its oid there
DROP FUNCTION IF EXISTS git_memory.catalogue(); -- it had other columns
CREATE FUNCTION git_memory.catalogue()
    RETURNS TABLE (kind text, name text, object text, digest text, class oid, id oid)
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
        ),
        our_table (id) AS (
            SELECT to_regclass('git_memory.' || o.name)::oid
            FROM git_memory.our_objects() o
            WHERE o.kind IN ('table', 'view')
              AND to_regclass('git_memory.' || o.name) IS NOT NULL
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
                             END)),
               'pg_proc'::regclass::oid,
               p.oid
        FROM pg_proc p
             JOIN pg_language l
               ON l.oid = p.prolang
        WHERE p.pronamespace = 'git_memory'::regnamespace
          AND NOT EXISTS (SELECT
                          FROM pg_depend d
                          WHERE d.classid = 'pg_proc'::regclass
                            AND d.objid = p.oid
                            AND d.deptype = 'i')
        UNION ALL
        SELECT r.kind,
               r.name,
               format('%s git_memory.%s',
                      CASE r.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE upper(r.kind) END,
                      r.name),
               md5(concat_ws('|', r.relkind, r.relpersistence, r.columns, r.constraints, r.definition, r.uses, r.rules,
                             r.parents)),
               'pg_class'::regclass::oid,
               r.oid
        FROM (SELECT c.oid,
                     CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
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
                AND c.relname <> 'flyway_schema_history'
                AND NOT EXISTS (SELECT
                                FROM pg_depend d
                                WHERE c.relkind = 'S'
                                  AND d.classid = 'pg_class'::regclass
                                  AND d.objid = c.oid
                                  AND d.refclassid = 'pg_class'::regclass
                                  AND d.deptype IN ('a', 'i')
                                  AND d.refobjid NOT IN (SELECT t.id FROM our_table t))) AS r
        UNION ALL
        -- Those of constraints are the constraints'.
        SELECT 'index',
               quote_ident(c.relname),
               format('INDEX git_memory.%I', c.relname),
               md5(pg_get_indexdef(c.oid)),
               'pg_class'::regclass::oid,
               c.oid
        FROM pg_index x
             JOIN pg_class c
               ON c.oid = x.indexrelid
             JOIN pg_class t
               ON t.oid = x.indrelid
        WHERE t.relnamespace = 'git_memory'::regnamespace
          AND t.relname <> 'flyway_schema_history'
          AND t.oid IN (SELECT o.id FROM our_table o)
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
                           format(' ON %s ', coalesce(a.token, t.tgrelid::regclass::text)))),
               'pg_trigger'::regclass::oid,
               t.oid
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
          AND (c.relnamespace <> 'git_memory'::regnamespace
               OR c.oid IN (SELECT o.id FROM our_table o))
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

-- SQL for a superuser that takes something of another's out of the schema. What others depend on is not dropped, and never with
-- CASCADE, which could take a column with its data: it goes to the application's schema.
CREATE OR REPLACE FUNCTION git_memory.removal(class oid, id oid, object text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- A table is also the type of its rows, and a type has an array type.
    parts (class, id) AS (
        SELECT removal.class, removal.id
        UNION ALL
        SELECT 'pg_type'::regclass::oid, t.oid
        FROM pg_type t
        WHERE (removal.class = 'pg_class'::regclass AND t.typrelid = removal.id)
           OR t.typelem IN (SELECT e.oid
                            FROM pg_type e
                            WHERE (removal.class = 'pg_class'::regclass AND e.typrelid = removal.id)
                               OR (removal.class = 'pg_type'::regclass AND e.oid = removal.id))
    )
    SELECT coalesce((SELECT format('DROP EXTENSION %I;', e.extname)
                     FROM pg_depend d
                          JOIN pg_extension e
                            ON e.oid = d.refobjid
                     WHERE d.classid = removal.class
                       AND d.objid = removal.id
                       AND d.refclassid = 'pg_extension'::regclass
                       AND d.deptype = 'e'),
                    CASE
                        WHEN removal.class NOT IN ('pg_trigger'::regclass, 'pg_extension'::regclass)
                             AND split_part(object, ' ', 1) <> 'INDEX'
                             AND EXISTS (SELECT
                                         FROM pg_depend d
                                              JOIN parts p
                                                ON d.refclassid = p.class
                                               AND d.refobjid = p.id
                                         WHERE d.deptype IN ('n', 'P', 'S')
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_constraint o
                                                           WHERE d.classid = 'pg_constraint'::regclass
                                                             AND d.objid = o.oid
                                                             AND o.conrelid = removal.id)
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_rewrite w
                                                           WHERE d.classid = 'pg_rewrite'::regclass
                                                             AND d.objid = w.oid
                                                             AND w.ev_class = removal.id)
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_attrdef a
                                                           WHERE d.classid = 'pg_attrdef'::regclass
                                                             AND d.objid = a.oid
                                                             AND a.adrelid = removal.id))
                            THEN format('ALTER %s SET SCHEMA %I;', object,
                                        coalesce((SELECT i.app_schema FROM git_memory.installation i), 'public'))
                        ELSE format('DROP %s;', object)
                    END)
$function$;

-- Tables, views, sequences, routines, triggers against the list in R__00_manifest.sql, and whatever else is in the schema.
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
               WHEN w.name IS NULL THEN git_memory.removal(c.class, c.id, c.object)
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
                             AND m.name = c.name
                             AND m.digest = c.digest))
      -- A DBA's own index that refuses nothing.
      AND NOT (w.name IS NULL
               AND c.kind = 'index'
               AND NOT EXISTS (SELECT
                               FROM pg_index x
                               WHERE x.indexrelid = c.id
                                 AND (x.indisunique OR x.indisexclusion)))
    UNION ALL
    -- Types, operators and whatever else a schema may hold. Statistics are a DBA's own.
    SELECT other.object,
           'not git-memory''s',
           git_memory.removal(other.class, other.id, other.object)
    FROM (SELECT d.classid,
                 d.objid,
                 CASE i.type WHEN 'composite type' THEN 'TYPE' ELSE upper(i.type) END || ' ' || i.identity
          FROM pg_depend d
               CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
          WHERE d.refclassid = 'pg_namespace'::regclass
            AND d.refobjid = 'git_memory'::regnamespace
            AND d.deptype = 'n'
            AND d.classid NOT IN ('pg_proc'::regclass, 'pg_statistic_ext'::regclass)
            AND (d.classid <> 'pg_class'::regclass OR i.type = 'composite type')
            AND NOT EXISTS (SELECT
                            FROM pg_depend part
                            WHERE part.classid = d.classid
                              AND part.objid = d.objid
                              AND part.deptype IN ('i', 'a')
                              AND part.refclassid <> 'pg_namespace'::regclass)) AS other (class, id, object)
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
           concat_ws(' ',
                     -- What it does is not known until a script has made it anew.
                     CASE
                         WHEN d.security_definer AND git_memory.is_stranger(d.owner)
                             THEN format('ALTER %s SECURITY INVOKER;', d.object)
                     END,
                     format('ALTER %s OWNER TO git_memory_owner;', d.object))
    FROM difference d
    WHERE d.has_own
      AND d.owner <> 'git_memory_owner'
    UNION ALL
    SELECT d.object,
           'not git-memory''s, and runs with the rights of git_memory_owner',
           format('ALTER %s SECURITY INVOKER;', d.object)
    FROM difference d
    WHERE NOT d.is_ours
      AND d.security_definer
      AND d.owner = 'git_memory_owner'
    UNION ALL
    SELECT 'ROLE ' || quote_ident(gone.role_name),
           format('%s, and is gone; a role that is called so now is another', gone.was),
           format('DELETE FROM git_memory.%I WHERE role_name = %L;', gone.list, gone.role_name)
    FROM (SELECT 'allowed_call',
                 c.role_name,
                 'was allowed ' || string_agg(c.procedure, ', ' ORDER BY c.procedure)
          FROM git_memory.allowed_call c
          WHERE git_memory.role_meant(c.role_name, c.role_oid, c.server) IS NULL
          GROUP BY c.role_name
          UNION ALL
          SELECT 'reader_organization',
                 o.role_name,
                 'was shown ' || string_agg(o.organization_id, ', ' ORDER BY o.organization_id)
          FROM git_memory.reader_organization o
          WHERE git_memory.role_meant(o.role_name, o.role_oid, o.server) IS NULL
          GROUP BY o.role_name) AS gone (list, role_name, was)
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
    -- As the role that granted it: nobody else takes it back. What a role has granted on goes with its own right, unless that is on
    -- the list.
    SELECT d.object,
           format('%s has %s', g.grantee, string_agg(g.privilege, ', ' ORDER BY g.privilege)),
           format(CASE
                      WHEN g.grantor <> d.owner
                           AND EXISTS (SELECT
                                       FROM unnest(d.wanted) AS w
                                       WHERE split_part(w, ' ', 1) LIKE '%*'
                                         AND substr(w, strpos(w, ' ') + 1) = quote_ident(g.grantor))
                          THEN 'SET ROLE %3$I; REVOKE ALL ON %1$s FROM %2$s CASCADE; RESET ROLE;'
                      ELSE 'REVOKE ALL ON %1$s FROM %2$s CASCADE;'
                  END,
                  d.object, g.grantee, g.grantor)
    FROM difference d
         CROSS JOIN LATERAL jsonb_to_recordset(d.extra) AS g (privilege text, grantee text, grantor name)
    WHERE d.is_ours
    GROUP BY d.object, d.owner, d.wanted, g.grantee, g.grantor
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

-- Logins against whom nothing holds, whatever the guard does, for they have one of these roles or may take it: docs/security.md
-- says the same list. Members of git_memory_sidecar write the ledger because they are git-memory itself: they are not named.
CREATE OR REPLACE FUNCTION git_memory.unguarded_logins() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH RECURSIVE
    -- Those that a sidecar writes, too: their triggers run with its rights. With partitions and inheritance children.
    application (id) AS (
        SELECT to_regclass(format('%I.%I', i.app_schema, named.table_name))::oid
        FROM git_memory.installation i
             CROSS JOIN LATERAL unnest(ARRAY[i.blocks_table, i.blocks_agents_table, i.agents_tags_table, i.blocks_tags_table,
                                             i.agents_table, i.organizations_table]) AS named (table_name)
        UNION
        SELECT h.inhrelid
        FROM application a
             JOIN pg_inherits h
               ON h.inhparent = a.id
    ),
    mighty (id) AS (
        SELECT r.oid
        FROM pg_roles r
        WHERE r.rolsuper
           -- May grant itself any role but a superuser's.
           OR (r.rolcreaterole AND current_setting('server_version_num')::integer < 160000)
           OR r.rolname IN ('git_memory_owner', 'pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
        UNION
        -- May drop or change tables, and make triggers on them, which run with the rights of the role that writes.
        SELECT c.relowner
        FROM application a
             JOIN pg_class c
               ON c.oid = a.id
        UNION
        SELECT x.grantee
        FROM application a
             JOIN pg_class c
               ON c.oid = a.id
             CROSS JOIN LATERAL aclexplode(c.relacl) AS x
        WHERE x.privilege_type = 'TRIGGER'
        UNION
        -- May replace the function of a trigger that is there.
        SELECT p.proowner
        FROM application a
             JOIN pg_trigger t
               ON t.tgrelid = a.id
              AND NOT t.tgisinternal
             JOIN pg_proc p
               ON p.oid = t.tgfoid
        UNION
        -- May drop what is in the schema.
        SELECT n.nspowner
        FROM pg_namespace n
        WHERE n.nspname = 'git_memory'
           OR n.nspname = (SELECT i.app_schema FROM git_memory.installation i)
        UNION
        -- Own something of ours, or write to it.
        SELECT c.relowner
        FROM pg_class c
        WHERE c.relnamespace = 'git_memory'::regnamespace
          AND c.oid IN (SELECT to_regclass('git_memory.' || o.name)::oid FROM git_memory.our_objects() o)
        UNION
        SELECT p.proowner
        FROM pg_proc p
             JOIN git_memory.our_objects() o
               ON o.kind = 'routine'
              AND o.name = format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
        WHERE p.pronamespace = 'git_memory'::regnamespace
        UNION
        SELECT x.grantee
        FROM pg_class c
             LEFT JOIN pg_attribute a
                    ON a.attrelid = c.oid
                   AND a.attacl IS NOT NULL
             CROSS JOIN LATERAL (SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(c.relacl) AS e
                                 UNION ALL
                                 SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(a.attacl) AS e) AS x
        WHERE c.relnamespace = 'git_memory'::regnamespace
          AND c.relkind IN ('r', 'p', 'v')
          AND x.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
          AND x.grantee IS DISTINCT FROM to_regrole('git_memory_sidecar')
    )
    SELECT ARRAY(SELECT r.rolname::text
                 FROM pg_roles r
                 WHERE r.rolcanlogin
                   AND EXISTS (SELECT
                               FROM mighty m
                               WHERE m.id = 0 -- PUBLIC
                                  OR pg_has_role(r.oid, m.id, 'MEMBER'))
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
