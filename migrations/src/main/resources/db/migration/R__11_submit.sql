-- The asynchronous half of the SQL interface: a submit_ function for each thing that a sidecar can be asked for. It
-- returns the request's id, and the request is carried out once the transaction has committed, whatever becomes of the
-- session.

CREATE OR REPLACE FUNCTION git_memory.submit_enable_agent(agent_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id}', ARRAY[agent_id]);
    RETURN git_memory.post_request('enable_agent', agent_id, '{}');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_disable_agent(agent_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id}', ARRAY[agent_id]);
    RETURN git_memory.post_request('disable_agent', agent_id, '{}');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_sync_agent(agent_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id}', ARRAY[agent_id]);
    RETURN git_memory.post_request('sync_agent', agent_id, '{}');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_verify_agent(agent_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id}', ARRAY[agent_id]);
    RETURN git_memory.post_request('verify_agent', agent_id, '{}');
END
$function$;

-- For good: so the agent's id is asked for twice.
CREATE OR REPLACE FUNCTION git_memory.submit_purge_agent(agent_id text, confirm text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,confirm}', ARRAY[agent_id, confirm]);
    IF confirm <> agent_id THEN
        RAISE EXCEPTION 'confirm must be the agent''s id once more'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL  = format('agent_id is "%s", confirm is "%s".', left(agent_id, 200), left(confirm, 200)),
                  HINT    = 'Nothing was submitted. What is purged is gone for good.';
    END IF;
    RETURN git_memory.post_request('purge_agent', agent_id, '{}');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_sync_all() RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN git_memory.post_request('sync_all', NULL, '{}');
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_verify_all() RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN git_memory.post_request('verify_all', NULL, '{}');
END
$function$;

-- changes says what changes besides the value, as a JSON object: what it does not name stays, what it names as null is
-- cleared. A plain parameter could not tell these two apart.
CREATE OR REPLACE FUNCTION git_memory.submit_write_block(agent_id text,
                                                         label    text,
                                                         value    text  DEFAULT NULL,
                                                         changes  jsonb DEFAULT NULL,
                                                         if_match text  DEFAULT NULL)
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    all_changes jsonb := coalesce(changes, '{}');
    unknown     text;
BEGIN
    PERFORM git_memory.require_given('{agent_id,label}', ARRAY[agent_id, label]);
    IF jsonb_typeof(all_changes) <> 'object' THEN
        RAISE EXCEPTION 'changes must be a JSON object, is %', jsonb_typeof(all_changes)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT    = 'Nothing was submitted. For example: changes => ''{"description": null, "limit": 5000}''.';
    END IF;
    SELECT string_agg(format('"%s"', name), ', ')
    INTO unknown
    FROM jsonb_object_keys(all_changes) AS name
    WHERE name NOT IN ('label', 'value', 'description', 'limit', 'read_only', 'metadata');
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'changes names what git does not have of a block: %', left(unknown, 200)
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL  = 'git has label, value, description, limit, read_only and metadata.',
                  HINT    = 'Nothing was submitted. The other columns are PostgreSQL''s alone: UPDATE them as ever.';
    END IF;
    IF value IS NOT NULL THEN
        IF all_changes ? 'value' THEN
            RAISE EXCEPTION 'value is given twice, as a parameter and within changes'
                USING ERRCODE = 'invalid_parameter_value',
                      HINT    = 'Nothing was submitted.';
        END IF;
        all_changes := all_changes || jsonb_build_object('value', value);
    END IF;
    IF all_changes = '{}' THEN
        RAISE EXCEPTION 'value must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL  = 'A block always has a value; the empty text is one.',
                  HINT    = 'Nothing was submitted. To change other fields and keep the value, name them in changes.';
    END IF;
    RETURN git_memory.post_request('write_block', agent_id,
                                   jsonb_build_object('label', label, 'changes', all_changes, 'if_match', if_match));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_create_block(agent_id    text,
                                                          label       text,
                                                          value       text,
                                                          description text    DEFAULT NULL,
                                                          "limit"     integer DEFAULT NULL,
                                                          read_only   boolean DEFAULT NULL,
                                                          metadata    jsonb   DEFAULT NULL)
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,label,value}', ARRAY[agent_id, label, value]);
    RETURN git_memory.post_request('create_block', agent_id,
                                   jsonb_build_object('block', jsonb_strip_nulls(jsonb_build_object(
                                       'label', label, 'value', value, 'description', description,
                                       'limit', "limit", 'read_only', read_only))
                                       || CASE
                                              WHEN metadata IS NULL THEN '{}'
                                              ELSE jsonb_build_object('metadata', metadata)
                                          END));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_delete_block(agent_id text, label text, if_match text DEFAULT NULL) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,label}', ARRAY[agent_id, label]);
    RETURN git_memory.post_request('delete_block', agent_id,
                                   jsonb_build_object('label', label, 'if_match', if_match));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_attach_block(agent_id text, block_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,block_id}', ARRAY[agent_id, block_id]);
    RETURN git_memory.post_request('attach_block', agent_id, jsonb_build_object('block_id', block_id));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_detach_block(agent_id text, block_id text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,block_id}', ARRAY[agent_id, block_id]);
    RETURN git_memory.post_request('detach_block', agent_id, jsonb_build_object('block_id', block_id));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_restore_block(agent_id text, label text, sha text) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,label,sha}', ARRAY[agent_id, label, sha]);
    RETURN git_memory.post_request('restore_block', agent_id, jsonb_build_object('label', label, 'at', sha));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_block_at(agent_id text, label text, sha text DEFAULT 'HEAD') RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,label,sha}', ARRAY[agent_id, label, sha]);
    RETURN git_memory.post_request('block_at', agent_id, jsonb_build_object('label', label, 'at', sha));
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.submit_diff(agent_id text, label text, from_sha text, to_sha text DEFAULT 'HEAD')
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_given('{agent_id,from_sha,to_sha}', ARRAY[agent_id, from_sha, to_sha]);
    RETURN git_memory.post_request('diff', agent_id,
                                   jsonb_build_object('label', label, 'from', from_sha, 'to', to_sha));
END
$function$;

CALL git_memory.set_rights();
