-- Whose it is and who may do what, compared with the closed list of R__00_rights.sql; and against whom nothing holds.

-- Owners, rights, and row-level security of all that is ours.
CREATE OR REPLACE FUNCTION git_memory.defects_of_rights() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    difference AS MATERIALIZED (
        SELECT *
        FROM git_memory.right_differences()
    )
    SELECT d.object,
           format('owned by %I', d.owner),
           concat_ws(' ',
                     -- What it does is not known until a script has made it anew.
                     CASE
                         WHEN d.security_definer AND git_memory.is_stranger(d.owner)
                             THEN format('ALTER %s SECURITY INVOKER;', d.object)
                     END,
                     format('ALTER %s OWNER TO git_memory_owner;', d.object))
    FROM difference d
    WHERE d.has_own
      AND d.owner <> 'git_memory_owner'
    UNION ALL
    SELECT d.object,
           'not git-memory''s, and runs with the rights of git_memory_owner',
           format('ALTER %s SECURITY INVOKER;', d.object)
    FROM difference d
    WHERE NOT d.is_ours
      AND d.security_definer
      AND d.owner = 'git_memory_owner'
    UNION ALL
    SELECT 'ROLE ' || quote_ident(gone.role_name),
           format('%s, and is gone; a role that is called so now is another', gone.was),
           format('DELETE FROM git_memory.%I WHERE role_name = %L;', gone.list, gone.role_name)
    FROM (SELECT 'allowed_call',
                 c.role_name,
                 'was allowed ' || string_agg(c.procedure, ', ' ORDER BY c.procedure)
          FROM git_memory.allowed_call c
          WHERE git_memory.role_meant(c.role_name, c.role_oid, c.server) IS NULL
          GROUP BY c.role_name
          UNION ALL
          SELECT 'reader_organization',
                 o.role_name,
                 'was shown ' || string_agg(o.organization_id, ', ' ORDER BY o.organization_id)
          FROM git_memory.reader_organization o
          WHERE git_memory.role_meant(o.role_name, o.role_oid, o.server) IS NULL
          GROUP BY o.role_name) AS gone (list, role_name, was)
    UNION ALL
    -- The schema's owner may drop all there is, and that of Flyway's history says what was run.
    SELECT o.object,
           format('owned by %I, who is not a member of git_memory_owner', o.owner),
           format('ALTER %s OWNER TO git_memory_owner;', o.object)
    FROM git_memory.owned_objects() o
         JOIN pg_roles r
           ON r.rolname = o.owner
    WHERE o.name IN ('git_memory', 'flyway_schema_history')
      AND NOT r.rolsuper
      AND NOT pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
    UNION ALL
    SELECT d.object,
           'row-level security hides rows',
           format('ALTER %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;', d.object)
    FROM difference d
    WHERE d.row_security
    UNION ALL
    -- As the role that granted it: no other takes it back. What a role has granted on goes with its own right, unless that is on
    -- the list.
    SELECT d.object,
           format('%s has %s', g.grantee, string_agg(g.privilege, ', ' ORDER BY g.privilege)),
           format(CASE
                      WHEN g.grantor <> d.owner
                           AND EXISTS (SELECT
                                       FROM unnest(d.wanted) AS w
                                       WHERE split_part(w, ' ', 1) LIKE '%*'
                                         AND substr(w, strpos(w, ' ') + 1) = quote_ident(g.grantor))
                          THEN 'SET ROLE %3$I; REVOKE ALL ON %1$s FROM %2$s CASCADE; RESET ROLE;'
                      ELSE 'REVOKE ALL ON %1$s FROM %2$s CASCADE;'
                  END,
                  d.object, g.grantee, g.grantor)
    FROM difference d
         CROSS JOIN LATERAL jsonb_to_recordset(d.extra) AS g (privilege text, grantee text, grantor name)
    WHERE d.is_ours
    GROUP BY d.object, d.owner, d.wanted, g.grantee, g.grantor
    UNION ALL
    SELECT d.object,
           format('%s lacks %s', substr(r.lacking, strpos(r.lacking, ' ') + 1), split_part(r.lacking, ' ', 1)),
           format('GRANT %s ON %s TO %s%s;', rtrim(split_part(r.lacking, ' ', 1), '*'), d.object,
                  substr(r.lacking, strpos(r.lacking, ' ') + 1),
                  CASE WHEN split_part(r.lacking, ' ', 1) LIKE '%*' THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference d
         CROSS JOIN LATERAL unnest(d.wanted) AS r (lacking)
    WHERE r.lacking <> ALL (d.rights)
$function$;

-- Logins against whom nothing holds, whatever the guard does, for they have one of these roles or may take it: docs/security.md
-- says the same list. Members of git_memory_sidecar write the ledger because they are git-memory itself: they are not named.
CREATE OR REPLACE FUNCTION git_memory.unguarded_logins() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    SET jit = off -- compiling would take ten times as long as looking
AS $function$
    WITH RECURSIVE
    -- Those that a sidecar writes, too: their triggers run with its rights. With partitions and inheritance children.
    application (id) AS (
        SELECT to_regclass(format('%I.%I', i.app_schema, named.table_name))::oid
        FROM git_memory.installation i
             CROSS JOIN LATERAL unnest(ARRAY[i.blocks_table, i.blocks_agents_table, i.agents_tags_table, i.blocks_tags_table,
                                             i.agents_table, i.organizations_table]) AS named (table_name)
        UNION
        SELECT h.inhrelid
        FROM application a
             JOIN pg_inherits h
               ON h.inhparent = a.id
    ),
    mighty (id) AS (
        SELECT r.oid
        FROM pg_roles r
        WHERE r.rolsuper
           -- May grant itself any role but a superuser's.
           OR (r.rolcreaterole AND current_setting('server_version_num')::integer < 160000)
           OR r.rolname IN ('git_memory_owner', 'pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
        UNION
        -- May drop or change tables, and make triggers on them, which run with the rights of the role that writes.
        SELECT c.relowner
        FROM application a
             JOIN pg_class c
               ON c.oid = a.id
        UNION
        SELECT x.grantee
        FROM application a
             JOIN pg_class c
               ON c.oid = a.id
             LEFT JOIN pg_attribute t
                    ON t.attrelid = c.oid
                   AND t.attacl IS NOT NULL
             CROSS JOIN LATERAL (SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(c.relacl) AS e
                                 UNION ALL
                                 SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(t.attacl) AS e) AS x
        WHERE x.privilege_type IN ('TRIGGER', 'REFERENCES')
        UNION
        -- A foreign key's own statements run in the session that writes the referenced row, and so do their table's triggers.
        SELECT c.relowner
        FROM application a
             JOIN pg_constraint k
               ON k.confrelid = a.id
              AND k.contype = 'f'
             JOIN pg_class c
               ON c.oid = k.conrelid
        UNION
        -- May replace the function of a trigger that is there, or one that a default, a check, an index, a rule or a policy calls.
        SELECT p.proowner
        FROM application a
             JOIN pg_trigger t
               ON t.tgrelid = a.id
              AND NOT t.tgisinternal
             JOIN pg_proc p
               ON p.oid = t.tgfoid
        UNION
        SELECT p.proowner
        FROM application a
             CROSS JOIN LATERAL (SELECT 'pg_attrdef'::regclass AS class, d.oid AS id
                                 FROM pg_attrdef d
                                 WHERE d.adrelid = a.id
                                 UNION ALL
                                 SELECT 'pg_constraint'::regclass, k.oid
                                 FROM pg_constraint k
                                 WHERE k.conrelid = a.id
                                 UNION ALL
                                 SELECT 'pg_class'::regclass, i.indexrelid
                                 FROM pg_index i
                                 WHERE i.indrelid = a.id
                                 UNION ALL
                                 SELECT 'pg_rewrite'::regclass, w.oid
                                 FROM pg_rewrite w
                                 WHERE w.ev_class = a.id
                                 UNION ALL
                                 SELECT 'pg_policy'::regclass, y.oid
                                 FROM pg_policy y
                                 WHERE y.polrelid = a.id) AS part
             JOIN pg_depend d
               ON d.classid = part.class
              AND d.objid = part.id
             LEFT JOIN pg_operator o
                    ON d.refclassid = 'pg_operator'::regclass
                   AND o.oid = d.refobjid
             JOIN pg_proc p
               ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
        UNION
        -- May drop what is in the schema.
        SELECT n.nspowner
        FROM pg_namespace n
        WHERE n.nspname = 'git_memory'
           OR n.nspname = (SELECT i.app_schema FROM git_memory.installation i)
        UNION
        -- Own something of ours, or write to it.
        SELECT c.relowner
        FROM pg_class c
        WHERE c.relnamespace = 'git_memory'::regnamespace
          AND c.oid IN (SELECT to_regclass('git_memory.' || o.name)::oid
                        FROM git_memory.our_objects() o
                        WHERE o.kind IN ('table', 'view', 'sequence'))
        UNION
        SELECT p.proowner
        FROM pg_proc p
             JOIN git_memory.our_objects() o
               ON o.kind = 'routine'
              AND o.name = format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
        WHERE p.pronamespace = 'git_memory'::regnamespace
        UNION
        SELECT x.grantee
        FROM pg_class c
             LEFT JOIN pg_attribute a
                    ON a.attrelid = c.oid
                   AND a.attacl IS NOT NULL
             CROSS JOIN LATERAL (SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(c.relacl) AS e
                                 UNION ALL
                                 SELECT e.grantee, e.privilege_type
                                 FROM aclexplode(a.attacl) AS e) AS x
        WHERE c.relnamespace = 'git_memory'::regnamespace
          AND c.relkind IN ('r', 'p', 'v')
          AND x.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
          AND x.grantee IS DISTINCT FROM to_regrole('git_memory_sidecar')
    )
    SELECT ARRAY(SELECT r.rolname::text
                 FROM pg_roles r
                 WHERE r.rolcanlogin
                   AND EXISTS (SELECT
                               FROM mighty m
                               WHERE m.id = 0 -- PUBLIC
                                  OR pg_has_role(r.oid, m.id, 'MEMBER'))
                 ORDER BY 1)
$function$;

CALL git_memory.set_rights();
