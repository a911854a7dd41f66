-- Requests to the sidecars: how they are made, waited for, withdrawn and taken.
--
-- Whoever waits for a request holds an advisory lock on it while he does, in the transaction in which he waits. The lock
-- goes with the transaction however that ends (answer, error, cancelled statement, lost connection), and no sidecar takes
-- an attended request whose lock is free or in another login's hand: a call that has ended can have no effect later. In the
-- same way a sidecar holds a lock on its number, so that a crash shows at once. The first key of these locks says whose
-- they are: 1735225969 ('gmrq') for requests, 1735227243 ('gmwk') for sidecars.

-- Makes a request. Called by the submit_ functions only: they decide what arguments there are.
CREATE OR REPLACE FUNCTION git_memory.post_request(kind text, agent_id text, arguments jsonb) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- A block's file has 16 MiB at most. JSON may double that where many characters are escaped.
    most constant integer := 32 * 1024 * 1024;
    size constant integer := octet_length(post_request.arguments::text);
    id uuid;
BEGIN
    IF size > most THEN
        RAISE EXCEPTION 'The parameters are % bytes long as JSON', size
            USING ERRCODE = 'program_limit_exceeded',
                  DETAIL  = 'As a file in git a block has 16 MiB at most, description and metadata included.',
                  HINT    = 'Nothing was submitted. Write a shorter value.';
    END IF;
    INSERT INTO git_memory.request AS r (kind, agent_id, arguments, role_name, login_name)
    VALUES (post_request.kind, post_request.agent_id, post_request.arguments, git_memory.caller(), session_user)
    RETURNING r.id INTO id;
    PERFORM pg_notify('git_memory_request', '');
    RETURN id;
END
$function$;

