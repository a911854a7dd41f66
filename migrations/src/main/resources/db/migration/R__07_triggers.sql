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

-- Whatever an earlier version, or an earlier name of a table, has left.
DO $drop$
DECLARE
    former record;
BEGIN
    FOR former IN SELECT t.tgname, t.tgrelid::regclass AS relation
                  FROM pg_trigger t
                       JOIN pg_proc p
                         ON p.oid = t.tgfoid
                  WHERE p.pronamespace = 'git_memory'::regnamespace
                    AND t.tgparentid = 0 LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', former.tgname, former.relation);
    END LOOP;
END
$drop$;
DROP FUNCTION IF EXISTS git_memory.is_guarded_link(text), git_memory.guard_block(), git_memory.tag_added(),
                        git_memory.is_changed(anyelement, anyelement);

-- Agents that have the tag already and that nobody has taken over: their rows are marked, as if the tag came now. The lock
-- is the one that creating the triggers takes.
LOCK TABLE "${app_schema}"."${blocks_table}" IN SHARE ROW EXCLUSIVE MODE;
UPDATE "${app_schema}"."${blocks_table}" b
SET git_sha = 'pending'
WHERE b.git_sha IS NULL
  AND b.id IN (SELECT l.block_id
               FROM "${app_schema}"."${blocks_agents_table}" l
                    JOIN "${app_schema}"."${agents_tags_table}" t
                      ON t.agent_id = l.agent_id
                     AND texteq(t.agent_id COLLATE "C", l.agent_id)
                     AND t.tag = 'git-memory-enabled'
                     AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                    LEFT JOIN git_memory.repo r
                      ON r.agent_id = l.agent_id
                     AND texteq(l.agent_id COLLATE "C", r.agent_id)
                     AND r.state = 'enabled'
               WHERE r.agent_id IS NULL);
-- What a former installation has left in the column.
UPDATE "${app_schema}"."${blocks_table}" b
SET git_sha = git_memory.owed_sha(b.id)
WHERE b.git_sha IS NOT NULL
  AND git_memory.expected_sha(b.id) IS NULL
  AND b.git_sha IS DISTINCT FROM git_memory.owed_sha(b.id);

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

-- Blocks ---------------------------------------------------------------------------------------------------------

CREATE TRIGGER git_memory_guard_insert
    AFTER INSERT ON "${app_schema}"."${blocks_table}"
    FOR EACH ROW
    EXECUTE FUNCTION git_memory.gate_block();

-- A row that carries nothing is not judged, unless it is given a commit. What makes it an agent's, a link or a tag, is judged
-- itself.
CREATE TRIGGER git_memory_guard_update
    AFTER UPDATE ON "${app_schema}"."${blocks_table}"
    FOR EACH ROW
    WHEN (OLD.git_sha IS NOT NULL OR NEW.git_sha <> 'pending')
    EXECUTE FUNCTION git_memory.gate_row();

CREATE TRIGGER git_memory_guard_delete
    AFTER DELETE ON "${app_schema}"."${blocks_table}"
    FOR EACH ROW
    WHEN (OLD.git_sha IS NOT NULL)
    EXECUTE FUNCTION git_memory.gate_row_removed();

-- Links ----------------------------------------------------------------------------------------------------------
-- (record_image_ne and not its operator *<>: pg_dump writes rows without the casts that the operator needs, and what it
-- writes could not be restored.)

CREATE TRIGGER git_memory_guard_insert
    AFTER INSERT ON "${app_schema}"."${blocks_agents_table}"
    FOR EACH ROW
    EXECUTE FUNCTION git_memory.gate_link();

CREATE TRIGGER git_memory_guard_update
    AFTER UPDATE ON "${app_schema}"."${blocks_agents_table}"
    FOR EACH ROW
    WHEN (record_image_ne(OLD, NEW))
    EXECUTE FUNCTION git_memory.gate_link();

CREATE TRIGGER git_memory_guard_delete
    AFTER DELETE ON "${app_schema}"."${blocks_agents_table}"
    FOR EACH ROW
    EXECUTE FUNCTION git_memory.gate_link();

