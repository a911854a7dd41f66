-- The guard itself: the functions that compare a written row with the ledger, in one of two engines.
--
--   pljava   in Java, inside PostgreSQL; the jar travels in this file
--   plpgsql  in PL/pgSQL, where PL/Java is not to be had
--   auto     pljava where it really works, else plpgsql, with a warning that says why
--
-- The placeholder guard chooses; another choice changes this file's checksum, so that Flyway runs it again. Triggers
-- call the functions by name and stay as they are.

CREATE OR REPLACE FUNCTION git_memory.guard_with_plpgsql() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $engine$
BEGIN
    -- What is against a row; null for nothing.
    CREATE OR REPLACE FUNCTION git_memory.judge_row(block_id text, link_agent_id text, brings_sha boolean)
        RETURNS text[]
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
    AS $function$
    DECLARE
        fact     record;
        state    text;
        expected text;
        found_   text;
        is_owned boolean := false;
    BEGIN
        FOR fact IN SELECT * FROM git_memory.facts(judge_row.block_id, judge_row.link_agent_id) LOOP
            is_owned := true;
            state    := NULL;
            IF NOT fact.taken_over THEN
                state    := 'MG005';
                expected := 'an agent that git-memory has taken over';
                found_   := 'only its tag';
            ELSIF fact.git_sha IS NULL THEN
                state    := 'MG001';
                expected := coalesce('git_sha ' || fact.expected_sha, 'a git commit');
                found_   := 'none';
            ELSIF fact.file_sha IS NULL THEN
                state    := 'MG002';
                expected := 'no row, for git has no such label';
                found_   := 'git_sha ' || fact.git_sha;
            ELSIF fact.git_sha IS DISTINCT FROM fact.expected_sha THEN
                state    := 'MG002';
                expected := 'git_sha ' || fact.expected_sha;
                found_   := 'git_sha ' || fact.git_sha;
            ELSIF git_memory.digest_of(fact.value, fact.description, fact."limit", fact.read_only, fact.metadata)
                  IS DISTINCT FROM fact.file_digest THEN
                state    := 'MG003';
                expected := 'the content of commit ' || fact.file_sha;
                found_   := CASE
                                WHEN left(fact.metadata, 1) = '!'
                                    THEN 'metadata that git cannot have (' || substr(fact.metadata, 2) || ')'
                                ELSE 'other content'
                            END;
            END IF;
            IF state IS NOT NULL THEN
                RETURN ARRAY[state, fact.owner, fact.label, expected, found_];
            END IF;
        END LOOP;
        IF brings_sha AND NOT is_owned THEN
            RETURN git_memory.stray_sha(judge_row.block_id);
        END IF;
        RETURN NULL;
    END
    $function$;

    CREATE OR REPLACE FUNCTION git_memory.guard_link() RETURNS trigger
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
    AS $function$
    DECLARE
        refusal    text[];
        is_refused boolean;
    BEGIN
        IF NEW.kind = 'pending' AND git_memory.is_only_pending(NEW.block_id, 'pending') THEN
            RETURN NULL;
        END IF;
        refusal := git_memory.judge_row(NEW.block_id, NEW.agent_id, NEW.kind IN ('commit', 'pending'));
        IF refusal IS NOT NULL THEN
            is_refused := git_memory.refuse(refusal, NEW.schema_name, NEW.table_name, NEW.trigger_name);
        END IF;
        RETURN NULL;
    END
    $function$;

    CREATE OR REPLACE FUNCTION git_memory.guard_removal() RETURNS trigger
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
    AS $function$
    DECLARE
        loss       record;
        refusal    text[];
        is_refused boolean;
    BEGIN
        IF NEW.agent_id IS NULL THEN
            SELECT * INTO loss FROM git_memory.losses(NULL, NULL, NEW.block_id, NULL) LIMIT 1;
        ELSE
            SELECT * INTO loss FROM git_memory.losses(NEW.agent_id, NEW.label, NULL, NEW.block_id) LIMIT 1;
        END IF;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        refusal := CASE
                       WHEN loss.taken_over
                           THEN ARRAY['MG004', loss.loser, loss.lost_label, 'a row for commit ' || loss.file_sha, 'none']
                       ELSE ARRAY['MG005', loss.loser, loss.lost_label, 'an agent that git-memory has taken over',
                                  'only its tag']
                   END;
        is_refused := git_memory.refuse(refusal, NEW.schema_name, NEW.table_name, NEW.trigger_name);
        RETURN NULL;
    END
    $function$;
END
$engine$;

