-- The gates: the conditions under which a trigger fires at all. They are what rows of agents without the tag pay.
--
-- A row that any agent with the tag has carries something in git_sha: its commit, or 'pending' until the agent is taken
-- over (R__05_tags.sql sees to it). So an update of a row without git_sha asks no function at all; even one that is named
-- in a condition and not called costs as much as the rest of the trigger.
--
-- Functions run with the rights of git_memory_owner, on a fixed search_path, and with row_security off: where a policy
-- would hide rows from the guard, its query fails, instead of finding nothing and letting a write through.

-- Whether a visible row with this xmin was written by the current transaction or one of its savepoints.
-- A visible row of another transaction is committed, so "in progress" can only be ourselves.
CREATE OR REPLACE FUNCTION git_memory.is_own(row_xmin xid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    top      constant bigint := pg_current_xact_id_if_assigned()::text::bigint;
    written  constant bigint := row_xmin::text::bigint;
    distance bigint;
BEGIN
    -- Ids below 3 mark rows that are frozen.
    IF top IS NULL OR written < 3 THEN
        RETURN false;
    END IF;
    -- xmin has 32 bits that wrap around: the signed difference says how far after our own id it lies.
    distance := ((written - (top & 4294967295) + 2147483648) & 4294967295) - 2147483648;
    IF distance <= 0 THEN
        RETURN distance = 0;
    END IF;
    RETURN pg_xact_status((top + distance)::text::xid8) = 'in progress';
EXCEPTION
    -- An id that was never handed out: the row is older than a full turn of the counter.
    WHEN invalid_parameter_value THEN
        RETURN false;
END
$function$;

-- The tag takes effect when its transaction commits, so that one transaction may create agent, tag, blocks and links in
-- any order. The fence knows whether this transaction brought the tag, or only rewrote its row, and whether it was judged
-- already (SET CONSTRAINTS ... IMMEDIATE). An agent that was taken over is never exempt.
CREATE OR REPLACE FUNCTION git_memory.takes_effect(agent_id text, tag_xmin xid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN NOT git_memory.is_own(tag_xmin)
           OR EXISTS (SELECT
                      FROM git_memory.repo r
                      WHERE r.agent_id = takes_effect.agent_id
                        AND r.state IN ('enabled', 'failed'))
           OR NOT EXISTS (SELECT
                          FROM git_memory.tag_fence f
                          WHERE f.agent_id = takes_effect.agent_id
                            AND f.times > 0
                            AND git_memory.is_own(f.xmin));
END
$function$;

-- Gate of a new row of the blocks table: is one of the block's agents git-enabled? VOLATILE, because it has to see a tag that was
-- committed while this statement was waiting.
CREATE OR REPLACE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    -- OFFSET 0 keeps the planner from asking takes_effect about other agents' tags first.
    RETURN EXISTS (SELECT
                   FROM (SELECT t.agent_id, t.xmin AS tag_xmin
                         FROM "${app_schema}"."${blocks_agents_table}" l
                              JOIN "${app_schema}"."${agents_tags_table}" t
                                ON t.agent_id = l.agent_id
                               AND t.tag = 'git-memory-enabled'
                         WHERE l.block_id = is_guarded.block_id
                         OFFSET 0) AS owner
                   WHERE git_memory.takes_effect(owner.agent_id, owner.tag_xmin));
END
$function$;

-- Does the agent have the tag, in effect or not?
CREATE OR REPLACE FUNCTION git_memory.is_tagged(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                   FROM "${app_schema}"."${agents_tags_table}" t
                   WHERE t.agent_id = is_tagged.agent_id
                     AND t.tag = 'git-memory-enabled');
END
$function$;

-- Gate of a link that goes: is the agent git-enabled?
CREATE OR REPLACE FUNCTION git_memory.is_guarded_agent(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF EXISTS (SELECT
               FROM "${app_schema}"."${agents_tags_table}" t
               WHERE t.agent_id = is_guarded_agent.agent_id
                 AND t.tag = 'git-memory-enabled') THEN
        RETURN EXISTS (SELECT
                       FROM "${app_schema}"."${agents_tags_table}" t
                       WHERE t.agent_id = is_guarded_agent.agent_id
                         AND t.tag = 'git-memory-enabled'
                         AND git_memory.takes_effect(t.agent_id, t.xmin));
    END IF;
    -- No tag in an old snapshot proves nothing. This insertion fails with a serialization failure if the tag was
    -- written since. (Rows of the blocks table need no such fence: taking an agent over rewrites them.)
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        INSERT INTO git_memory.tag_fence (agent_id)
        VALUES (is_guarded_agent.agent_id)
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            DELETE FROM git_memory.tag_fence f
            WHERE f.agent_id = is_guarded_agent.agent_id;
        END IF;
    END IF;
    RETURN false;
END
$function$;

-- Gate of a link that goes, for what the row carries: does the ledger know the agent, or does the row carry something?
-- (The agent's tag may be gone already.)
DROP FUNCTION IF EXISTS git_memory.was_guarded(text) CASCADE;
CREATE OR REPLACE FUNCTION git_memory.was_guarded(agent_id text, block_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                   FROM git_memory.repo r
                   WHERE r.agent_id = was_guarded.agent_id)
           OR EXISTS (SELECT
                      FROM "${app_schema}"."${blocks_table}" b
                      WHERE b.id = was_guarded.block_id
                        AND b.git_sha IS NOT NULL);
END
$function$;

-- Gate of a link that comes. Taking an agent over locks the agent's row: with this lock it waits for the link, whatever
-- foreign keys the application has, so that no link falls between.
CREATE OR REPLACE FUNCTION git_memory.is_guarded_link(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    PERFORM
    FROM "${app_schema}"."${agents_table}" a
    WHERE a.id = is_guarded_link.agent_id
    FOR KEY SHARE;
    RETURN git_memory.is_guarded_agent(is_guarded_link.agent_id);
END
$function$;

CALL git_memory.secure_functions();
