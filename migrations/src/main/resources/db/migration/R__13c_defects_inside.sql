-- What of git-memory's own is not as it has to be: objects, triggers, what the guard's tables hold.

-- Tables and what they consist of, views, sequences, routines, triggers against the list in R__00_manifest.sql, and whatever else is
-- in the schema.
CREATE OR REPLACE FUNCTION git_memory.defects_of_catalogue() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    engine (name) AS (
        SELECT coalesce(git_memory.engine_found(), i.guard_engine, 'plpgsql')
        FROM git_memory.installation i
    ),
    listed AS MATERIALIZED (
        SELECT *
        FROM git_memory.manifest()
    ),
    there AS MATERIALIZED (
        SELECT *
        FROM git_memory.catalogue()
    ),
    lost AS MATERIALIZED (
        SELECT *
        FROM git_memory.lost_tables()
    ),
    -- Triggers that call us and that migrating drops, as it does with those that a table has kept when another one took its name.
    left_behind (id) AS MATERIALIZED (
        SELECT t.oid
        FROM pg_trigger t
             JOIN pg_proc p
               ON p.oid = t.tgfoid
             JOIN pg_class c
               ON c.oid = t.tgrelid
        WHERE p.pronamespace = 'git_memory'::regnamespace
          AND EXISTS (SELECT
                      FROM git_memory.guarded_tables() g
                           JOIN pg_class o
                             ON o.oid = g.relation
                      WHERE pg_has_role(o.relowner, c.relowner, 'USAGE'))
    ),
    wanted AS (
        SELECT m.kind, m.name, m.digest
        FROM listed m
             JOIN engine e
               ON m.engine IN (e.name, 'both')
    ),
    different AS (
        SELECT coalesce(c.kind, w.kind) AS kind,
               coalesce(c.name, w.name) AS name,
               CASE
                   WHEN c.object IS NOT NULL  THEN c.object
                   WHEN w.kind = 'trigger'    THEN git_memory.trigger_object(w.name)
                   WHEN w.kind = 'constraint' THEN 'CONSTRAINT ' || replace(w.name, ' ON ', ' ON git_memory.')
                   ELSE format('%s git_memory.%s', upper(w.kind), w.name)
               END                      AS object,
               w.digest                 AS wanted,
               c.digest                 AS found,
               c.class,
               c.id,
               -- The table that it is a part of, if it is a part.
               CASE coalesce(c.kind, w.kind)
                   WHEN 'column'     THEN split_part(coalesce(c.name, w.name), '.', 1)
                   WHEN 'constraint' THEN split_part(coalesce(c.name, w.name), ' ON ', 2)
                   WHEN 'index'      THEN substring(coalesce(c.digest, w.digest) FROM ' ON git_memory\.(\S+) ')
               END                      AS whole
        FROM wanted w
             FULL JOIN there c
                    ON c.kind = w.kind
                   AND c.name = w.name
        WHERE w.digest IS DISTINCT FROM c.digest
    ),
    described AS (
        SELECT d.*,
               CASE
                   -- Other columns: it can't be replaced.
                   WHEN d.kind = 'view' AND substr(d.wanted, 33) <> substr(d.found, 33) THEN git_memory.dependents_of(d.name)
                   ELSE '{}'
               END AS dependents
        FROM different d
    )
    SELECT told.object, told.state, told.remedy
    FROM (
    SELECT d.object,
           CASE
               WHEN d.found IS NULL        THEN 'missing'
               WHEN d.wanted IS NULL       THEN 'not git-memory''s'
               WHEN d.dependents <> '{}'   THEN format('not as installed: it has other columns, and can be made anew by git-memory migrate once '
                                                       'what depends on it is dropped: %s', array_to_string(d.dependents, ', '))
               WHEN d.kind IN ('column', 'constraint', 'sequence', 'table')
                                           THEN format('not as installed: %s instead of %s', d.found, d.wanted)
               ELSE 'not as installed'
           END,
           CASE
               WHEN d.dependents <> '{}' THEN (SELECT string_agg(format('DROP %s;', dependent), ' ')
                                               FROM unnest(d.dependents) AS dependent
                                               WHERE dependent NOT LIKE 'COLUMN %')
               WHEN d.wanted IS NULL AND d.kind = 'trigger' AND EXISTS (SELECT FROM left_behind b WHERE b.id = d.id)
                                         THEN NULL
               WHEN d.found IS NULL AND d.kind = 'trigger' AND EXISTS (SELECT FROM lost l WHERE l.token = split_part(d.name, ' ', 1))
                                         THEN (SELECT l.remedy FROM lost l WHERE l.token = split_part(d.name, ' ', 1))
               WHEN d.wanted IS NULL AND d.kind IN ('routine', 'table', 'view', 'sequence', 'index', 'trigger')
                                         THEN git_memory.removal(d.class, d.id, d.object)
               ELSE git_memory.remedy_of(d.kind, d.name, d.object, d.wanted, d.found)
           END
    FROM described d
    -- Of a table that is missing, or not git-memory's, its parts need no mention; an identity's sequence comes with its column.
    WHERE (d.whole IS NULL
           OR (EXISTS (SELECT FROM there t WHERE t.kind = 'table' AND t.name = d.whole)
               AND EXISTS (SELECT FROM listed m WHERE m.kind = 'table' AND m.name = d.whole)))
      AND NOT (d.kind = 'sequence'
               AND d.found IS NULL
               AND EXISTS (SELECT
                           FROM listed m
                           WHERE m.kind = 'column'
                             AND m.digest LIKE '%IDENTITY%'
                             AND replace(m.name, '.', '_') || '_seq' = d.name))
      -- What the other engine has left does nothing.
      AND NOT (d.wanted IS NULL
               AND EXISTS (SELECT
                           FROM listed m
                           WHERE m.kind = d.kind
                             AND m.name = d.name
                             AND m.digest = d.found))
      -- While tables are not there by their names, these triggers may guard them by others: nobody is told to drop one.
      AND NOT (d.wanted IS NULL
               AND d.kind = 'trigger'
               AND EXISTS (SELECT FROM lost)
               AND EXISTS (SELECT
                           FROM pg_trigger t
                                JOIN pg_proc p
                                  ON p.oid = t.tgfoid
                           WHERE t.oid = d.id
                             AND p.pronamespace = 'git_memory'::regnamespace
                             AND starts_with(t.tgname, 'git_memory_')))
      -- A DBA's own index that refuses nothing.
      AND NOT (d.wanted IS NULL
               AND d.kind = 'index'
               AND NOT EXISTS (SELECT
                               FROM pg_index x
                               WHERE x.indexrelid = d.id
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
    ) AS told (object, state, remedy)
    -- References come after the keys that they need.
    ORDER BY coalesce(told.remedy LIKE '%ADD CONSTRAINT % FOREIGN KEY %', false), told.object
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
    SELECT format('TRIGGER git_memory_guard_truncate ON %s', tree.relid::regclass),
           CASE WHEN t.oid IS NULL THEN 'missing' ELSE 'not as installed' END,
           NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL unnest(ARRAY[i.blocks_table, i.blocks_agents_table, i.agents_tags_table, i.agents_table])
                    AS guarded (table_name)
         CROSS JOIN LATERAL pg_partition_tree(to_regclass(format('%I.%I', i.app_schema, guarded.table_name))) AS tree
         LEFT JOIN pg_trigger t
                ON t.tgrelid = tree.relid
               AND t.tgname = 'git_memory_guard_truncate'
    WHERE tree.parentrelid IS NOT NULL
      AND (t.oid IS NULL
           OR pg_get_triggerdef(t.oid) <> format('CREATE TRIGGER git_memory_guard_truncate BEFORE TRUNCATE ON %s '
                                                 'FOR EACH STATEMENT EXECUTE FUNCTION git_memory.guard_truncate()',
                                                 tree.relid::regclass))
$function$;

-- Rows that the guard and sidecars stand on, and that its triggers see to: they may have been off while rows came. What is missing is told of
-- elsewhere.
CREATE OR REPLACE FUNCTION git_memory.defects_of_data() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    blocks     regclass;
    links      regclass;
    tags       regclass;
    known      bigint;
    unfenced   bigint;
    unfenced_1 text;
    unmarked   bigint;
BEGIN
    IF NOT EXISTS (SELECT
                   FROM git_memory.commit_key k
                   WHERE k.key IS NOT NULL) THEN
        RETURN QUERY SELECT 'TABLE git_memory.commit_key',
                            'has no key, and without one no sidecar starts: restore its row from a backup of this database, or let the '
                            'SQL make a new one, and commits made before are shown with git''s author line, as anybody''s are',
                            'INSERT INTO git_memory.commit_key DEFAULT VALUES;';
    END IF;

    SELECT max(c.relation) FILTER (WHERE c.token = 'blocks'),
           max(c.relation) FILTER (WHERE c.token = 'blocks_agents'),
           max(c.relation) FILTER (WHERE c.token = 'agents_tags')
    INTO blocks, links, tags
    FROM (SELECT c.token, c.relation::oid AS relation FROM git_memory.guarded_tables() c) AS c;
    IF blocks IS NULL OR links IS NULL OR tags IS NULL THEN
        RETURN;
    END IF;

    EXECUTE format($query$
        SELECT count(*),
               count(*) FILTER (WHERE f.agent_id IS NULL),
               min(known.agent_id) FILTER (WHERE f.agent_id IS NULL)
        FROM (SELECT t.agent_id::text COLLATE "default" AS agent_id
              FROM %1$s t
              WHERE t.tag = 'git-memory-enabled'
                AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
              UNION
              SELECT r.agent_id
              FROM git_memory.repo r
              UNION
              SELECT p.agent_id
              FROM git_memory.tombstone p) AS known
             LEFT JOIN git_memory.agent_fence f
                    ON f.agent_id = known.agent_id
        $query$, tags)
    INTO known, unfenced, unfenced_1;
    IF unfenced > 0 THEN
        RETURN QUERY SELECT 'TABLE git_memory.agent_fence',
                            format('lacks %s of the agents that have the tag or are in the ledger, the first is %s', unfenced, unfenced_1),
                            NULL;
    END IF;
    IF known > 0 AND NOT (SELECT s.is_called FROM git_memory.tags_seen s) THEN
        RETURN QUERY SELECT 'SEQUENCE git_memory.tags_seen', 'says that no agent ever had the tag', NULL;
    END IF;

    EXECUTE format($query$
        SELECT count(*)
        FROM (SELECT t.agent_id
              FROM %1$s t
              WHERE t.tag = 'git-memory-enabled'
                AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                AND NOT EXISTS (SELECT
                                FROM git_memory.repo r
                                WHERE r.agent_id = t.agent_id
                                  AND texteq(t.agent_id COLLATE "C", r.agent_id)
                                  AND r.state = 'enabled')
              OFFSET 0) AS waiting
             JOIN %2$s l
               ON l.agent_id = waiting.agent_id
              AND texteq(l.agent_id COLLATE "C", waiting.agent_id)
             JOIN %3$s b
               ON b.id = l.block_id
              AND texteq(b.id COLLATE "C", l.block_id)
              AND b.git_sha IS NULL
        $query$, tags, links, blocks)
    INTO unmarked;
    IF unmarked > 0 THEN
        RETURN QUERY SELECT format('TABLE %s', blocks),
                            format('rows of agents with the tag that are not marked as pending, and so not guarded: %s', unmarked),
                            NULL;
    END IF;
EXCEPTION
    WHEN undefined_table OR undefined_column OR undefined_function OR ambiguous_function THEN
        RETURN;
    WHEN insufficient_privilege THEN
        RETURN QUERY SELECT 'TABLE git_memory.agent_fence', format('was not compared with the application''s tables: %s', SQLERRM), NULL;
END
$function$;

CALL git_memory.set_rights();
