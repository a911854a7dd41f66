-- The tag 'git-memory-enabled' switches an agent on and off; links decide whose commit a row carries; TRUNCATE would
-- change both behind everybody's back. These triggers are the same for both engines.

-- The tag came: no write with an older snapshot may overlook it, and a sidecar should hear of it.
CREATE OR REPLACE FUNCTION git_memory.tag_added() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    INSERT INTO git_memory.tag_fence AS fence (agent_id)
    VALUES (NEW.agent_id)
    ON CONFLICT (agent_id) DO UPDATE
    SET times = fence.times + 1;
    PERFORM pg_notify('git_memory', json_build_object('event', 'tagged', 'agent_id', NEW.agent_id)::text);
    RETURN NULL;
END
$function$;

-- At the end of the transaction: an agent in the ledger's care must look as git says from its first tagged moment on.
-- (Who takes the tag away, writes and puts it back has not disabled anything.)
CREATE OR REPLACE FUNCTION git_memory.tag_judged() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    different record;
BEGIN
    SELECT *
    INTO different
    FROM git_memory.drift d
    WHERE d.agent_id = NEW.agent_id
    ORDER BY d.label COLLATE "C"
    LIMIT 1;
    IF FOUND THEN
        PERFORM git_memory.reject(different.state, different.agent_id, different.label, different.expected,
                                  different.found, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    RETURN NULL;
END
$function$;

-- At the end of the transaction, for applications replace all tags of an agent when they mean to change one: the tag
-- is gone, so the agent is disabled. The repository stays; its rows carry no commit any more, but a row shared with an
-- agent that is still enabled carries that one's.
CREATE OR REPLACE FUNCTION git_memory.tag_removed() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF EXISTS (SELECT
               FROM "${app_schema}"."${agents_tags_table}" t
               WHERE t.agent_id = OLD.agent_id
                 AND t.tag = 'git-memory-enabled') THEN
        RETURN NULL;
    END IF;

    UPDATE git_memory.repo r
    SET state      = 'disabled',
        updated_at = now()
    WHERE r.agent_id = OLD.agent_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    DELETE FROM git_memory.file f
    WHERE f.agent_id = OLD.agent_id;

    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = git_memory.expected_sha(b.id)
    FROM "${app_schema}"."${blocks_agents_table}" l
    WHERE l.agent_id = OLD.agent_id
      AND b.id = l.block_id
      AND b.git_sha IS DISTINCT FROM git_memory.expected_sha(b.id);

    PERFORM pg_notify('git_memory', json_build_object('event', 'untagged', 'agent_id', OLD.agent_id)::text);
    RETURN NULL;
END
$function$;

-- At the end of the transaction: a block that lost an agent carries the commit of the first that it still has, if any.
CREATE OR REPLACE FUNCTION git_memory.link_left() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    UPDATE "${app_schema}"."${blocks_table}" b
    SET git_sha = git_memory.expected_sha(b.id)
    WHERE b.id = OLD.block_id
      AND b.git_sha IS DISTINCT FROM git_memory.expected_sha(b.id);
    RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.guard_truncate() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    tagged text;
BEGIN
    SELECT t.agent_id
    INTO tagged
    FROM "${app_schema}"."${agents_tags_table}" t
    WHERE t.tag = 'git-memory-enabled'
    ORDER BY t.agent_id COLLATE "C"
    LIMIT 1;
    IF FOUND THEN
        PERFORM git_memory.reject('MG004', tagged, '*', 'the rows of every label that git has', 'TRUNCATE',
                                  TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    -- An old snapshot may not see a tag that was committed since; an empty table has none.
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable')
       AND pg_relation_size('"${app_schema}"."${agents_tags_table}"'::regclass) > 0 THEN
        RAISE EXCEPTION 'TRUNCATE of "%" cannot be judged in a % transaction', TG_TABLE_NAME,
                upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'feature_not_supported',
                  DETAIL  = 'Its snapshot may be older than the tag "git-memory-enabled" of some agent.',
                  HINT    = 'Use READ COMMITTED, or DELETE.';
    END IF;
    RETURN NULL;
END
$function$;

CALL git_memory.secure_functions();