-- What was handed over -------------------------------------------------------------------------------------------

CREATE CONSTRAINT TRIGGER git_memory_guard_link
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW
    WHEN (NEW.kind IN ('row', 'commit', 'pending', 'link'))
    EXECUTE FUNCTION git_memory.guard_link();

CREATE CONSTRAINT TRIGGER git_memory_guard_sha
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.kind = 'sha')
    EXECUTE FUNCTION git_memory.guard_sha();

CREATE CONSTRAINT TRIGGER git_memory_guard_loss
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.kind = 'loss')
    EXECUTE FUNCTION git_memory.guard_removal();

CREATE CONSTRAINT TRIGGER git_memory_link_left
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.kind = 'left')
    EXECUTE FUNCTION git_memory.link_left();

CREATE CONSTRAINT TRIGGER git_memory_tag_judged
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.kind = 'tagged')
    EXECUTE FUNCTION git_memory.tag_judged();

CREATE CONSTRAINT TRIGGER git_memory_tag_removed
    AFTER INSERT ON git_memory.judgement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.kind = 'untagged')
    EXECUTE FUNCTION git_memory.tag_removed();

-- What an agent is -----------------------------------------------------------------------------------------------

CREATE TRIGGER git_memory_agent_registered
    AFTER INSERT OR DELETE ON git_memory.repo
    FOR EACH ROW
    EXECUTE FUNCTION git_memory.agent_changed();

CREATE TRIGGER git_memory_agent_changed
    AFTER UPDATE ON git_memory.repo
    FOR EACH ROW
    WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION git_memory.agent_changed();

CREATE TRIGGER git_memory_agent_purged
    AFTER INSERT OR DELETE ON git_memory.tombstone
    FOR EACH ROW
    EXECUTE FUNCTION git_memory.agent_changed();

-- Tags -----------------------------------------------------------------------------------------------------------

CREATE TRIGGER git_memory_tag_insert
    AFTER INSERT ON "${app_schema}"."${agents_tags_table}"
    FOR EACH ROW
    WHEN (strpos(NEW::text, 'git-memory-enabled') > 0)
    EXECUTE FUNCTION git_memory.gate_tag();

CREATE TRIGGER git_memory_tag_update
    AFTER UPDATE ON "${app_schema}"."${agents_tags_table}"
    FOR EACH ROW
    WHEN (strpos(OLD::text, 'git-memory-enabled') > 0 OR strpos(NEW::text, 'git-memory-enabled') > 0)
    EXECUTE FUNCTION git_memory.gate_tag();

CREATE TRIGGER git_memory_tag_delete
    AFTER DELETE ON "${app_schema}"."${agents_tags_table}"
    FOR EACH ROW
    WHEN (strpos(OLD::text, 'git-memory-enabled') > 0)
    EXECUTE FUNCTION git_memory.gate_tag();

-- TRUNCATE, and ENABLE ALWAYS ------------------------------------------------------------------------------------

DO $always$
DECLARE
    relation regclass;
    ours     record;
BEGIN
    -- A partition can be truncated by itself, and a statement's trigger on the partitioned table would not see it.
    FOR relation IN SELECT coalesce(tree.relid, parent.oid)
                    FROM pg_class parent
                         LEFT JOIN LATERAL pg_partition_tree(parent.oid) AS tree ON true
                    WHERE parent.oid IN ('"${app_schema}"."${blocks_table}"'::regclass,
                                         '"${app_schema}"."${blocks_agents_table}"'::regclass,
                                         '"${app_schema}"."${agents_tags_table}"'::regclass,
                                         '"${app_schema}"."${agents_table}"'::regclass) LOOP
        EXECUTE format('CREATE TRIGGER git_memory_guard_truncate BEFORE TRUNCATE ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION git_memory.guard_truncate()',
                       relation);
    END LOOP;

    FOR ours IN SELECT t.tgname, t.tgrelid::regclass AS relation
                FROM pg_trigger t
                     JOIN pg_proc p
                       ON p.oid = t.tgfoid
                WHERE p.pronamespace = 'git_memory'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', ours.relation, ours.tgname);
    END LOOP;
END
$always$;