-- What a jar in PL/Java consists of, by its entries; null where it is not there, or has none.
CREATE OR REPLACE FUNCTION git_memory.jar_digest(jar_name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN (SELECT md5(string_agg(e.entryname || ' ' || md5(e.entryimage), ',' ORDER BY e.entryname COLLATE "C"))
            FROM sqlj.jar_repository r
                 JOIN sqlj.jar_entry e
                   ON e.jarid = r.jarid
            WHERE r.jarname = jar_digest.jar_name);
END
$function$;

-- The same of the guard's jar, as it was built.
CREATE OR REPLACE FUNCTION git_memory.guard_jar_digest() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN '@guard.jar.digest@';

-- A session that is open across an upgrade goes on with the jar it knows, class by class as it needs them: so a new
-- version comes under a new name, beside the old one. Parameters have the very types that PL/Java's functions take: another's
-- function of the same name may fit others better.
CREATE OR REPLACE FUNCTION git_memory.guard_with_pljava() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $engine$
BEGIN
    -- A parallel pg_restore may have brought the jar's name and lost its classes, and other roles may have replaced them.
    IF git_memory.jar_digest('@guard.jar.name@') IS DISTINCT FROM git_memory.guard_jar_digest() THEN
        PERFORM sqlj.remove_jar(r.jarname, false)
        FROM sqlj.jar_repository r
        WHERE r.jarname = '@guard.jar.name@';
        PERFORM sqlj.install_jar(decode('@guard.jar.base64@', 'base64'), '@guard.jar.name@'::varchar, false);
    END IF;
    PERFORM sqlj.set_classpath('git_memory'::varchar, '@guard.jar.name@'::varchar);

    CREATE OR REPLACE FUNCTION git_memory.guard_link() RETURNS trigger
        LANGUAGE java VOLATILE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
        AS 'dev.gitmemory.guard.LinkGuard.check';

    CREATE OR REPLACE FUNCTION git_memory.guard_removal() RETURNS trigger
        LANGUAGE java VOLATILE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
        AS 'dev.gitmemory.guard.RemovalGuard.check';

    CREATE OR REPLACE FUNCTION git_memory.guard_digest(value       text,
                                                       description text,
                                                       "limit"     bigint,
                                                       read_only   boolean,
                                                       metadata    text)
        RETURNS text
        LANGUAGE java IMMUTABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
        AS 'java.lang.String=dev.gitmemory.guard.Digest.of(java.lang.String,java.lang.String,java.lang.Long,java.lang.Boolean,java.lang.String)';

    -- Runs Java as the guard will: with the owner's rights, classes loaded from the jar, and the same digest as SQL.
    CALL git_memory.set_rights();
    IF git_memory.guard_digest('é', NULL, 7, true, '{"a": 1}') <> git_memory.digest_of('é', NULL, 7, true, '{"a": 1}') THEN
        RAISE EXCEPTION 'The digest in Java differs from the digest in SQL';
    END IF;
END
$engine$;

DO $choice$
DECLARE
    requested constant text := '${guard}';
    engine    text := 'plpgsql';
    reason    text := 'asked for';
    advice    text;
    hint      text;
BEGIN
    IF requested NOT IN ('auto', 'pljava', 'plpgsql') THEN
        RAISE EXCEPTION 'The placeholder guard is "%", not one of auto, pljava, plpgsql', requested
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF requested <> 'plpgsql' THEN
        reason := git_memory.pljava_obstacle();
        -- Left by a dump that another role has restored: who owns PL/Java's schema owns what is in it.
        IF reason IS NULL
           AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
           AND NOT EXISTS (SELECT FROM pg_language WHERE lanname = 'java')
           AND to_regnamespace('sqlj') IS NOT NULL
           AND NOT EXISTS (SELECT
                           FROM pg_depend
                           WHERE refclassid = 'pg_namespace'::regclass
                             AND refobjid = to_regnamespace('sqlj'))
        THEN
            ALTER SCHEMA sqlj OWNER TO CURRENT_USER;
        END IF;
        IF reason IS NULL THEN
            SELECT string_agg(format('%s: %s', s.object, s.state), '; ') || '; a superuser runs: ' || string_agg(s.remedy, ' ')
            INTO reason
            FROM git_memory.strange_pljava() s;
        END IF;
        IF reason IS NULL THEN
            BEGIN
                IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                    CREATE EXTENSION IF NOT EXISTS pljava;
                    GRANT USAGE ON SCHEMA sqlj TO git_memory_owner;
                END IF;
                PERFORM git_memory.guard_with_pljava();
                IF pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
                   AND current_setting('pljava.vmoptions', true) LIKE '%security.manager=disallow%' THEN
                    advice := 'PL/Java runs without policy enforcement: no Java code in this database is sandboxed. '
                              'Java 17 and 21 enforce the policy.';
                END IF;
                reason := CASE requested WHEN 'pljava' THEN 'asked for' ELSE 'PL/Java works here' END;
                engine := 'pljava';
            EXCEPTION
                WHEN lock_not_available OR deadlock_detected THEN
                    RAISE; -- says nothing about PL/Java: the next try may get the lock
                WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
                    reason := 'PL/Java does not work here: ' || SQLERRM || coalesce(' (' || nullif(hint, '') || ')', '');
            END;
        END IF;
        IF engine = 'plpgsql' AND requested = 'pljava' THEN
            RAISE EXCEPTION 'The guard cannot be installed in PL/Java: %', reason
                USING ERRCODE = 'feature_not_supported',
                      HINT    = 'Remove the obstacle, or migrate with guard=plpgsql or guard=auto; nothing was changed.';
        END IF;
    END IF;

    IF engine = 'plpgsql' THEN
        -- Of earlier versions
        DROP FUNCTION IF EXISTS git_memory.judge_row(text, text, text, text, text);
        DROP FUNCTION IF EXISTS git_memory.judge_row(text, text, boolean, text, text, text);
        PERFORM git_memory.guard_with_plpgsql();
        DROP FUNCTION IF EXISTS git_memory.guard_digest(text, text, bigint, boolean, text);
        IF requested = 'auto' THEN
            advice := format('The guard runs in PL/pgSQL. To have it in PL/Java mend this and migrate with guard=pljava: %s', reason);
        END IF;
    END IF;
    IF advice IS NOT NULL THEN
        RAISE WARNING '%', advice;
    END IF;

    CALL git_memory.set_rights();

    UPDATE git_memory.installation
    SET guard_requested = requested,
        guard_engine    = engine,
        guard_reason    = reason,
        guard_advice    = advice,
        guard_version   = '@guard.jar.name@',
        updated_at      = now();
END
$choice$;
