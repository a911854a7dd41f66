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
            NULL; -- said below, with what another has to run
        END;
    END IF;
    -- A member that does not inherit could change nothing either.
    IF NOT pg_has_role(current_user, 'git_memory_owner', 'USAGE') THEN
        RAISE EXCEPTION 'The migrating role % does not have the rights of git_memory_owner', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT    = (SELECT 'Ask a superuser to run: '
                                    || CASE
                                           WHEN current_setting('server_version_num')::integer >= 160000
                                               THEN format('GRANT git_memory_owner TO %I WITH INHERIT TRUE;', r.rolname)
                                           WHEN r.rolinherit
                                               THEN format('GRANT git_memory_owner TO %I;', r.rolname)
                                           ELSE format('ALTER ROLE %I INHERIT; GRANT git_memory_owner TO %I;', r.rolname, r.rolname)
                                       END
                                    || ' Then migrate again; nothing was changed.'
                             FROM pg_roles r
                             WHERE r.rolname = current_user);
    END IF;
END
$roles$;

-- The procedures that a role can be allowed to call, each with its submit_ function.
CREATE OR REPLACE FUNCTION git_memory.callable_procedures() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    RETURN ARRAY['attach_block', 'block_at', 'create_block', 'delete_block', 'detach_block', 'diff', 'disable_agent',
                 'enable_agent', 'purge_agent', 'restore_block', 'sync_agent', 'sync_all', 'verify_agent', 'verify_all',
                 'write_block'];

-- The role that a row of allowed_call or reader_organization means; null if it is gone. On the server where it was listed it is
-- known by its oid, for another role may be called the same by now; on another one, after a restore, by its name.
CREATE OR REPLACE FUNCTION git_memory.role_meant(role_name text, role_oid oid, server bigint) RETURNS oid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT r.oid
    FROM pg_roles r
    WHERE CASE
              WHEN server = (SELECT c.system_identifier FROM pg_control_system() c) THEN r.oid = role_oid
              ELSE r.rolname = role_name
          END
$function$;

-- Forgets listed roles that are gone, and writes down which roles the others are: a name that waits in a list would be given all
-- that the list says as soon as a role is called so.
CREATE OR REPLACE PROCEDURE git_memory.recognize_roles()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $procedure$
BEGIN
    DELETE FROM git_memory.allowed_call c
    WHERE git_memory.role_meant(c.role_name, c.role_oid, c.server) IS NULL;
    DELETE FROM git_memory.reader_organization o
    WHERE git_memory.role_meant(o.role_name, o.role_oid, o.server) IS NULL;

    UPDATE git_memory.allowed_call c
    SET role_name = r.rolname,
        role_oid  = r.oid,
        server    = s.system_identifier
    FROM pg_roles r,
         pg_control_system() s
    WHERE r.oid = git_memory.role_meant(c.role_name, c.role_oid, c.server)
      AND (c.role_name, c.role_oid, c.server) IS DISTINCT FROM (r.rolname::text, r.oid, s.system_identifier);
    UPDATE git_memory.reader_organization o
    SET role_name = r.rolname,
        role_oid  = r.oid,
        server    = s.system_identifier
    FROM pg_roles r,
         pg_control_system() s
    WHERE r.oid = git_memory.role_meant(o.role_name, o.role_oid, o.server)
      AND (o.role_name, o.role_oid, o.server) IS DISTINCT FROM (r.rolname::text, r.oid, s.system_identifier);
END
$procedure$;

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
        SELECT r.rolname::text, c.procedure
        FROM git_memory.allowed_call c
             JOIN pg_roles r
               ON r.oid = git_memory.role_meant(c.role_name, c.role_oid, c.server)
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
        ('table', '{commit_key}',                             '{SELECT}',                      '{git_memory_sidecar}'),
        -- Who may call defects() may compare what was run, too.
        ('table', '{flyway_schema_history}',                  '{SELECT}',                      '{git_memory_sidecar,git_memory_admin}'),
        -- Belongs to the role that installed; all members of git_memory_owner migrate, and look what was run.
        ('table', '{flyway_schema_history}',                  '{SELECT,INSERT,UPDATE,DELETE}', '{git_memory_owner}'),
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
                                 'request_state', 'request_result', 'sidecars', 'sidecars_told', 'served_lately', 'patience',
                                 'pause', 'await_request', 'withdraw_request']) AS names (name)
    UNION
    SELECT shown.kind, shown.name, shown.privilege, r.rolname::text
    FROM git_memory.reader_organization o
         JOIN pg_roles r
           ON r.oid = git_memory.role_meant(o.role_name, o.role_oid, o.server)
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

