-- The triggers on the application's tables.
--
-- Rows are judged AFTER the write, when no other trigger can change them any more. What is written goes through a gate
-- (R__03_gates.sql, R__05_tags.sql) first, which hands over what has to be judged to git_memory.judgement. Only there are
-- constraint triggers: an application is refused at the end of its statement; a transaction that has to pass through other
-- states, as the sidecar's does, says SET CONSTRAINTS ALL DEFERRED and is judged at its end. Removals and the tag are always judged
-- at the end, so that a whole agent can go row by row. What waits for the end waits on a table of git-memory's: the
-- application's own may be altered in the same transaction.
-- Conditions (WHEN) name git_sha, which is git-memory's, and whole rows: a column that is named could not get another type.
-- They name no functions of git-memory's.
-- ENABLE ALWAYS: logical replication and session_replication_role go through the guard, too.
-- A trigger that is as it should be is not touched, and then nothing here locks a table of the application: a transaction that is
-- open there would hold up this script, and this script everybody else.

-- What is not as it should be, and the statements that change it; looks only, and locks nothing. "migrate" asks it before all
-- scripts for the locks that they will need. Definitions are compared as PostgreSQL writes them: the one that is wanted is made
-- on an empty table with the same columns.
CREATE OR REPLACE FUNCTION git_memory.trigger_changes()
    RETURNS TABLE (place integer, relation text, lock_mode text, step text, statement text)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    guarded constant regclass[] := ARRAY['"${app_schema}"."${blocks_table}"',
                                         '"${app_schema}"."${blocks_agents_table}"',
                                         '"${app_schema}"."${agents_tags_table}"',
                                         '"${app_schema}"."${agents_table}"'];
    listed     text[] := '{}';
    shaped     regclass;
    wanted     record;
    found      record;
    definition text;
