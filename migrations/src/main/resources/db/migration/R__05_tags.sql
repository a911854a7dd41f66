-- The tag 'git-memory-enabled' switches an agent on and off; links decide whose commit a row carries; TRUNCATE would
-- change both behind everybody's back. These triggers are the same for both engines.

-- Tells sidecars. An id that is too long for a notification is found by their sweep.
CREATE OR REPLACE FUNCTION git_memory.tell_sidecars(event text, agent_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    payload constant text := json_build_object('event', tell_sidecars.event, 'agent_id', tell_sidecars.agent_id);
BEGIN
    IF octet_length(payload) < 8000 THEN
        PERFORM pg_notify('git_memory', payload);
    END IF;
END
$function$;

-- The tag came: no write with an older snapshot may overlook it, and a sidecar should hear of it. times counts the
-- insertions that were not judged yet. The agent's row is locked first, as taking over does, which then waits for this
-- transaction and not the other way round.
CREATE OR REPLACE FUNCTION git_memory.tag_came(agent_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.hold_agent(tag_came.agent_id);
    PERFORM git_memory.write_fence(tag_came.agent_id, 1);
    PERFORM nextval('git_memory.tags_seen');
    PERFORM git_memory.tell_sidecars('tagged', tag_came.agent_id);
END
$function$;

-- A row of the tags' table that may be about our tag: the triggers' conditions look for its letters only.
CREATE OR REPLACE FUNCTION git_memory.gate_tag() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    ours constant text := 'git-memory-enabled';
    was_agent text;
    was_tag   text;
    agent     text;
    tag       text;
    is_judged boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        BEGIN
            was_agent := OLD.agent_id;
            was_tag   := OLD.tag;
        EXCEPTION
            WHEN datatype_mismatch THEN
                EXECUTE 'SELECT ($1).agent_id, ($1).tag' INTO was_agent, was_tag USING OLD;
        END;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        BEGIN
            agent := NEW.agent_id;
            tag   := NEW.tag;
        EXCEPTION
            WHEN datatype_mismatch THEN
                EXECUTE 'SELECT ($1).agent_id, ($1).tag' INTO agent, tag USING NEW;
        END;
    END IF;
    IF TG_OP = 'UPDATE' AND was_agent = agent AND was_tag = tag THEN
        RETURN NULL;
    END IF;

    IF tag = ours THEN
        PERFORM git_memory.tag_came(agent);
        is_judged := git_memory.is_judged('tagged', agent, NULL, NULL, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    IF was_tag = ours THEN
        is_judged := git_memory.is_judged('untagged', was_agent, NULL, NULL, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    RETURN NULL;
END
$function$;

-- At the end of the transaction: an agent in the ledger's care must look as git says from its first tagged moment on.
-- (Who takes the tag away, writes and puts it back has not disabled anything.) The rows of one that nobody has taken over
-- yet are marked: from here on they are guarded. A write to one of them under way is waited for, and a later one waits for
-- the mark; the lock on the agent's row does the same for its links.
CREATE OR REPLACE FUNCTION git_memory.tag_judged() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    different  record;
    is_refused boolean;
BEGIN
    PERFORM
    FROM "${app_schema}"."${agents_table}" a
    WHERE a.id = NEW.agent_id
      AND texteq(a.id COLLATE "C", NEW.agent_id)
    FOR UPDATE;
    -- What the ledger says stays so until the end, and an older snapshot collides with what was applied since.
    PERFORM git_memory.keep_repos(ARRAY[NEW.agent_id]);
    SELECT *
    INTO different
    FROM git_memory.drift_of(NEW.agent_id) d
    ORDER BY d.label COLLATE "C"
    LIMIT 1;
    IF FOUND THEN
        is_refused := git_memory.refuse(ARRAY[different.state, different.agent_id, different.label, different.expected,
                                              different.found],
                                        NEW.schema_name, NEW.table_name, NEW.trigger_name);
        RETURN NULL;
    END IF;

    -- Under the lock, for a purge takes it, too.
    IF EXISTS (SELECT
               FROM git_memory.tombstone p
               WHERE p.agent_id = NEW.agent_id)
       AND git_memory.is_tagged(NEW.agent_id) THEN
        is_refused := git_memory.refuse(ARRAY['MG006', NEW.agent_id, '*', 'no tag, for the agent was purged',
                                              'the tag "git-memory-enabled"'],
                                        NEW.schema_name, NEW.table_name, NEW.trigger_name);
        RETURN NULL;
    END IF;
    PERFORM git_memory.mark_pending(NEW.agent_id);
    UPDATE git_memory.agent_fence f
    SET times = 0
    WHERE f.agent_id = NEW.agent_id;
    RETURN NULL;
END
$function$;

-- Marks the rows of an agent that has the tag and that nobody has taken over. At the end of the transaction that brought
-- the tag, so that it meets all links there are; later ones are refused.
CREATE OR REPLACE FUNCTION git_memory.mark_pending(agent_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF NOT git_memory.is_tagged(mark_pending.agent_id)
       OR EXISTS (SELECT
                  FROM git_memory.repo r
                  WHERE r.agent_id = mark_pending.agent_id
                    AND r.state = 'enabled') THEN
        RETURN;
    END IF;
    -- Locked first, and read by a statement of its own: what was waited for has to be seen.
    PERFORM
    FROM "${app_schema}"."${blocks_table}" b
         JOIN "${app_schema}"."${blocks_agents_table}" l
           ON l.block_id = b.id
          AND texteq(l.block_id COLLATE "C", b.id)
    WHERE l.agent_id = mark_pending.agent_id
      AND texteq(l.agent_id COLLATE "C", mark_pending.agent_id)
    ORDER BY b.id COLLATE "C"
    FOR NO KEY UPDATE OF b, l;
    -- What others have carries something already, and is written anew: see link_left.
    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = coalesce(b.git_sha, 'pending')
    FROM "${app_schema}"."${blocks_agents_table}" l
    WHERE l.agent_id = mark_pending.agent_id
      AND texteq(l.agent_id COLLATE "C", mark_pending.agent_id)
      AND b.id = l.block_id
      AND texteq(b.id COLLATE "C", l.block_id);
END
$function$;

-- Gives the rows of an agent that does not have the tag back to PostgreSQL alone, and returns true; false, and nothing is
-- done, for one that has it. The repository stays; its rows carry nothing any more, but a row shared with an agent that
-- still has the tag carries what it owes to that one.
CREATE OR REPLACE FUNCTION git_memory.let_go(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF git_memory.is_tagged(let_go.agent_id) THEN
        RETURN false;
    END IF;

    -- Another session may be taking the agent over, and its line in the ledger can't be seen yet: wait for it. An older
    -- snapshot would not see it either way, and collides.
    IF NOT git_memory.has_one_snapshot() THEN
        PERFORM git_memory.hold_agent(let_go.agent_id);
    END IF;
    PERFORM git_memory.meet_fence(let_go.agent_id);
    PERFORM
    FROM git_memory.repo r
    WHERE r.agent_id = let_go.agent_id
    FOR UPDATE; -- before the fence, as a judgement does: see fence_repos
    UPDATE git_memory.repo r
    SET state      = 'disabled',
        last_error = NULL,
        updated_at = now()
    WHERE r.agent_id = let_go.agent_id;

    DELETE FROM git_memory.file f
    WHERE f.agent_id = let_go.agent_id;

    DELETE FROM git_memory.left_out_block o
    WHERE o.agent_id = let_go.agent_id;

    PERFORM
    FROM "${app_schema}"."${blocks_table}" b
         JOIN "${app_schema}"."${blocks_agents_table}" l
           ON l.block_id = b.id
          AND texteq(l.block_id COLLATE "C", b.id)
    WHERE l.agent_id = let_go.agent_id
      AND texteq(l.agent_id COLLATE "C", let_go.agent_id)
    ORDER BY b.id COLLATE "C"
    FOR NO KEY UPDATE OF b;
    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = git_memory.owed_sha(b.id)
    FROM "${app_schema}"."${blocks_agents_table}" l
    WHERE l.agent_id = let_go.agent_id
      AND texteq(l.agent_id COLLATE "C", let_go.agent_id)
      AND b.id = l.block_id
      AND texteq(b.id COLLATE "C", l.block_id)
      AND (b.git_sha IS NOT NULL
           OR git_memory.owed_sha(b.id) IS NOT NULL);
    RETURN true;
END
$function$;

-- At the end of the transaction, for applications replace all tags of an agent when they mean to change one: the tag
-- is gone, so the agent is disabled.
CREATE OR REPLACE FUNCTION git_memory.tag_removed() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF git_memory.let_go(NEW.agent_id) THEN
        PERFORM git_memory.tell_sidecars('untagged', NEW.agent_id);
    END IF;
    RETURN NULL;
END
$function$;

-- At the end of the transaction: a block that lost an agent carries what it owes to those that it still has, and there is
-- nothing to report of it any more. The row is written anew, also where it carries what it did: a transaction with an older
-- snapshot, in which another agent leaves the block, would count this one still.
CREATE OR REPLACE FUNCTION git_memory.link_left() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    DELETE FROM git_memory.left_out_block o
    WHERE o.agent_id = NEW.agent_id
      AND o.block_id = NEW.block_id
      AND NOT EXISTS (SELECT
                      FROM "${app_schema}"."${blocks_agents_table}" l
                      WHERE l.agent_id = o.agent_id
                        AND texteq(l.agent_id COLLATE "C", o.agent_id)
                        AND l.block_id = o.block_id
                        AND texteq(l.block_id COLLATE "C", o.block_id));
    PERFORM
    FROM "${app_schema}"."${blocks_table}" b
    WHERE b.id = NEW.block_id
      AND texteq(b.id COLLATE "C", NEW.block_id)
    FOR NO KEY UPDATE;
    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = git_memory.owed_sha(b.id)
    WHERE b.id = NEW.block_id
      AND texteq(b.id COLLATE "C", NEW.block_id)
      AND (b.git_sha IS NOT NULL
           OR git_memory.owed_sha(b.id) IS NOT NULL);
    RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.guard_truncate() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    tagged     text;
    is_refused boolean;
BEGIN
    SELECT t.agent_id
    INTO tagged
    FROM "${app_schema}"."${agents_tags_table}" t
    WHERE t.tag = 'git-memory-enabled'
      AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
    ORDER BY t.agent_id COLLATE "C"
    LIMIT 1;
    IF FOUND THEN
        is_refused := git_memory.refuse(ARRAY['MG004', tagged, '*', 'the rows of every label that git has', 'TRUNCATE'],
                                        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    -- An old snapshot may not see a tag that was committed since.
    IF git_memory.has_one_snapshot() AND (SELECT s.is_called FROM git_memory.tags_seen s) THEN
        RAISE EXCEPTION 'TRUNCATE of "%" cannot be judged in a % transaction', TG_TABLE_NAME,
                upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'feature_not_supported',
                  DETAIL  = 'Its snapshot may be older than the tag "git-memory-enabled" of some agent.',
                  HINT    = 'Use READ COMMITTED, or DELETE.';
    END IF;
    RETURN NULL;
END
$function$;

CALL git_memory.set_rights();