-- The engine whose functions are there; null where the guard is missing.
CREATE OR REPLACE FUNCTION git_memory.engine_found() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE l.lanname WHEN 'java' THEN 'pljava' ELSE l.lanname::text END
    FROM pg_proc p
         JOIN pg_language l
           ON l.oid = p.prolang
    WHERE p.pronamespace = 'git_memory'::regnamespace
      AND p.proname = 'guard_link'
$function$;

-- What is git-memory's of all that has an owner: R__00_manifest.sql lists it, which runs before everything else that can run twice,
-- so that it knows what the scripts are about to make. Routines are named with their parameters: another's may have the same
-- name.
CREATE OR REPLACE FUNCTION git_memory.our_objects() RETURNS TABLE (kind text, name text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT m.kind, m.name
    FROM git_memory.manifest() m
    WHERE m.kind IN ('table', 'view', 'sequence', 'routine')
      AND m.engine IN ('both', coalesce(git_memory.engine_found(),
                                        (SELECT i.guard_engine FROM git_memory.installation i),
                                        'plpgsql'))
    UNION ALL
    SELECT 'table', 'flyway_schema_history'
    UNION ALL
    SELECT 'schema', 'git_memory'
$function$;

-- Whether a role is none of those that may do everything to git-memory anyway.
CREATE OR REPLACE FUNCTION git_memory.is_stranger(role_name name) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT NOT r.rolsuper AND NOT pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
    FROM pg_roles r
    WHERE r.rolname = is_stranger.role_name
$function$;

-- Everything in the schema that has an owner and rights, as they are: "privilege role" for every role but the owner, with a star
-- behind a privilege that it may grant. That of a single column, which no role ought to have, reads "SELECT(column)".
--   object            as GRANT names it
--   is_ours           whether it is git-memory's
--   has_own           whether it is to belong to git_memory_owner: an identity's sequence has its table's owner; Flyway's history, which
--                     Flyway itself has open while scripts run, that of the role that installed
--   security_definer  whether it runs with its owner's rights
--   grants            the same as rights, with who granted them
DROP FUNCTION IF EXISTS git_memory.right_differences(), git_memory.owned_objects(); -- they had other columns
CREATE FUNCTION git_memory.owned_objects()
    RETURNS TABLE (kind             text,
                   name             text,
                   object           text,
                   owner            name,
                   is_ours          boolean,
                   has_own          boolean,
                   row_security     boolean,
                   security_definer boolean,
                   rights           text[],
                   grants           jsonb)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    present (kind, name, signature, object, owner, has_own, row_security, security_definer, acl) AS (
        SELECT 'schema', n.nspname::text, n.nspname::text, format('SCHEMA %I', n.nspname), n.nspowner, false, false, false,
               coalesce(n.nspacl, acldefault('n', n.nspowner))
        FROM pg_namespace n
        WHERE n.oid = to_regnamespace('git_memory')
        UNION ALL
        SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
               c.relname::text,
               quote_ident(c.relname),
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
               false,
               coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('git_memory')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT 'routine',
               p.proname::text,
               format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
               'ROUTINE ' || p.oid::regprocedure,
               p.proowner,
               true,
               false,
               p.prosecdef,
               coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc p
        WHERE p.pronamespace = to_regnamespace('git_memory')
    ),
    granted (object, grantee, privilege, grantor) AS (
        SELECT p.object, a.grantee, a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, a.grantor
        FROM present p
             CROSS JOIN LATERAL aclexplode(p.acl) AS a
        WHERE a.grantee <> p.owner
        UNION
        SELECT format('TABLE git_memory.%I', c.relname),
               x.grantee,
               x.privilege_type || '(column)',
               x.grantor
        FROM pg_class c
             JOIN pg_attribute a
               ON a.attrelid = c.oid
             CROSS JOIN LATERAL aclexplode(a.attacl) AS x
        WHERE c.relnamespace = to_regnamespace('git_memory')
          AND x.grantee <> c.relowner
    ),
    named (object, grantee, privilege, grantor) AS (
        SELECT g.object,
               CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
               g.privilege,
               pg_get_userbyid(g.grantor)
        FROM granted g
    )
    SELECT p.kind,
           p.name,
           p.object,
           pg_get_userbyid(p.owner),
           o.name IS NOT NULL,
           p.has_own AND o.name IS NOT NULL,
           p.row_security,
           p.security_definer,
           coalesce(g.rights, '{}'),
           coalesce(g.grants, '[]')
    FROM present p
         LEFT JOIN git_memory.our_objects() o
                ON o.kind = p.kind
               AND o.name = p.signature
         LEFT JOIN (SELECT n.object,
                           array_agg(DISTINCT n.privilege || ' ' || n.grantee) AS rights,
                           jsonb_agg(to_jsonb(n))                              AS grants
                    FROM named n
                    GROUP BY n.object) AS g
                ON g.object = p.object
$function$;

-- What the closed list says of them, in the same form; of what is another's, that no other role has rights. A role that is gone can't
-- have a right. (A role may be called PUBLIC: its name is quoted then.)
--   extra   rights that are not on the list, with who granted them
CREATE FUNCTION git_memory.right_differences()
    RETURNS TABLE (kind             text,
                   object           text,
                   owner            name,
                   is_ours          boolean,
                   has_own          boolean,
                   row_security     boolean,
                   security_definer boolean,
                   rights           text[],
                   wanted           text[],
                   extra            jsonb)
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
        SELECT o.kind,
               o.object,
               o.owner,
               o.is_ours,
               o.has_own,
               o.row_security AND o.is_ours AS row_security,
               o.security_definer,
               o.rights,
               o.grants,
               ARRAY(SELECT l.privilege || ' ' || quote_ident(l.grantee)
                     FROM listed l
                     WHERE o.is_ours
                       AND l.kind = o.kind
                       AND l.name = o.name
                       AND l.grantee <> CASE WHEN o.has_own THEN 'git_memory_owner' ELSE o.owner END
                     ORDER BY 1) AS wanted
        FROM git_memory.owned_objects() o
    )
    SELECT c.kind,
           c.object,
           c.owner,
           c.is_ours,
           c.has_own,
           c.row_security,
           c.security_definer,
           c.rights,
           c.wanted,
           coalesce((SELECT jsonb_agg(g.entry)
                     FROM jsonb_array_elements(c.grants) AS g (entry)
                     WHERE (g.entry ->> 'privilege') || ' ' || (g.entry ->> 'grantee') <> ALL (c.wanted)),
                    '[]')
    FROM compared c
    WHERE c.row_security
       OR (c.has_own AND c.owner <> 'git_memory_owner')
       OR (NOT c.is_ours AND c.security_definer AND c.owner = 'git_memory_owner')
       OR NOT (c.rights @> c.wanted AND c.wanted @> c.rights)