BEGIN
    FOR wanted IN
        SELECT list.relation::regclass                         AS table_id,
               substring(list.statement FROM 'TRIGGER (\w+)')  AS name,
               btrim(list.statement, E' \n')                   AS statement
        FROM (VALUES
            -- Blocks
            ('"${app_schema}"."${blocks_table}"', $$
                CREATE TRIGGER git_memory_guard_insert
                    AFTER INSERT ON %s
                    FOR EACH ROW
                    EXECUTE FUNCTION git_memory.gate_block()
            $$),
            -- A row that carries nothing is not judged, unless it is given a commit. What makes it an agent's, a link or a tag, is judged
            -- itself.
            ('"${app_schema}"."${blocks_table}"', $$
                CREATE TRIGGER git_memory_guard_update
                    AFTER UPDATE ON %s
                    FOR EACH ROW
                    WHEN (OLD.git_sha IS NOT NULL OR NEW.git_sha <> 'pending')
                    EXECUTE FUNCTION git_memory.gate_row()
            $$),
            ('"${app_schema}"."${blocks_table}"', $$
                CREATE TRIGGER git_memory_guard_delete
                    AFTER DELETE ON %s
                    FOR EACH ROW
                    WHEN (OLD.git_sha IS NOT NULL)
                    EXECUTE FUNCTION git_memory.gate_row_removed()
            $$),
            -- Links
            -- (record_image_ne and not its operator *<>: pg_dump writes rows without the casts that the operator needs, and what it
            -- writes could not be restored.)
            ('"${app_schema}"."${blocks_agents_table}"', $$
                CREATE TRIGGER git_memory_guard_insert
                    AFTER INSERT ON %s
                    FOR EACH ROW
                    EXECUTE FUNCTION git_memory.gate_link()
            $$),
            ('"${app_schema}"."${blocks_agents_table}"', $$
                CREATE TRIGGER git_memory_guard_update
                    AFTER UPDATE ON %s
                    FOR EACH ROW
                    WHEN (record_image_ne(OLD, NEW))
                    EXECUTE FUNCTION git_memory.gate_link()
            $$),
            ('"${app_schema}"."${blocks_agents_table}"', $$
                CREATE TRIGGER git_memory_guard_delete
                    AFTER DELETE ON %s
                    FOR EACH ROW
                    EXECUTE FUNCTION git_memory.gate_link()
            $$),
            -- What was handed over
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_guard_link
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY IMMEDIATE
                    FOR EACH ROW
                    WHEN (NEW.kind IN ('row', 'commit', 'pending', 'link'))
                    EXECUTE FUNCTION git_memory.guard_link()
            $$),
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_guard_sha
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW
                    WHEN (NEW.kind = 'sha')
                    EXECUTE FUNCTION git_memory.guard_sha()
            $$),
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_guard_loss
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW
                    WHEN (NEW.kind = 'loss')
                    EXECUTE FUNCTION git_memory.guard_removal()
            $$),
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_link_left
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW
                    WHEN (NEW.kind = 'left')
                    EXECUTE FUNCTION git_memory.link_left()
            $$),
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_tag_judged
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW
                    WHEN (NEW.kind = 'tagged')
                    EXECUTE FUNCTION git_memory.tag_judged()
            $$),
            ('git_memory.judgement', $$
                CREATE CONSTRAINT TRIGGER git_memory_tag_removed
                    AFTER INSERT ON %s
                    DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW
                    WHEN (NEW.kind = 'untagged')
                    EXECUTE FUNCTION git_memory.tag_removed()
            $$),
            -- What an agent is
            ('git_memory.repo', $$
                CREATE TRIGGER git_memory_agent_registered
                    AFTER INSERT OR DELETE ON %s
                    FOR EACH ROW
                    EXECUTE FUNCTION git_memory.agent_changed()
            $$),
            ('git_memory.repo', $$
                CREATE TRIGGER git_memory_agent_changed
                    AFTER UPDATE ON %s
                    FOR EACH ROW
                    WHEN (OLD.state <> NEW.state)
                    EXECUTE FUNCTION git_memory.agent_changed()
            $$),
            ('git_memory.repo', $$
                CREATE TRIGGER git_memory_older_sidecar
                    BEFORE UPDATE OF in_flight_at, applied_sha ON %s
                    FOR EACH ROW
                    WHEN ((NEW.applied_sha IS DISTINCT FROM OLD.applied_sha
                           OR (NEW.in_flight_at IS NOT NULL AND NEW.in_flight_at IS DISTINCT FROM OLD.in_flight_at))
                          AND OLD.reading > coalesce(nullif(current_setting('git_memory.reading', true), ''), '1')::integer
                          -- logical replication brings what was accepted elsewhere
                          AND current_setting('session_replication_role') <> 'replica')
                    EXECUTE FUNCTION git_memory.refuse_older_sidecar()
            $$),
            ('git_memory.tombstone', $$
                CREATE TRIGGER git_memory_agent_purged
                    AFTER INSERT OR DELETE ON %s
                    FOR EACH ROW
                    EXECUTE FUNCTION git_memory.agent_changed()
            $$),
            -- Tags
            ('"${app_schema}"."${agents_tags_table}"', $$
                CREATE TRIGGER git_memory_tag_insert
                    AFTER INSERT ON %s
                    FOR EACH ROW
                    WHEN (strpos(NEW::text, 'git-memory-enabled') > 0)
                    EXECUTE FUNCTION git_memory.gate_tag()
            $$),
            ('"${app_schema}"."${agents_tags_table}"', $$
                CREATE TRIGGER git_memory_tag_update
                    AFTER UPDATE ON %s
                    FOR EACH ROW
                    WHEN (strpos(OLD::text, 'git-memory-enabled') > 0 OR strpos(NEW::text, 'git-memory-enabled') > 0)
                    EXECUTE FUNCTION git_memory.gate_tag()
            $$),
            ('"${app_schema}"."${agents_tags_table}"', $$
                CREATE TRIGGER git_memory_tag_delete
                    AFTER DELETE ON %s
                    FOR EACH ROW
                    WHEN (strpos(OLD::text, 'git-memory-enabled') > 0)
                    EXECUTE FUNCTION git_memory.gate_tag()
            $$)
        ) AS list (relation, statement)
        UNION ALL
        -- A partition can be truncated by itself, and a statement's trigger on the partitioned table would not see it.
        SELECT coalesce(tree.relid, parent.id),
               'git_memory_guard_truncate',
               'CREATE TRIGGER git_memory_guard_truncate BEFORE TRUNCATE ON %s'
               ' FOR EACH STATEMENT EXECUTE FUNCTION git_memory.guard_truncate()'
        FROM unnest(guarded) AS parent (id)
             LEFT JOIN LATERAL pg_partition_tree(parent.id) AS tree ON true
        ORDER BY 1, 2
    LOOP
        listed   := listed || format('%s %s', wanted.table_id::oid, wanted.name);
        relation := (SELECT format('%I.%I', n.nspname, c.relname)
                     FROM pg_class c
                          JOIN pg_namespace n
                            ON n.oid = c.relnamespace
                     WHERE c.oid = wanted.table_id);
        place    := coalesce(array_position(guarded, wanted.table_id), cardinality(guarded) + 1);

        IF shaped IS DISTINCT FROM wanted.table_id THEN
            IF shaped IS NOT NULL THEN
                DROP TABLE git_memory.trigger_shape;
            END IF;
            EXECUTE format('CREATE TABLE git_memory.trigger_shape (LIKE %s)', relation);
            shaped := wanted.table_id;
        END IF;
        BEGIN
            EXECUTE format(wanted.statement, 'git_memory.trigger_shape');
            SELECT replace(pg_get_triggerdef(t.oid), ' ON git_memory.trigger_shape ', ' ON ' || relation || ' ')
            INTO STRICT definition
            FROM pg_trigger t
            WHERE t.tgrelid = 'git_memory.trigger_shape'::regclass
              AND t.tgname = wanted.name;
        EXCEPTION
            WHEN undefined_function THEN
                definition := NULL; -- asked before the script that makes the function
        END;

        SELECT pg_get_triggerdef(t.oid) AS definition, t.tgenabled
        INTO found
        FROM pg_trigger t
        WHERE t.tgrelid = wanted.table_id
          AND t.tgname = wanted.name
          AND t.tgparentid = 0;
        IF found.definition IS DISTINCT FROM definition OR definition IS NULL THEN
            IF found.definition IS NOT NULL THEN
                lock_mode := 'ACCESS EXCLUSIVE';
                step      := 'drop';
                statement := format('DROP TRIGGER %I ON %s', wanted.name, relation);
                RETURN NEXT;
            END IF;
            lock_mode := 'SHARE ROW EXCLUSIVE';
            step      := 'create';
            statement := format(wanted.statement, relation);
            RETURN NEXT;
            step      := 'enable';
            statement := format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', relation, wanted.name);
            RETURN NEXT;
        END IF;
    END LOOP;
    DROP TABLE git_memory.trigger_shape;

    -- Whatever an earlier version, or an earlier name of a table, has left; and what was switched off.
    FOR found IN SELECT t.tgname, t.tgrelid, t.tgparentid, t.tgenabled, format('%I.%I', n.nspname, c.relname) AS relation
                 FROM pg_trigger t
                      JOIN pg_proc p
                        ON p.oid = t.tgfoid
                      JOIN pg_class c
                        ON c.oid = t.tgrelid
                      JOIN pg_namespace n
                        ON n.oid = c.relnamespace
                 WHERE p.pronamespace = 'git_memory'::regnamespace LOOP
        relation := found.relation;
        place    := coalesce(array_position(guarded, found.tgrelid::regclass), cardinality(guarded) + 1);
        IF found.tgparentid = 0 AND NOT format('%s %s', found.tgrelid, found.tgname) = ANY (listed) THEN
            lock_mode := 'ACCESS EXCLUSIVE';
            step      := 'drop';
            statement := format('DROP TRIGGER %I ON %s', found.tgname, relation);
            RETURN NEXT;
        ELSIF found.tgenabled <> 'A' THEN
            lock_mode := 'SHARE ROW EXCLUSIVE';
            step      := 'enable';
            statement := format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', relation, found.tgname);
            RETURN NEXT;
        END IF;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION git_memory.trigger_changes()
    IS 'What is to be done until git-memory''s triggers are as they should be: statements, and the lock that each needs';