-- Refuses parameters that are NULL and must not be, all of them at once.
CREATE OR REPLACE FUNCTION git_memory.require_given(names text[], given text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(parameter.name, ', ' ORDER BY parameter.ordinality)
    INTO missing
    FROM unnest(names, given) WITH ORDINALITY AS parameter (name, value, ordinality)
    WHERE parameter.value IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% must not be NULL', missing
            USING ERRCODE = 'null_value_not_allowed',
                  HINT    = 'Nothing was submitted. docs/sql-api.md lists the parameters.';
    END IF;
END
$function$;

-- The request, if the caller may see it.
CREATE OR REPLACE FUNCTION git_memory.own_request(request_id uuid) RETURNS git_memory.request
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_request git_memory.request;
BEGIN
    SELECT r.*
    INTO found_request
    FROM git_memory.request r
    WHERE r.id = own_request.request_id
      AND git_memory.may_see_request(r.role_name);
    IF found_request.id IS NULL THEN
        RAISE EXCEPTION 'There is no request %', own_request.request_id
            USING ERRCODE = 'MG102',
                  DETAIL  = 'Requests can be seen by the role that made them and by members of git_memory_admin.',
                  HINT    = 'Results are kept for a day unless the sidecars are told otherwise '
                            '(--request-retention-hours).';
    END IF;
    RETURN found_request;
END
$function$;

-- Says that somebody is going to wait for a request that this transaction has made. Returns the second key of the lock
-- that he has to hold then.
CREATE OR REPLACE FUNCTION git_memory.attend(request_id uuid) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    request constant git_memory.request := git_memory.own_request(attend.request_id);
BEGIN
    UPDATE git_memory.request r
    SET attended = true
    WHERE r.id = request.id;
    RETURN (request.seq & 2147483647)::integer;
END
$function$;

-- Takes a request back that no sidecar has taken yet. Returns false if one has, or if it is finished: then it is too
-- late, and await_request tells what came of it.
CREATE OR REPLACE FUNCTION git_memory.withdraw_request(request_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    request constant git_memory.request := git_memory.own_request(withdraw_request.request_id);
BEGIN
    UPDATE git_memory.request r
    SET state       = 'withdrawn',
        arguments   = '{}',
        finished_at = clock_timestamp(),
        error       = jsonb_build_object('state', 'MG110',
                                         'message', 'the request was withdrawn before a sidecar took it')
    WHERE r.id = request.id
      AND r.state = 'queued';
    RETURN FOUND OR request.state = 'withdrawn';
END
$function$;

-- What those who wait look at, again and again: cheap, and without results.
CREATE OR REPLACE FUNCTION git_memory.request_state(request_id uuid, OUT state text, OUT progress text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    SELECT r.state, r.progress ->> 'text'
    INTO state, progress
    FROM git_memory.request r
    WHERE r.id = request_state.request_id
      AND git_memory.may_see_request(r.role_name);
    IF NOT FOUND THEN
        PERFORM git_memory.own_request(request_id); -- which says so
    END IF;
END
$function$;

-- Who holds which of these locks. Anybody who is connected can hold any, so the role he logged in as decides what it says.
CREATE OR REPLACE FUNCTION git_memory.lock_holders(first_key integer)
    RETURNS TABLE (second_key bigint, login oid)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- Who has connected since this transaction first looked is to be seen, too.
    PERFORM pg_stat_clear_snapshot();
    RETURN QUERY
        SELECT l.objid::bigint, s.usesysid
        FROM pg_locks l
             JOIN LATERAL pg_stat_get_activity(l.pid) AS s
               ON s.pid = l.pid -- not null, as that of a prepared transaction
        WHERE l.locktype = 'advisory'
          AND l.classid = first_key::bigint::oid
          AND l.objsubid = 2
          AND l.mode = 'ExclusiveLock'
          AND l.granted
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
END
$function$;

-- How many sidecars listen on this database.
CREATE OR REPLACE FUNCTION git_memory.sidecars() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT count(*)
    FROM git_memory.lock_holders(1735227243) h
    WHERE pg_has_role(h.login, 'git_memory_sidecar', 'MEMBER')
$function$;

-- The same in words.
CREATE OR REPLACE FUNCTION git_memory.sidecars_told() RETURNS text
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE s.n WHEN 1 THEN '1 sidecar listens' ELSE s.n || ' sidecars listen' END || ' on this database'
    FROM git_memory.sidecars() AS s (n)
$function$;

-- Whether a sidecar has carried a request out a moment ago: where none listens now, it is being started anew, or another one in
-- its place.
CREATE OR REPLACE FUNCTION git_memory.served_lately() RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT EXISTS (SELECT
                   FROM git_memory.request r
                   WHERE r.finished_at > clock_timestamp() - interval '1 min'
                     AND r.state IN ('done', 'failed')
                     AND r.worker IS NOT NULL)
$function$;

-- Whether somebody waits for a request that the login made. (A superuser may have taken another role for his session.)
CREATE OR REPLACE FUNCTION git_memory.is_waited_for(lock_key integer, login_name text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                   FROM git_memory.lock_holders(1735225969) h
                        JOIN pg_roles known
                          ON known.oid = h.login
                   WHERE h.second_key = is_waited_for.lock_key
                     AND (known.rolname = is_waited_for.login_name OR known.rolsuper));
END
$function$;

-- The result of a finished request; what it failed with is raised.
CREATE OR REPLACE FUNCTION git_memory.request_result(request_id uuid) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    request constant git_memory.request := git_memory.own_request(request_result.request_id);
    -- Some calls only read.
    unwritten constant text := CASE
                                   WHEN request.kind NOT IN ('verify_agent', 'verify_all', 'block_at', 'diff')
                                       THEN 'Nothing was written. '
                                   ELSE ''
                               END;
    notice text;
    hint   text;
BEGIN
    IF request.state IN ('failed', 'withdrawn') THEN
        hint := CASE request.error ->> 'state'
                    WHEN 'MG101' THEN unwritten || 'docs/sql-api.md lists the parameters and their values.'
                    WHEN 'MG102' THEN unwritten || 'See the view git_memory.status and the application''s tables.'
                    WHEN 'MG103' THEN 'The message says what is in the way; the view git_memory.status says where the agent stands.'
                    WHEN 'MG104' THEN unwritten || 'Read the block again and repeat the call.'
                    WHEN 'MG105' THEN unwritten || 'Mend the value and repeat the call.'
                    WHEN 'MG106' THEN 'Repeat the call when the object storage answers again; the sidecar''s log says more.'
                    WHEN 'MG109' THEN 'Read the block before the call is repeated: the write may be there, or come to be there.'
                    WHEN 'MG108' THEN unwritten || 'No repetition will help. See the view git_memory.status.'
                    WHEN 'MG110' THEN 'Nothing was done, and nothing will be.'
                    ELSE 'The sidecar''s log says more.'
                END;
        RAISE EXCEPTION USING
            ERRCODE = request.error ->> 'state',
            MESSAGE = request.error ->> 'message',
            DETAIL  = concat('Request ', request.id, ', ', request.kind, coalesce(format(' for agent "%s"', left(request.agent_id, 200)), ''),
                             '.', ' ' || (request.error ->> 'detail')),
            HINT    = hint;
    END IF;
    FOR notice IN SELECT jsonb_array_elements_text(request.result -> 'notices') LOOP
        RAISE NOTICE '%', notice;
    END LOOP;
    RETURN request.result;
END
$function$;

-- Waits for a request that was submitted, and returns its result; what it failed with is raised. A request that is not
-- finished in time stays as it is.
CREATE OR REPLACE FUNCTION git_memory.await_request(request_id uuid, wait interval DEFAULT NULL) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    began    constant timestamptz := clock_timestamp();
    patience constant interval    := git_memory.patience(wait, '30 s');
    request  git_memory.request;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'await_request cannot wait in a % transaction', upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'feature_not_supported',
                  DETAIL  = 'Its snapshot never sees what a sidecar writes meanwhile.',
                  HINT    = 'Use READ COMMITTED.';
    END IF;
    PERFORM git_memory.require_given('{request_id}', ARRAY[request_id::text]);
    request := git_memory.own_request(request_id);
    IF git_memory.is_uncommitted(request_id) THEN
        RAISE EXCEPTION 'Request % was made by this very transaction', request_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL  = 'No sidecar sees it before the transaction commits.',
                  HINT    = 'COMMIT, then call git_memory.await_request.';
    END IF;
    LOOP
        IF (SELECT s.state FROM git_memory.request_state(request_id) AS s) IN ('done', 'failed', 'withdrawn') THEN
            RETURN git_memory.request_result(request_id);
        END IF;
        EXIT WHEN clock_timestamp() - began >= patience;
        PERFORM git_memory.pause(began);
    END LOOP;
    RAISE EXCEPTION 'Request % is not finished after %', request_id, patience
        USING ERRCODE = 'MG111',
              DETAIL  = format('Its state is "%s"; %s.',
                               (SELECT s.state FROM git_memory.request_state(request_id) AS s), git_memory.sidecars_told()),
              HINT    = 'It stays in the queue. Call git_memory.await_request again, or git_memory.withdraw_request.';
END
$function$;

-- Whether the request was made by the transaction that asks.
CREATE OR REPLACE FUNCTION git_memory.is_uncommitted(request_id uuid) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT git_memory.is_own(r.xmin)
    FROM git_memory.request r
    WHERE r.id = $1
$function$;

-- How long to wait: what the call says, else the setting git_memory.wait, else the default.
CREATE OR REPLACE FUNCTION git_memory.patience(wait interval, otherwise interval) RETURNS interval
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    setting  constant text := nullif(current_setting('git_memory.wait', true), '');
    patience interval      := wait;
BEGIN
    IF wait IS NULL AND setting IS NOT NULL THEN
        BEGIN
            patience := setting::interval;
        EXCEPTION
            WHEN data_exception THEN
                RAISE EXCEPTION 'the setting git_memory.wait must be an interval, is "%"', left(setting, 100)
                    USING ERRCODE = SQLSTATE,
                          HINT    = 'Nothing was submitted. For example: SET git_memory.wait = ''10 s''; or RESET git_memory.wait.';
        END;
    END IF;
    patience := coalesce(patience, otherwise);
    IF patience <= interval '0' THEN
        RAISE EXCEPTION '% must be longer than nothing, is %',
            CASE WHEN wait IS NULL THEN 'the setting git_memory.wait' ELSE 'wait' END, patience
            USING ERRCODE = 'invalid_parameter_value',
                  HINT    = 'Nothing was submitted. Write an interval, for example wait => ''10 s''.';
    END IF;
    RETURN patience;
END
$function$;

-- A tenth of the time waited so far, so that what is quick is answered quickly and what is slow costs little.
CREATE OR REPLACE FUNCTION git_memory.pause(since timestamptz) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT pg_sleep(least(greatest(extract(epoch FROM clock_timestamp() - since) / 10, 0.001), 0.2))
$function$;

-- Gives a sidecar the next request, in a short transaction of its own; nothing if there is none for it.
--
-- Of each agent the oldest open request comes next, and never while another one is taken. One that is taken is given to
-- somebody else when its sidecar has lost its connection or has not renewed its lease. An attended one that nobody waits
-- for is void.
CREATE OR REPLACE FUNCTION git_memory.take_request(sidecar integer, lease interval)
    RETURNS TABLE (id uuid, kind text, agent_id text, arguments jsonb, role_name text, login_name text, attempts integer,
                   progress jsonb)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    most_attempts constant integer := 10;
    -- Fetched one by one: a FOR loop fetches ten ahead, and to find as many it would read the whole queue of an agent with
    -- thousands of requests, of which one at a time can be taken.
    candidates    CURSOR FOR
        SELECT r.id, r.seq, r.state, r.attended, r.login_name, r.submitted_at, r.worker, r.lease_until, r.attempts
        FROM git_memory.request r
        WHERE r.state IN ('queued', 'taken')
          AND (r.state = 'queued' OR r.worker <> take_request.sidecar OR r.lease_until <= clock_timestamp())
          AND NOT EXISTS (SELECT
                          FROM git_memory.request other
                          WHERE other.agent_id = r.agent_id
                            AND other.state IN ('queued', 'taken')
                            AND other.seq < r.seq)
          AND (r.state = 'taken'
               OR NOT EXISTS (SELECT
                              FROM git_memory.request other
                              WHERE other.agent_id = r.agent_id
                                AND other.state = 'taken'))
        ORDER BY r.seq;
    candidate     record;
    outcome       jsonb;
BEGIN
    OPEN candidates;
    LOOP
        FETCH candidates INTO candidate;
        EXIT WHEN NOT FOUND;
        outcome := NULL;
        IF candidate.state = 'taken' THEN
            -- A lock that can be had belongs to nobody: the sidecar is gone.
            CONTINUE WHEN candidate.lease_until > clock_timestamp()
                          AND NOT pg_try_advisory_xact_lock_shared(1735227243, candidate.worker);
            IF candidate.attempts >= most_attempts THEN
                outcome := jsonb_build_object(
                    'state', 'MG107',
                    'message', format('%s sidecars have ended while they carried this request out', candidate.attempts),
                    'detail', 'It may have been carried out: see git_memory.history.');
            END IF;
        ELSIF candidate.attended
              AND NOT git_memory.is_waited_for((candidate.seq & 2147483647)::integer, candidate.login_name) THEN
            -- Between making a request and waiting for it lies the end of a transaction: a slow disk may hold it up.
            CONTINUE WHEN candidate.submitted_at > clock_timestamp() - interval '5 s';
            outcome := jsonb_build_object('state', 'MG110', 'message', 'the caller has gone before a sidecar took the request');
        END IF;

        PERFORM
        FROM git_memory.request r
        WHERE r.id = candidate.id
          AND r.state = candidate.state
          AND r.attempts = candidate.attempts
        FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;

        IF outcome IS NOT NULL THEN
            UPDATE git_memory.request r
            SET state       = CASE candidate.state WHEN 'queued' THEN 'withdrawn' ELSE 'failed' END,
                arguments   = '{}',
                error       = outcome,
                finished_at = clock_timestamp()
            WHERE r.id = candidate.id;
        ELSE
            RETURN QUERY
                UPDATE git_memory.request r
                SET state       = 'taken',
                    worker      = take_request.sidecar,
                    attempts    = r.attempts + 1,
                    taken_at    = clock_timestamp(),
                    lease_until = clock_timestamp() + take_request.lease
                WHERE r.id = candidate.id
                RETURNING r.id, r.kind, r.agent_id, r.arguments, r.role_name, r.login_name, r.attempts, r.progress;
            EXIT;
        END IF;
    END LOOP;
    CLOSE candidates;
END
$function$;

CALL git_memory.set_rights();