$function$;

-- What git_memory_owner lacks of the rights that come with owning: the guard runs with them, and a superuser may have taken them. Reads
-- the catalogue and calls nothing of ours, which could be what it may not call. The schema comes first: without it nothing in it has a
-- name.
CREATE OR REPLACE FUNCTION git_memory.owner_lacks() RETURNS TABLE (object text, privileges text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- No list of rights: those that come with owning.
    owned (number, object, acl, by_default) AS (
        SELECT 1, 'SCHEMA git_memory', n.nspacl, acldefault('n', n.nspowner)
        FROM pg_namespace n
        WHERE n.nspname = 'git_memory'
          AND n.nspowner = to_regrole('git_memory_owner')
        UNION ALL
        SELECT 2,
               format('%s git_memory.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname),
               c.relacl,
               acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('git_memory')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
          AND c.relowner = to_regrole('git_memory_owner')
        UNION ALL
        SELECT 3, 'ROUTINE ' || p.oid::regprocedure, p.proacl, acldefault('f', p.proowner)
        FROM pg_proc p
        WHERE p.pronamespace = to_regnamespace('git_memory')
          AND p.proowner = to_regrole('git_memory_owner')
    )
    SELECT o.object, string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
    FROM owned o
         CROSS JOIN LATERAL aclexplode(o.by_default) AS d
    WHERE o.acl IS NOT NULL
      -- The owner's entry is the last one; whole as a rule.
      AND NOT o.acl @> o.by_default[cardinality(o.by_default)]
      AND d.grantee = to_regrole('git_memory_owner')
      AND NOT EXISTS (SELECT
                      FROM aclexplode(o.acl) AS a
                      WHERE a.grantee = d.grantee
                        AND a.privilege_type = d.privilege_type)
    GROUP BY o.number, o.object
    ORDER BY o.number, o.object
$function$;

-- Brings owners and rights to what they have to be, as far as the role that calls this may: of everything, or only the rights
-- of one role, and then all of them or none.
--
-- What others have made in the schema is not given to git_memory_owner: what runs with its owner's rights would be given ours.
CREATE OR REPLACE PROCEDURE git_memory.set_rights(only_role text DEFAULT NULL)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET jit = off -- compiling would take longer than looking
AS $procedure$
DECLARE
    is_changed boolean;
    left_over  text;
    lacking    record;
BEGIN
    IF only_role IS NULL THEN
        -- First: a member of git_memory_owner may call, and read, only what that may.
        IF pg_has_role(current_user, 'git_memory_owner', 'USAGE') THEN
            IF has_function_privilege('git_memory_owner', 'git_memory.owner_lacks()', 'EXECUTE') IS NOT TRUE THEN
                GRANT EXECUTE ON FUNCTION git_memory.owner_lacks() TO git_memory_owner;
            END IF;
            FOR lacking IN SELECT * FROM git_memory.owner_lacks() LOOP
                EXECUTE format('GRANT %s ON %s TO git_memory_owner', lacking.privileges, lacking.object);
            END LOOP;
        END IF;
        -- Comparing takes most of the time, and as a rule nothing differs.
        IF EXISTS (SELECT FROM git_memory.right_differences())
           OR NOT EXISTS (SELECT
                          FROM pg_namespace n
                          WHERE n.nspname = 'git_memory'
                            AND n.nspowner = to_regrole('git_memory_owner')
                            AND has_schema_privilege(n.nspowner, n.oid, 'USAGE')
                            AND has_schema_privilege(n.nspowner, n.oid, 'CREATE')) THEN
            -- An owner has to be able to use the schema, and to create in it, before it can be given anything there.
            CALL git_memory.set_grants('git_memory_owner', 'schema', is_changed);
            CALL git_memory.set_owners();
        END IF;
        IF pg_has_role(current_user, 'git_memory_owner', 'USAGE') THEN
            CALL git_memory.recognize_roles();
        END IF;
    END IF;

    -- Read anew, for owners were changed, and again after changes: what a role has granted on goes with its own right.
    FOR round IN 1..2 LOOP
        CALL git_memory.set_grants(only_role, NULL, is_changed);
        EXIT WHEN NOT is_changed;
    END LOOP;

    IF only_role IS NOT NULL THEN
        SELECT string_agg(DISTINCT d.object, ', ')
        INTO left_over
        FROM git_memory.right_differences() d
             CROSS JOIN LATERAL (SELECT unnest(d.rights) EXCEPT SELECT unnest(d.wanted)
                                 UNION ALL
                                 (SELECT unnest(d.wanted) EXCEPT SELECT unnest(d.rights))) AS r (entry)
        WHERE d.is_ours
          AND substr(r.entry, strpos(r.entry, ' ') + 1) = quote_ident(only_role);
        IF left_over IS NOT NULL THEN
            RAISE EXCEPTION 'not all rights of role "%" can be changed by %', only_role, current_user
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL  = 'Still another than it has to be: its rights on ' || left_over || '.',
                      HINT    = 'Nothing was changed. Let a superuser, or the owner of these objects, run git-memory migrate, then call '
                                'this again.';
        END IF;
    END IF;
END
$procedure$;

-- A routine of our name that belongs to a stranger may do anything: it loses the right to run as its owner, and the scripts, which
-- run again then, make it anew. So does one that is not ours and was given to git_memory_owner.
CREATE OR REPLACE PROCEDURE git_memory.set_owners()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $procedure$
DECLARE
    different record;
BEGIN
    IF has_database_privilege(current_database(), 'CREATE') -- PostgreSQL asks for that
       AND EXISTS (SELECT
                   FROM pg_namespace n
                   WHERE n.nspname = 'git_memory'
                     AND n.nspowner <> to_regrole('git_memory_owner')
                     AND pg_has_role(current_user, n.nspowner, 'USAGE')) THEN
        ALTER SCHEMA git_memory OWNER TO git_memory_owner;
    END IF;
    -- An owner may have been deprived of its own rights.
    IF pg_has_role(current_user, 'git_memory_owner', 'USAGE')
       AND NOT (has_schema_privilege('git_memory_owner', 'git_memory', 'USAGE')
                AND has_schema_privilege('git_memory_owner', 'git_memory', 'CREATE')) THEN
        GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;
    END IF;
    FOR different IN SELECT d.*
                     FROM git_memory.right_differences() d
                     WHERE pg_has_role(current_user, d.owner, 'USAGE') LOOP
        IF different.security_definer
           AND (CASE
                    WHEN different.is_ours THEN git_memory.is_stranger(different.owner)
                    ELSE different.owner = 'git_memory_owner'
                END) THEN
            EXECUTE format('ALTER %s SECURITY INVOKER', different.object);
        END IF;
        IF different.has_own AND different.owner <> 'git_memory_owner' THEN
            EXECUTE format('ALTER %s OWNER TO git_memory_owner', different.object);
        END IF;
        IF different.row_security THEN
            EXECUTE format('ALTER %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', different.object);
        END IF;
    END LOOP;
END
$procedure$;

-- Grants and revokes; of one role or of one kind of objects only, if named. Says whether anything differed.
CREATE OR REPLACE PROCEDURE git_memory.set_grants(only_role text, only_kind text, INOUT is_changed boolean)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $procedure$
DECLARE
    -- As the lists say it; a role that is called so is in double quotes there.
    only_grantee constant text := quote_ident(only_role);
    acting       constant text := current_setting('role');
    different    record;
    taken        record;
    who          text;
    given        text;
BEGIN
    is_changed := false;
    FOR different IN SELECT d.*
                     FROM git_memory.right_differences() d
                     WHERE (only_kind IS NULL OR d.kind = only_kind)
                       AND (pg_has_role(current_user, d.owner, 'USAGE')
                            -- git_memory_owner may grant its use, whatever role owns it.
                            OR (d.kind = 'schema'
                                AND pg_has_role(current_user, 'git_memory_owner', 'USAGE')
                                AND has_schema_privilege('git_memory_owner', 'git_memory', 'USAGE WITH GRANT OPTION'))) LOOP
        is_changed := true;
        FOR taken IN SELECT DISTINCT g.grantee, g.grantor
                     FROM jsonb_to_recordset(different.extra) AS g (grantee text, grantor name)
                     WHERE only_role IS NULL
                        OR g.grantee = only_grantee LOOP
            IF taken.grantor = different.owner THEN
                EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', different.object, taken.grantee);
            -- What a role has granted on goes with its own right, unless that is on the list.
            ELSIF different.wanted && ARRAY(SELECT w
                                            FROM unnest(different.wanted) AS w
                                            WHERE w LIKE '%* ' || replace(quote_ident(taken.grantor), '\', '\\'))
                  AND pg_has_role(current_user, taken.grantor,
                                  CASE
                                      WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
                                      ELSE 'MEMBER'
                                  END) THEN
                PERFORM set_config('role', taken.grantor, true);
                EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', different.object, taken.grantee);
                PERFORM set_config('role', acting, true);
            END IF;
            different.rights := ARRAY(SELECT r
                                      FROM unnest(different.rights) AS r
                                      WHERE substr(r, strpos(r, ' ') + 1) <> taken.grantee);
        END LOOP;
        FOREACH given IN ARRAY different.wanted LOOP
            who := substr(given, strpos(given, ' ') + 1);
            CONTINUE WHEN given = ANY (different.rights) OR who <> only_grantee;
            EXECUTE format('GRANT %s ON %s TO %s%s',
                           rtrim(split_part(given, ' ', 1), '*'), different.object, who,
                           CASE WHEN split_part(given, ' ', 1) LIKE '%*' THEN ' WITH GRANT OPTION' ELSE '' END);
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
