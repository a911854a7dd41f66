-- Who owns what of git_memory, and who may do what with it: a closed list, object by object. Whatever else was granted, by
-- ALTER DEFAULT PRIVILEGES, by hand or by a restore, is taken back. docs/sql-api.md shows the list to people.
--
-- Rights that the application's tables give to git_memory's roles are in R__01_application.sql.

-- The roles. (V002 made them; a backup that was restored on another server comes without them.)
DO $roles$
DECLARE
    missing text[];
    name    text;
BEGIN
    SELECT array_agg(wanted.name)
    INTO missing
    FROM unnest(ARRAY['git_memory_owner', 'git_memory_sidecar', 'git_memory_admin', 'git_memory_reader']) AS wanted (name)
    WHERE to_regrole(wanted.name) IS NULL;

    IF missing IS NOT NULL
       AND NOT (SELECT r.rolsuper OR r.rolcreaterole FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'git-memory needs roles that do not exist and that % may not create', current_user
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL  = 'Missing: ' || array_to_string(missing, ', ') || '.',
                  HINT    = (SELECT 'Ask a superuser to run: '
                                    || string_agg(format('CREATE ROLE %I NOLOGIN;', role), ' ')
                                    || format(' GRANT git_memory_owner TO %I;', current_user)
                                    || ' Then migrate again; nothing was changed.'
                             FROM unnest(missing) AS role);
    END IF;
    FOREACH name IN ARRAY coalesce(missing, '{}') LOOP
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END LOOP;

    IF NOT pg_has_role(current_user, 'git_memory_owner', 'USAGE') THEN
        BEGIN
            EXECUTE format('GRANT git_memory_owner TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'The migrating role % is not a member of git_memory_owner', current_user
                USING ERRCODE = 'insufficient_privilege',
                      HINT    = format('Ask a superuser to run: GRANT git_memory_owner TO %I; Then migrate again.',
                                       current_user);
        END;
    END IF;
END
$roles$;

-- The procedures that a role can be allowed to call, each with its submit_ function.
CREATE OR REPLACE FUNCTION git_memory.callable_procedures() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    RETURN ARRAY['attach_block', 'block_at', 'create_block', 'delete_block', 'detach_block', 'diff', 'disable_agent',
                 'enable_agent', 'purge_agent', 'restore_block', 'sync_agent', 'sync_all', 'verify_agent', 'verify_all',
                 'write_block'];

-- The closed list. A star behind a privilege is the right to grant it.
CREATE OR REPLACE FUNCTION git_memory.wanted_rights() RETURNS TABLE (kind text, name text, privilege text, grantee text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- Roles that a member of git_memory_owner has let in: see allow and show_organization.
    caller (role_name, procedure) AS (
        SELECT 'git_memory_admin', unnest(git_memory.callable_procedures())
        UNION
        SELECT c.role_name, c.procedure
        FROM git_memory.allowed_call c
        WHERE c.procedure = ANY (git_memory.callable_procedures())
          AND c.procedure <> 'purge_agent'
    ),
    listed (kind, names, privileges, grantees) AS (
        VALUES
        ('schema', '{git_memory}', '{USAGE*,CREATE}', '{git_memory_owner}'),
        ('schema', '{git_memory}', '{USAGE}', '{git_memory_sidecar,git_memory_admin,git_memory_reader}'),

        -- The ledger, and what sidecars take from and put into the database.
        ('table', '{repo,file,commit,intent,left_out_block}', '{SELECT,INSERT,UPDATE,DELETE}', '{git_memory_sidecar}'),
        ('table', '{request}',                                '{SELECT,UPDATE,DELETE}',        '{git_memory_sidecar}'),
        ('table', '{tombstone,store}',                        '{SELECT,INSERT,UPDATE}',        '{git_memory_sidecar}'),
        ('table', '{overwritten_block}',                      '{SELECT,INSERT}',               '{git_memory_sidecar}'),
        ('table', '{commit_key,flyway_schema_history}',       '{SELECT}',                      '{git_memory_sidecar}'),
        ('table', '{installation}', '{SELECT}', '{git_memory_sidecar,git_memory_admin,git_memory_reader}'),

        ('view', '{status,history,drift,left_out,requests,guard}', '{SELECT}',
         '{git_memory_sidecar,git_memory_admin,git_memory_reader}'),
        ('view', '{overwritten}', '{SELECT}', '{git_memory_admin}'),

        -- What the views call: that takes the rights of the role that reads them.
        ('routine', '{drift_shown,agents_shown,agent_shown,caller,may_see_request,guard_state}', '{EXECUTE}',
         '{git_memory_sidecar,git_memory_admin,git_memory_reader}'),
        ('routine', '{digest,digest_of,digest_field,digest_seen,metadata_text,metadata_keys,metadata_seen,expected_sha}',
         '{EXECUTE}', '{git_memory_sidecar,git_memory_admin,git_memory_reader}'),
        ('routine', '{defects,defects_of_engine}', '{EXECUTE}', '{git_memory_sidecar,git_memory_admin}'),
        -- What sidecars call by themselves.
        ('routine', '{drift_of,let_go,take_request}', '{EXECUTE}', '{git_memory_sidecar}')
    )
    SELECT l.kind, names.name, privileges.privilege, grantees.grantee
    FROM listed l
         CROSS JOIN LATERAL unnest(l.names::text[])      AS names (name)
         CROSS JOIN LATERAL unnest(l.privileges::text[]) AS privileges (privilege)
         CROSS JOIN LATERAL unnest(l.grantees::text[])   AS grantees (grantee)
    UNION
    SELECT 'schema', 'git_memory', 'USAGE', c.role_name
    FROM caller c
    UNION
    SELECT 'routine', names.name, 'EXECUTE', c.role_name
    FROM caller c
         CROSS JOIN LATERAL unnest(ARRAY[c.procedure, 'submit_' || c.procedure]) AS names (name)
    UNION
    -- What the procedures do in their caller's name, and what all of them have in common.
    SELECT 'routine', names.name, 'EXECUTE', c.role_name
    FROM caller c
         CROSS JOIN unnest(ARRAY['require_autocommit', 'refusal_to_commit', 'carry_out', 'raise_unanswered', 'attend',
                                 'request_state', 'request_result', 'sidecars', 'patience', 'pause', 'await_request',
                                 'withdraw_request']) AS names (name)
    UNION
    SELECT shown.kind, shown.name, shown.privilege, o.role_name
    FROM git_memory.reader_organization o
         CROSS JOIN (VALUES ('schema', 'git_memory', 'USAGE'),
                            ('view', 'status', 'SELECT'),
                            ('view', 'history', 'SELECT'),
                            ('view', 'drift', 'SELECT'),
                            ('view', 'left_out', 'SELECT'),
                            ('view', 'requests', 'SELECT'),
                            ('routine', 'drift_shown', 'EXECUTE'),
                            ('routine', 'agents_shown', 'EXECUTE'),
                            ('routine', 'agent_shown', 'EXECUTE'),
                            ('routine', 'caller', 'EXECUTE'),
                            ('routine', 'may_see_request', 'EXECUTE')) AS shown (kind, name, privilege)
$function$;

-- Everything of ours that has an owner and rights, as they are: "privilege role" for every role but the owner, with a star
-- behind a privilege that it may grant. That of a single column, which no role ought to have, reads "SELECT(column)".
--   object       as GRANT names it
--   has_own      whether its owner is its own: an identity's sequence has its table's; who keeps Flyway's history, and made the
--                schema for it, is the role that migrated
CREATE OR REPLACE FUNCTION git_memory.owned_objects()
    RETURNS TABLE (kind text, name text, object text, owner name, has_own boolean, row_security boolean, rights text[])
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    ours (kind, name, object, owner, has_own, row_security, acl) AS (
        SELECT 'schema', n.nspname::text, format('SCHEMA %I', n.nspname), n.nspowner, false, false,
               coalesce(n.nspacl, acldefault('n', n.nspowner))
        FROM pg_namespace n
        WHERE n.oid = to_regnamespace('git_memory')
        UNION ALL
        SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
               c.relname::text,
               format('%s git_memory.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname),
               c.relowner,
               c.relname <> 'flyway_schema_history'
               AND NOT EXISTS (SELECT
                               FROM pg_depend d
                               WHERE d.classid = 'pg_class'::regclass
                                 AND d.objid = c.oid
                                 AND d.refclassid = 'pg_class'::regclass
                                 AND d.deptype IN ('a', 'i')
                                 AND c.relkind = 'S'),
               c.relrowsecurity OR c.relforcerowsecurity,
               coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('git_memory')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT 'routine', p.proname::text, 'ROUTINE ' || p.oid::regprocedure, p.proowner, true, false,
               coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc p
        WHERE p.pronamespace = to_regnamespace('git_memory')
    ),
    granted (object, grantee, privilege) AS (
        SELECT o.object, a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END
        FROM ours o
             CROSS JOIN LATERAL aclexplode(o.acl) AS a
        WHERE a.grantee <> o.owner
        UNION
        SELECT format('TABLE git_memory.%I', c.relname),
               x.grantee,
               x.privilege_type || '(column)'
        FROM pg_class c
             JOIN pg_attribute a
               ON a.attrelid = c.oid
             CROSS JOIN LATERAL aclexplode(a.attacl) AS x
        WHERE c.relnamespace = to_regnamespace('git_memory')
          AND x.grantee <> c.relowner
    )
    SELECT o.kind,
           o.name,
           o.object,
           pg_get_userbyid(o.owner),
           o.has_own,
           o.row_security,
           coalesce(g.rights, '{}')
    FROM ours o
         LEFT JOIN (SELECT granted.object,
                           array_agg(granted.privilege || ' '
                                     || CASE granted.grantee
                                            WHEN 0 THEN 'PUBLIC'
                                            ELSE quote_ident(pg_get_userbyid(granted.grantee))
                                        END
                                     ORDER BY 1) AS rights
                    FROM granted
                    GROUP BY granted.object) AS g
                ON g.object = o.object
$function$;

-- What the closed list says of them, in the same form. A role that is gone can't have a right. (A role may be called PUBLIC:
-- its name is quoted then.)
CREATE OR REPLACE FUNCTION git_memory.right_differences()
    RETURNS TABLE (object text, owner name, has_own boolean, row_security boolean, rights text[], wanted text[])
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- The strongest form of each.
    listed AS (
        SELECT w.kind, w.name, w.grantee, max(w.privilege) AS privilege
        FROM git_memory.wanted_rights() w
        WHERE EXISTS (SELECT FROM pg_roles r WHERE r.rolname = w.grantee)
        GROUP BY w.kind, w.name, w.grantee, rtrim(w.privilege, '*')
    ),
    compared AS (
        SELECT o.object,
               o.owner,
               o.has_own,
               o.row_security,
               o.rights,
               ARRAY(SELECT l.privilege || ' ' || quote_ident(l.grantee)
                     FROM listed l
                     WHERE l.kind = o.kind
                       AND l.name = o.name
                       AND l.grantee <> CASE WHEN o.has_own THEN 'git_memory_owner' ELSE o.owner END
                     ORDER BY 1) AS wanted
        FROM git_memory.owned_objects() o
    )
    SELECT c.object, c.owner, c.has_own, c.row_security, c.rights, c.wanted
    FROM compared c
    WHERE c.row_security
       OR (c.has_own AND c.owner <> 'git_memory_owner')
       OR NOT (c.rights @> c.wanted AND c.wanted @> c.rights)
$function$;

-- Brings owners and rights to what they have to be, as far as the role that calls this may: of everything, or only the
-- rights of one role.
CREATE OR REPLACE PROCEDURE git_memory.set_rights(only_role text DEFAULT NULL)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET jit = off -- compiling would take longer than looking
AS $procedure$
DECLARE
    -- As the lists say it; a role that is called so is in double quotes there.
    grantee   constant text := quote_ident(only_role);
    different record;
    who       text;
    given     text;
BEGIN
    IF only_role IS NULL THEN
        FOR different IN SELECT d.*
                         FROM git_memory.right_differences() d
                         WHERE pg_has_role(current_user, d.owner, 'USAGE') LOOP
            IF different.has_own AND different.owner <> 'git_memory_owner' THEN
                EXECUTE format('ALTER %s OWNER TO git_memory_owner', different.object);
            END IF;
            IF different.row_security THEN
                EXECUTE format('ALTER %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', different.object);
            END IF;
        END LOOP;
    END IF;

    -- Read anew, for owners were changed, and twice: what a role has granted on goes with its own right.
    FOR round IN 1..2 LOOP
        FOR different IN SELECT d.*
                         FROM git_memory.right_differences() d
                         WHERE pg_has_role(current_user, d.owner, 'USAGE') LOOP
            FOR who IN SELECT DISTINCT substr(r, strpos(r, ' ') + 1)
                       FROM unnest(different.rights) AS r
                       WHERE r <> ALL (different.wanted) LOOP
                CONTINUE WHEN who <> grantee;
                EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', different.object, who);
                different.rights := ARRAY(SELECT r
                                          FROM unnest(different.rights) AS r
                                          WHERE substr(r, strpos(r, ' ') + 1) <> who);
            END LOOP;
            FOREACH given IN ARRAY different.wanted LOOP
                who := substr(given, strpos(given, ' ') + 1);
                CONTINUE WHEN given = ANY (different.rights) OR who <> grantee;
                EXECUTE format('GRANT %s ON %s TO %s%s',
                               rtrim(split_part(given, ' ', 1), '*'), different.object, who,
                               CASE WHEN split_part(given, ' ', 1) LIKE '%*' THEN ' WITH GRANT OPTION' ELSE '' END);
            END LOOP;
        END LOOP;
    END LOOP;
END
$procedure$;

-- Roles are named by text in lists of ours: one that does not exist would wait there for the next role of that name.
CREATE OR REPLACE FUNCTION git_memory.require_role(role_name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = require_role.role_name) THEN
        RAISE EXCEPTION 'role "%" does not exist', role_name
            USING ERRCODE = 'undefined_object',
                  HINT    = 'Nothing was granted or revoked. A role''s name is written as in pg_roles, without quotes.';
    END IF;
END
$function$;

DROP PROCEDURE IF EXISTS git_memory.secure_functions(); -- of an earlier version
CALL git_memory.set_rights();
