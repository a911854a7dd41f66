-- The SQL interface: procedures that ask a sidecar for something and wait for the answer.
--
-- A request has to be committed before a sidecar can see it, so these procedures COMMIT. PostgreSQL allows that to
-- procedures that run with their caller's rights and settings only; what needs more is in the functions that they call.
-- His search_path is among those settings, and others may have made functions and operators in its schemas whose types fit
-- better than those of PostgreSQL's own: so functions are called by their schemas here, and operands have the very types of
-- PostgreSQL's operators ('name'::text, too).

-- What PostgreSQL says, in the session's language, where COMMIT is out of place: no function may.
CREATE OR REPLACE FUNCTION git_memory.refusal_to_commit() RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    COMMIT;
    RETURN NULL;
EXCEPTION
    WHEN invalid_transaction_termination THEN
        RETURN SQLERRM;
END
$function$;

-- Refuses a call that could not COMMIT, before anything is done. Within a block that catches exceptions COMMIT always
-- fails, but for another reason where it would be allowed otherwise.
CREATE OR REPLACE PROCEDURE git_memory.require_autocommit(routine text)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    refused boolean := false;
BEGIN
    BEGIN
        COMMIT;
    EXCEPTION
        WHEN invalid_transaction_termination THEN
            refused := SQLERRM = git_memory.refusal_to_commit();
    END;
    IF refused THEN
        RAISE EXCEPTION 'git_memory.% cannot run inside a transaction block', routine
            USING ERRCODE = 'invalid_transaction_termination',
                  DETAIL  = 'It commits its request so that a sidecar sees it. Nothing was done.',
                  HINT    = pg_catalog.format('CALL it outside of a transaction and of blocks that catch exceptions; or '
                                              'SELECT git_memory.submit_%s(...) here, and after COMMIT '
                                              'git_memory.await_request(id).', routine);
    END IF;
END
$procedure$;