-- Gives rows that carry what a former installation has left there what they owe now. Not by the role that migrates: triggers of
-- the application's run with the rights of who writes the row.
CREATE OR REPLACE FUNCTION git_memory.correct_marks() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = git_memory.owed_sha(b.id)
    WHERE b.git_sha IS NOT NULL
      AND git_memory.expected_sha(b.id) IS NULL
      AND b.git_sha IS DISTINCT FROM git_memory.owed_sha(b.id);
END
$function$;
CALL git_memory.set_rights();

-- All locks first, each table's strongest at once, in one order: taking them one by one may meet an application that
-- goes the other way.
DO $triggers$
DECLARE
    changes   jsonb;
    command   text;
    is_marked boolean;
    waiting   text[];
BEGIN
    SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]')
    INTO changes
    FROM git_memory.trigger_changes() AS c;

    FOR command IN SELECT format('LOCK TABLE %s IN %s MODE', c.relation, min(c.lock_mode)) -- ACCESS EXCLUSIVE comes first
                   FROM jsonb_to_recordset(changes) AS c (place integer, relation text, lock_mode text)
                   GROUP BY c.place, c.relation
                   ORDER BY c.place, c.relation LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN SELECT DISTINCT c.statement
                   FROM jsonb_to_recordset(changes) AS c (step text, statement text)
                   WHERE c.step = 'drop' LOOP
        EXECUTE command;
    END LOOP;

    -- Agents that have the tag already and are not taken over: their rows are marked, as if the tag came now.
    SELECT array_agg(DISTINCT l.agent_id::text)
    INTO waiting
    FROM "${app_schema}"."${blocks_table}" b
         JOIN "${app_schema}"."${blocks_agents_table}" l
           ON l.block_id = b.id
         JOIN "${app_schema}"."${agents_tags_table}" t
           ON t.agent_id = l.agent_id
          AND texteq(t.agent_id COLLATE "C", l.agent_id)
          AND t.tag = 'git-memory-enabled'
          AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
         LEFT JOIN git_memory.repo r
           ON r.agent_id = l.agent_id
          AND texteq(l.agent_id COLLATE "C", r.agent_id)
          AND r.state = 'enabled'
    WHERE b.git_sha IS NULL
      AND r.agent_id IS NULL;
    IF waiting IS NOT NULL THEN
        LOCK TABLE "${app_schema}"."${blocks_table}" IN SHARE ROW EXCLUSIVE MODE;
        PERFORM git_memory.mark_pending(w.agent_id)
        FROM unnest(waiting) AS w (agent_id);
    END IF;

    -- What a former installation has left in the column.
    is_marked := EXISTS (SELECT
                         FROM "${app_schema}"."${blocks_table}" b
                         WHERE b.git_sha IS NOT NULL
                           AND git_memory.expected_sha(b.id) IS NULL
                           AND b.git_sha IS DISTINCT FROM git_memory.owed_sha(b.id));
    IF is_marked THEN
        LOCK TABLE "${app_schema}"."${blocks_table}" IN SHARE ROW EXCLUSIVE MODE;
        -- A guard that is there already does not know of former installations.
        FOR command IN SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
                       FROM pg_trigger t
                       WHERE t.tgrelid = '"${app_schema}"."${blocks_table}"'::regclass
                         AND t.tgname = 'git_memory_guard_update' LOOP
            EXECUTE command;
        END LOOP;
        PERFORM git_memory.correct_marks();
    END IF;

    FOR command IN SELECT c.statement
                   FROM jsonb_to_recordset(changes) AS c (step text, statement text)
                   WHERE c.step = 'create' LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tgrelid::regclass, t.tgname)
                   FROM pg_trigger t
                        JOIN pg_proc p
                          ON p.oid = t.tgfoid
                   WHERE p.pronamespace = 'git_memory'::regnamespace
                     AND t.tgenabled <> 'A' LOOP
        EXECUTE command;
    END LOOP;
END
$triggers$;
-- Of an earlier version, called by its triggers.
DROP FUNCTION IF EXISTS git_memory.is_guarded_link(text), git_memory.guard_block(), git_memory.tag_added(),
                        git_memory.is_changed(anyelement, anyelement);

-- What an agent is has a fence, whatever was there before the triggers that write it.
INSERT INTO git_memory.agent_fence (agent_id)
SELECT t.agent_id::text COLLATE "default"
FROM "${app_schema}"."${agents_tags_table}" t
WHERE t.tag = 'git-memory-enabled'
  AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
UNION
SELECT r.agent_id
FROM git_memory.repo r
UNION
SELECT p.agent_id
FROM git_memory.tombstone p
ON CONFLICT DO NOTHING;
SELECT nextval('git_memory.tags_seen')
WHERE EXISTS (SELECT
              FROM git_memory.agent_fence);