-- Waits for a request that this transaction has made; raises what it failed with. In the end the request is finished,
-- or withdrawn, or taken, and the error says which.
CREATE OR REPLACE PROCEDURE git_memory.carry_out(request_id uuid, patience interval, INOUT result jsonb DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    -- A sidecar that is being restarted has this long to come back, or longer if it was at work a moment ago.
    alone_at_most constant interval := '10 s';
    lock_key      constant integer  := git_memory.attend(request_id);
    began         timestamptz;
    seen_sidecar  timestamptz;
    looked        timestamptz;
    told          text;
    state         text;
    progress      text;
    cancelled     boolean := false;
BEGIN
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    -- From here to the end of this transaction a sidecar may take the request.
    PERFORM pg_catalog.pg_advisory_xact_lock(1735225969, lock_key);
    began := pg_catalog.clock_timestamp();
    seen_sidecar := began;
    looked := began;
    BEGIN
        LOOP
            SELECT s.state, s.progress INTO state, progress FROM git_memory.request_state(request_id) AS s;
            EXIT WHEN state IN ('done', 'failed', 'withdrawn') OR pg_catalog.clock_timestamp() - began >= patience;
            IF progress IS DISTINCT FROM told THEN
                told := progress;
                RAISE NOTICE '%', told;
            END IF;
            IF state = 'queued' AND pg_catalog.clock_timestamp() - looked >= interval '0.5 s' THEN
                looked := pg_catalog.clock_timestamp();
                IF git_memory.sidecars() > 0 THEN
                    seen_sidecar := looked;
                END IF;
                EXIT WHEN looked - seen_sidecar >= alone_at_most AND NOT git_memory.served_lately();
            END IF;
            PERFORM git_memory.pause(began);
        END LOOP;
    EXCEPTION
        WHEN query_canceled THEN
            cancelled := true;
    END;

    IF NOT cancelled AND state IN ('done', 'failed', 'withdrawn') THEN
        result := git_memory.request_result(request_id);
        RETURN;
    END IF;
    IF git_memory.withdraw_request(request_id) THEN
        COMMIT;
        CALL git_memory.raise_unanswered(request_id, cancelled, true, pg_catalog.clock_timestamp() - began);
    END IF;
    -- Too late: it is taken, or it was finished this moment.
    SELECT s.state INTO state FROM git_memory.request_state(request_id) AS s;
    IF NOT cancelled AND state <> 'taken' THEN
        result := git_memory.request_result(request_id);
        RETURN;
    END IF;
    CALL git_memory.raise_unanswered(request_id, cancelled, false, pg_catalog.clock_timestamp() - began);
END
$procedure$;

-- The words for a call that ends without an answer.
CREATE OR REPLACE PROCEDURE git_memory.raise_unanswered(request_id uuid, cancelled boolean, withdrawn boolean, waited interval)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    listening constant bigint := git_memory.sidecars();
    seconds   constant text   := pg_catalog.round(extract(epoch FROM waited), 1)::text;
BEGIN
    IF withdrawn THEN
        RAISE EXCEPTION USING
            ERRCODE = CASE WHEN cancelled THEN '57014' ELSE 'MG110' END,
            MESSAGE = CASE
                          WHEN cancelled THEN 'canceled, and the request withdrawn before a sidecar took it'
                          WHEN listening = 0 THEN pg_catalog.format('no sidecar took the request within %s s', seconds)
                          ELSE pg_catalog.format('the sidecars had no time for the request within %s s', seconds)
                      END,
            DETAIL  = pg_catalog.format('Request %s was withdrawn: nothing was done, and nothing will be. '
                                        '%s.', request_id, git_memory.sidecars_told()),
            HINT    = CASE
                          WHEN listening = 0 THEN 'Start "git-memory serve" on this database and look at its log.'
                          ELSE 'Repeat the call, with a longer wait if the sidecars are busy or are just being started.'
                      END;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = CASE WHEN cancelled THEN '57014' ELSE 'MG111' END,
        MESSAGE = CASE
                      WHEN cancelled THEN 'canceled while a sidecar carries the request out'
                      ELSE pg_catalog.format('a sidecar has taken the request and not finished it within %s s', seconds)
                  END,
        DETAIL  = pg_catalog.format('Request %s goes on, and its result is kept.', request_id),
        HINT    = pg_catalog.format('SELECT git_memory.await_request(''%s'') tells what came of it.', request_id);
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.enable_agent(agent_id text, wait interval DEFAULT NULL, INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '60 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('enable_agent');
    CALL git_memory.carry_out(git_memory.submit_enable_agent(agent_id), patience, result);
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.disable_agent(agent_id text, wait interval DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('disable_agent');
    CALL git_memory.carry_out(git_memory.submit_disable_agent(agent_id), patience, result);
END
$procedure$;

-- Makes PostgreSQL equal git. Returns how many differences it mended, and tells each as a NOTICE.
CREATE OR REPLACE PROCEDURE git_memory.sync_agent(agent_id text,
                                                  wait interval DEFAULT NULL,
                                                  INOUT differences bigint DEFAULT NULL,
                                                  INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '60 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('sync_agent');
    CALL git_memory.carry_out(git_memory.submit_sync_agent(agent_id), patience, result);
    differences := (result ->> 'differences'::text)::bigint;
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

-- Compares PostgreSQL with git and changes nothing. Returns how many differences there are, and tells each as a NOTICE.
CREATE OR REPLACE PROCEDURE git_memory.verify_agent(agent_id text,
                                                    wait interval DEFAULT NULL,
                                                    INOUT differences bigint DEFAULT NULL,
                                                    INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '60 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('verify_agent');
    CALL git_memory.carry_out(git_memory.submit_verify_agent(agent_id), patience, result);
    differences := (result ->> 'differences'::text)::bigint;
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

-- Removes the agent's repository and ledger for good, and leaves a tombstone. Its rows stay as they are. Returns how many
-- objects of the object storage were removed.
CREATE OR REPLACE PROCEDURE git_memory.purge_agent(agent_id text,
                                                   confirm text,
                                                   wait interval DEFAULT NULL,
                                                   INOUT removed bigint DEFAULT NULL,
                                                   INOUT purged_at timestamptz DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '60 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('purge_agent');
    CALL git_memory.carry_out(git_memory.submit_purge_agent(agent_id, confirm), patience, result);
    removed := (result ->> 'removed'::text)::bigint;
    purged_at := (result ->> 'purged_at'::text)::timestamptz;
END
$procedure$;

-- sync_agent for every enabled agent; goes on where it was when its sidecar dies. Returns how many agents there are, at
-- how many something was mended, and how many could not be compared.
CREATE OR REPLACE PROCEDURE git_memory.sync_all(wait interval DEFAULT NULL,
                                                INOUT agents bigint DEFAULT NULL,
                                                INOUT different bigint DEFAULT NULL,
                                                INOUT failed bigint DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '1 day');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('sync_all');
    CALL git_memory.carry_out(git_memory.submit_sync_all(), patience, result);
    agents := (result ->> 'agents'::text)::bigint;
    different := (result ->> 'different'::text)::bigint;
    failed := (result ->> 'failed'::text)::bigint;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.verify_all(wait interval DEFAULT NULL,
                                                  INOUT agents bigint DEFAULT NULL,
                                                  INOUT different bigint DEFAULT NULL,
                                                  INOUT failed bigint DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '1 day');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('verify_all');
    CALL git_memory.carry_out(git_memory.submit_verify_all(), patience, result);
    agents := (result ->> 'agents'::text)::bigint;
    different := (result ->> 'different'::text)::bigint;
    failed := (result ->> 'failed'::text)::bigint;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.write_block(agent_id text,
                                                   label text,
                                                   value text DEFAULT NULL,
                                                   changes jsonb DEFAULT NULL,
                                                   if_match text DEFAULT NULL,
                                                   wait interval DEFAULT NULL,
                                                   INOUT git_sha text DEFAULT NULL,
                                                   INOUT block_id text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('write_block');
    CALL git_memory.carry_out(git_memory.submit_write_block(agent_id, label, value, changes, if_match), patience, result);
    git_sha := result ->> 'git_sha'::text;
    block_id := result ->> 'block_id'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.create_block(agent_id text,
                                                    label text,
                                                    value text,
                                                    description text DEFAULT NULL,
                                                    "limit" integer DEFAULT NULL,
                                                    read_only boolean DEFAULT NULL,
                                                    metadata jsonb DEFAULT NULL,
                                                    wait interval DEFAULT NULL,
                                                    INOUT git_sha text DEFAULT NULL,
                                                    INOUT block_id text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('create_block');
    CALL git_memory.carry_out(
        git_memory.submit_create_block(agent_id, label, value, description, "limit", read_only, metadata), patience, result);
    git_sha := result ->> 'git_sha'::text;
    block_id := result ->> 'block_id'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.delete_block(agent_id text,
                                                    label text,
                                                    if_match text DEFAULT NULL,
                                                    wait interval DEFAULT NULL,
                                                    INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('delete_block');
    CALL git_memory.carry_out(git_memory.submit_delete_block(agent_id, label, if_match), patience, result);
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.attach_block(agent_id text,
                                                    block_id text,
                                                    wait interval DEFAULT NULL,
                                                    INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('attach_block');
    CALL git_memory.carry_out(git_memory.submit_attach_block(agent_id, block_id), patience, result);
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.detach_block(agent_id text,
                                                    block_id text,
                                                    wait interval DEFAULT NULL,
                                                    INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('detach_block');
    CALL git_memory.carry_out(git_memory.submit_detach_block(agent_id, block_id), patience, result);
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

-- Puts back what a label held at an earlier commit, by a new commit.
CREATE OR REPLACE PROCEDURE git_memory.restore_block(agent_id text,
                                                     label text,
                                                     sha text,
                                                     wait interval DEFAULT NULL,
                                                     INOUT git_sha text DEFAULT NULL,
                                                     INOUT block_id text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('restore_block');
    CALL git_memory.carry_out(git_memory.submit_restore_block(agent_id, label, sha), patience, result);
    git_sha := result ->> 'git_sha'::text;
    block_id := result ->> 'block_id'::text;
END
$procedure$;

CREATE OR REPLACE PROCEDURE git_memory.block_at(agent_id text,
                                                label text,
                                                sha text DEFAULT 'HEAD',
                                                wait interval DEFAULT NULL,
                                                INOUT value text DEFAULT NULL,
                                                INOUT description text DEFAULT NULL,
                                                INOUT "limit" bigint DEFAULT NULL,
                                                INOUT read_only boolean DEFAULT NULL,
                                                INOUT metadata jsonb DEFAULT NULL,
                                                INOUT git_sha text DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('block_at');
    CALL git_memory.carry_out(git_memory.submit_block_at(agent_id, label, sha), patience, result);
    value := result ->> 'value'::text;
    description := result ->> 'description'::text;
    "limit" := (result ->> 'limit'::text)::bigint;
    read_only := (result ->> 'read_only'::text)::boolean;
    metadata := result -> 'metadata'::text;
    git_sha := result ->> 'git_sha'::text;
END
$procedure$;

-- What changed between two commits as git diff shows it, of one label or (label NULL) of all.
CREATE OR REPLACE PROCEDURE git_memory.diff(agent_id text,
                                            label text,
                                            from_sha text,
                                            to_sha text DEFAULT 'HEAD',
                                            wait interval DEFAULT NULL,
                                            INOUT patch text DEFAULT NULL,
                                            INOUT additions bigint DEFAULT NULL,
                                            INOUT deletions bigint DEFAULT NULL)
    LANGUAGE plpgsql
AS $procedure$
DECLARE
    patience constant interval := git_memory.patience(wait, '30 s');
    result   jsonb;
BEGIN
    CALL git_memory.require_autocommit('diff');
    CALL git_memory.carry_out(git_memory.submit_diff(agent_id, label, from_sha, to_sha), patience, result);
    patch := result ->> 'patch'::text;
    additions := (result ->> 'additions'::text)::bigint;
    deletions := (result ->> 'deletions'::text)::bigint;
END
$procedure$;

-- Lets a role call some of the procedures and the submit_ functions of the same name; members of git_memory_admin may
-- call all. For members of git_memory_owner.
CREATE OR REPLACE FUNCTION git_memory.allow(role_name text, VARIADIC procedures text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_role(allow.role_name);
    PERFORM git_memory.require_procedures(allow.procedures);
    IF 'purge_agent' = ANY (procedures) AND role_name <> 'git_memory_admin' THEN
        RAISE EXCEPTION 'purge_agent is for members of git_memory_admin only'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL  = 'What it removes is gone for good.',
                  HINT    = 'Nothing was granted. GRANT git_memory_admin to the role if it may do all that admins may.';
    END IF;
    -- What a former role of that name was allowed is not this one's.
    DELETE FROM git_memory.allowed_call c
    WHERE c.role_name = allow.role_name
      AND git_memory.role_meant(c.role_name, c.role_oid, c.server) IS NULL;
    INSERT INTO git_memory.allowed_call (role_name, procedure, role_oid, server)
    SELECT allow.role_name, given.procedure, r.oid, s.system_identifier
    FROM unnest(procedures) AS given (procedure)
         CROSS JOIN pg_control_system() AS s
         JOIN pg_roles r
           ON r.rolname = allow.role_name
    ON CONFLICT DO NOTHING;
    CALL git_memory.set_rights(allow.role_name);
END
$function$;

-- Takes back what allow gave.
CREATE OR REPLACE FUNCTION git_memory.disallow(role_name text, VARIADIC procedures text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    never text;
BEGIN
    PERFORM git_memory.require_procedures(disallow.procedures);
    IF role_name = 'git_memory_admin' THEN
        RAISE EXCEPTION 'git_memory_admin may call every procedure'
            USING ERRCODE = 'insufficient_privilege',
                  HINT    = 'Nothing was revoked. Let a role of your own call some of them: git_memory.allow.';
    END IF;
    SELECT string_agg(DISTINCT given.procedure, ', ')
    INTO never
    FROM unnest(procedures) AS given (procedure)
    WHERE NOT EXISTS (SELECT
                      FROM git_memory.allowed_call c
                      WHERE c.role_name = disallow.role_name
                        AND c.procedure = given.procedure);
    IF never IS NOT NULL THEN
        RAISE EXCEPTION 'role "%" has not been allowed %', role_name, never
            USING ERRCODE = 'no_data_found',
                  HINT    = 'Nothing was revoked. See the table git_memory.allowed_call.';
    END IF;
    DELETE FROM git_memory.allowed_call c
    WHERE c.role_name = disallow.role_name
      AND c.procedure = ANY (procedures);
    CALL git_memory.set_rights(disallow.role_name);
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.require_procedures(procedures text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY procedures LOOP
        IF name IS NULL OR name <> ALL (git_memory.callable_procedures()) THEN
            RAISE EXCEPTION 'git_memory has no procedure "%" to call', name
                USING ERRCODE = 'undefined_function',
                      DETAIL  = 'There are: ' || array_to_string(git_memory.callable_procedures(), ', ') || '.',
                      HINT    = 'Nothing was granted or revoked.';
        END IF;
    END LOOP;
END
$function$;

DROP FUNCTION IF EXISTS git_memory.set_calls(text, text[], text); -- of an earlier version
CALL git_memory.set_rights();
