-- What around git-memory is not as it has to be: PL/Java, the application's tables.

-- PL/Java, where the guard is in it: that it is PL/Java's own and a superuser's, that the guard may load the jar, that the jar is ours
-- byte by byte and alone on the class path, and that no other role may change that.
CREATE OR REPLACE FUNCTION git_memory.defects_of_pljava(guard_version text) RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    unread text;
BEGIN
    -- Nothing there is read before: a view or a policy of another's would run with the rights of git_memory_owner.
    RETURN QUERY SELECT * FROM git_memory.strange_pljava();
    IF FOUND THEN
        RETURN;
    END IF;
    -- Before the tables: without this right their names can't even be looked up.
    IF to_regnamespace('sqlj') IS NOT NULL AND NOT has_schema_privilege('git_memory_owner', 'sqlj', 'USAGE') THEN
        RETURN QUERY SELECT 'SCHEMA sqlj',
                            'git_memory_owner may not use it, so the guard can''t load its classes',
                            'GRANT USAGE ON SCHEMA sqlj TO git_memory_owner;';
        RETURN;
    END IF;
    IF to_regclass('sqlj.jar_repository') IS NULL
       OR to_regclass('sqlj.jar_entry') IS NULL
       OR to_regclass('sqlj.classpath_entry') IS NULL THEN
        RETURN QUERY SELECT 'EXTENSION pljava', 'its tables are missing', 'DROP EXTENSION pljava CASCADE; CREATE EXTENSION pljava;';
        RETURN;
    END IF;
    SELECT string_agg(format('sqlj.%I', read.name), ', ')
    INTO unread
    FROM unnest(ARRAY['jar_repository', 'jar_entry', 'classpath_entry']) AS read (name)
    WHERE NOT has_table_privilege('git_memory_owner', 'sqlj.' || read.name, 'SELECT');
    IF unread IS NOT NULL THEN
        RETURN QUERY SELECT 'SCHEMA sqlj',
                            format('git_memory_owner may not read %s, so the guard can''t load its classes', unread),
                            format('GRANT SELECT ON %s TO git_memory_owner;', unread);
        RETURN;
    END IF;
    RETURN QUERY
        SELECT format('TABLE sqlj.%I', c.relname),
               'row-level security hides the guard''s classes from git_memory_owner',
               format('ALTER TABLE sqlj.%I DISABLE ROW LEVEL SECURITY;', c.relname)
        FROM pg_class c
             JOIN pg_roles r
               ON r.rolname = 'git_memory_owner'
              AND NOT r.rolbypassrls
        WHERE c.relnamespace = to_regnamespace('sqlj')
          AND c.relrowsecurity
        ORDER BY 1;
    IF FOUND THEN
        RETURN;
    END IF;
    IF ARRAY(SELECT r.jarname::text
             FROM sqlj.classpath_entry c
                  JOIN sqlj.jar_repository r
                    ON r.jarid = c.jarid
             WHERE c.schemaname = 'git_memory') <> ARRAY[defects_of_pljava.guard_version]
       OR git_memory.jar_digest(defects_of_pljava.guard_version) IS NULL THEN
        RETURN QUERY SELECT 'guard', format('the class path in PL/Java is not the jar %s alone', defects_of_pljava.guard_version), NULL;
    ELSIF git_memory.jar_digest(defects_of_pljava.guard_version) <> git_memory.guard_jar_digest() THEN
        RETURN QUERY SELECT 'guard', format('the classes of the jar %s are not git-memory''s', defects_of_pljava.guard_version), NULL;
    END IF;

    -- By grantee, since a right that a role has through a group or PUBLIC is not taken from it by its own name.
    RETURN QUERY
        SELECT 'SCHEMA sqlj',
               format('%s may use it, and so replace the guard''s classes', git_memory.role_named(a.grantee)),
               format('REVOKE ALL ON SCHEMA sqlj FROM %s CASCADE;', git_memory.role_named(a.grantee))
        FROM pg_namespace n
             CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
        WHERE n.nspname = 'sqlj'
          AND a.grantee <> n.nspowner
          AND a.privilege_type IN ('USAGE', 'CREATE')
          AND EXISTS (SELECT
                      FROM pg_roles r
                           JOIN pg_proc p
                             ON p.pronamespace = n.oid
                            AND p.proname IN ('install_jar', 'replace_jar', 'remove_jar', 'set_classpath')
                      WHERE NOT r.rolsuper
                        AND r.rolname NOT LIKE 'pg\_%'
                        AND NOT pg_has_role(r.oid, 'git_memory_owner', 'MEMBER')
                        AND (a.grantee = 0 OR pg_has_role(r.oid, a.grantee, 'MEMBER'))
                        AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))
        GROUP BY a.grantee;
    RETURN QUERY
        SELECT format('TABLE sqlj.%I', given.name),
               format('%s has %s, and so may replace the guard''s classes', git_memory.role_named(given.grantee),
                      string_agg(given.privilege, ', ' ORDER BY given.privilege)),
               format('REVOKE %s ON TABLE sqlj.%I FROM %s CASCADE;', string_agg(given.privilege, ', ' ORDER BY given.privilege),
                      given.name, git_memory.role_named(given.grantee))
        FROM (SELECT c.relname AS name, a.grantee, a.privilege_type AS privilege
              FROM pg_class c
                   CROSS JOIN LATERAL aclexplode(c.relacl) AS a
              WHERE c.relnamespace = 'sqlj'::regnamespace
                AND c.relkind = 'r'
                AND a.grantee <> c.relowner
              UNION ALL
              SELECT c.relname, a.grantee, format('%s (%I)', a.privilege_type, k.attname)
              FROM pg_class c
                   JOIN pg_attribute k
                     ON k.attrelid = c.oid
                    AND NOT k.attisdropped
                   CROSS JOIN LATERAL aclexplode(k.attacl) AS a
              WHERE c.relnamespace = 'sqlj'::regnamespace
                AND c.relkind = 'r'
                AND a.grantee <> c.relowner) AS given
             LEFT JOIN pg_roles r
                    ON r.oid = given.grantee
        WHERE split_part(given.privilege, ' ', 1) IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
          AND (r.oid IS NULL OR NOT r.rolsuper)
        GROUP BY given.name, given.grantee
        ORDER BY 1, 2;
END
$function$;

-- Whether Java answers at all: what the guard's functions need and the catalogue does not show. Starts a Java virtual machine in the session.
CREATE OR REPLACE FUNCTION git_memory.defects_of_engine() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    hint text;
BEGIN
    IF NOT has_schema_privilege(current_user, 'git_memory', 'USAGE') THEN
        RETURN; -- defects() says that, and no more
    END IF;
    IF git_memory.engine_found() IS DISTINCT FROM 'pljava' THEN
        RETURN;
    END IF;
    IF git_memory.guard_digest('é', NULL, 7, true, '{"a": 1}') <> git_memory.digest_of('é', NULL, 7, true, '{"a": 1}') THEN
        RETURN QUERY SELECT 'guard', 'the digest in Java differs from the digest in SQL', NULL;
    END IF;
EXCEPTION
    WHEN OTHERS THEN -- told as every other defect
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        RETURN QUERY SELECT 'guard', format('PL/Java does not work: %s', concat_ws(' ', SQLERRM, '(' || nullif(hint, '') || ')')), NULL;
END
$function$;

-- The application's tables: the columns that git mirrors and those that sidecars need, what keeps the guard or a sidecar from working on
-- them, and what they let git_memory's roles do.
CREATE OR REPLACE FUNCTION git_memory.defects_of_application() RETURNS TABLE (object text, state text, remedy text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT l.object, l.state, l.remedy
    FROM git_memory.lost_tables() AS l
    UNION ALL
    -- OFFSET 0: names are looked up once, not for each row of the catalogue.
    SELECT format('COLUMN %I.%I', m.table_name, m.column_name),
           CASE WHEN m.found IS NULL THEN 'missing' ELSE format('of type %s, not one of %s', m.found, m.wanted) END,
           NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL git_memory.unfit_columns(i.app_schema, i.blocks_table, i.blocks_agents_table,
                                                     i.agents_tags_table, i.agents_table) AS m
    WHERE m.table_name IN (SELECT c.relname FROM git_memory.guarded_tables() c)
    UNION ALL
    SELECT format('COLUMN %I.git_sha', c.relname), 'missing', NULL
    FROM git_memory.guarded_tables() c
    WHERE c.token = 'blocks'
      AND NOT EXISTS (SELECT
                      FROM pg_attribute a
                      WHERE a.attrelid = c.relation
                        AND a.attname = 'git_sha'
                        AND a.atttypid = 'text'::regtype)
    UNION ALL
    SELECT format('TABLE %I.%I', i.app_schema, used.table_name),
           format('missing, and sidecars need it; if it was renamed: git-memory migrate --%s and its name', used.option),
           NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL (VALUES ('blocks-tags-table',   i.blocks_tags_table),
                                    ('organizations-table', i.organizations_table)) AS used (option, table_name)
    WHERE to_regclass(format('%I.%I', i.app_schema, used.table_name)) IS NULL
      AND to_regnamespace(quote_ident(i.app_schema)) IS NOT NULL
    UNION ALL
    -- What sidecars read and write besides what git mirrors; columns of blocks that are not here are used where they are there.
    SELECT format('COLUMN %I.%I', used.table_name, used.column_name), 'missing, and sidecars need it', NULL
    FROM git_memory.installation i
         CROSS JOIN LATERAL (SELECT u.table_name,
                                    u.column_name,
                                    to_regclass(format('%I.%I', i.app_schema, u.table_name)) AS relation
                             FROM (VALUES (i.blocks_table,        'organization_id'),
                                          (i.blocks_table,        'created_at'),
                                          (i.blocks_tags_table,   'block_id'),
                                          (i.blocks_tags_table,   'tag'),
                                          (i.blocks_tags_table,   'organization_id'),
                                          (i.agents_table,        'organization_id'),
                                          (i.agents_table,        'name'),
                                          (i.organizations_table, 'id'),
                                          (i.organizations_table, 'name')) AS u (table_name, column_name)
                             OFFSET 0) AS used
    WHERE used.relation IS NOT NULL
      AND NOT EXISTS (SELECT
                      FROM pg_attribute a
                      WHERE a.attrelid = used.relation
                        AND a.attname = used.column_name
                        AND NOT a.attisdropped)
    UNION ALL
    -- What can't be written as git has it.
    SELECT format('COLUMN %I.%I', c.relname, a.attname),
           CASE a.attgenerated WHEN '' THEN 'an identity that is always generated' ELSE 'generated' END
           || ', so that sidecars can''t write it',
           format('ALTER TABLE %s ALTER COLUMN %I DROP %s;', c.relation, a.attname,
                  CASE a.attgenerated WHEN '' THEN 'IDENTITY' ELSE 'EXPRESSION' END)
    FROM git_memory.guarded_tables() c
         JOIN pg_attribute a
           ON a.attrelid = c.relation
          AND NOT a.attisdropped
          AND (a.attgenerated <> '' OR a.attidentity = 'a')
          AND a.attname IN ('id', 'label', 'value', 'description', 'limit', 'read_only', 'metadata_', 'git_sha',
                            'organization_id', 'agent_id', 'block_id', 'block_label', 'tag')
    UNION ALL
    -- The application leaves git_sha out: it has to be null then.
    SELECT format('COLUMN %I.git_sha', c.relname),
           CASE WHEN wrong.clause = 'NOT NULL' THEN 'NOT NULL' ELSE 'has a default' END
           || ', so that the application''s own INSERTs fail',
           format('ALTER TABLE %s ALTER COLUMN git_sha DROP %s;', c.relation, wrong.clause)
    FROM git_memory.guarded_tables() c
         JOIN pg_attribute a
           ON a.attrelid = c.relation
          AND a.attname = 'git_sha'
          AND NOT a.attisdropped
         CROSS JOIN LATERAL (VALUES ('NOT NULL', a.attnotnull),
                                    ('DEFAULT',  a.atthasdef AND a.attgenerated = '')) AS wrong (clause, is_there)
    WHERE wrong.is_there
      AND c.token = 'blocks'
    UNION ALL
    -- The guard reads with row_security off: where a policy would apply it fails, and so does the write.
    SELECT format('TABLE %s', c.relation),
           'has row-level security, and git_memory_owner lacks BYPASSRLS: the guard fails, and with it each write that it judges',
           'ALTER ROLE git_memory_owner BYPASSRLS;'
    FROM git_memory.guarded_tables() c
         JOIN pg_class t
           ON t.oid = c.relation
         JOIN pg_roles r
           ON r.rolname = 'git_memory_owner'
          AND NOT r.rolsuper
          AND NOT r.rolbypassrls
    WHERE t.relrowsecurity
      AND (t.relforcerowsecurity OR NOT pg_has_role(r.oid, t.relowner, 'USAGE'))
    UNION ALL
    -- Sidecars read and write as their logins. A policy that names such a role, or one that it is a member of, is a DBA's decision; one
    -- for PUBLIC is the application's, unless it lets everything through.
    SELECT format('TABLE %s', t.oid::regclass),
           format('row-level security hides rows from the sidecar''s login %I', login.rolname),
           format('ALTER ROLE %I BYPASSRLS;', login.rolname)
    FROM git_memory.installation i
         CROSS JOIN LATERAL (SELECT to_regclass(format('%I.%I', i.app_schema, used.table_name)) AS relation
                             FROM unnest(ARRAY[i.blocks_table, i.blocks_agents_table, i.agents_tags_table, i.blocks_tags_table,
                                               i.agents_table, i.organizations_table]) AS used (table_name)
                             OFFSET 0) AS used
         JOIN pg_class t
           ON t.oid = used.relation
          AND t.relrowsecurity
         JOIN pg_roles login
           ON login.rolcanlogin
          AND NOT login.rolsuper
          AND NOT login.rolbypassrls
          AND pg_has_role(login.oid, to_regrole('git_memory_sidecar')::oid, 'MEMBER')
          AND has_database_privilege(login.oid, current_database(), 'CONNECT') -- another database's has no business here
    WHERE (t.relforcerowsecurity OR NOT pg_has_role(login.oid, t.relowner, 'USAGE'))
      AND NOT EXISTS (SELECT
                      FROM pg_policy p
                           CROSS JOIN LATERAL unnest(p.polroles) AS named (id)
                      WHERE p.polrelid = t.oid
                        AND p.polpermissive
                        AND CASE
                                WHEN named.id <> 0 THEN pg_has_role(login.oid, named.id, 'USAGE')
                                ELSE p.polcmd = '*'
                                     AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                                     AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true'
                            END)
    UNION ALL
    -- A partition is guarded by its table's triggers, a child of the old kind by none.
    SELECT format('TABLE %s', h.inhrelid::regclass),
           format('inherits from %s, and its rows are not guarded', c.relation),
           format('ALTER TABLE %s NO INHERIT %s;', h.inhrelid::regclass, c.relation)
    FROM git_memory.guarded_tables() c
         JOIN pg_inherits h
           ON h.inhparent = c.relation
         JOIN pg_class child
           ON child.oid = h.inhrelid
          AND NOT child.relispartition
    UNION ALL
    SELECT 'SCHEMA ' || quote_ident(i.app_schema),
           format('%s may not use it', role_name),
           format('GRANT USAGE ON SCHEMA %I TO %I;', i.app_schema, role_name)
    FROM git_memory.installation i
         CROSS JOIN unnest(ARRAY['git_memory_owner', 'git_memory_sidecar']) AS role_name
    WHERE to_regrole(role_name) IS NOT NULL
      AND to_regnamespace(quote_ident(i.app_schema)) IS NOT NULL
      AND NOT has_schema_privilege(role_name, i.app_schema, 'USAGE')
    UNION ALL
    SELECT format('TABLE %I.%I', i.app_schema, needed.table_name),
           format('%s lacks %s', needed.role_name, needed.privilege_named),
           format('GRANT %s ON %I.%I TO %I;', needed.privilege_named, i.app_schema, needed.table_name, needed.role_name)
    FROM git_memory.installation i
         CROSS JOIN LATERAL (SELECT a.role_name,
                                    a.table_name,
                                    a.column_name,
                                    a.privilege,
                                    concat_ws(' ', a.privilege, '(' || quote_ident(a.column_name) || ')') AS privilege_named,
                                    to_regclass(format('%I.%I', i.app_schema, a.table_name))              AS relation
                             FROM git_memory.application_rights(i.blocks_table, i.blocks_agents_table, i.agents_tags_table,
                                                                i.blocks_tags_table, i.agents_table,
                                                                i.organizations_table) AS a
                             OFFSET 0) AS needed
    WHERE to_regrole(needed.role_name) IS NOT NULL
      AND needed.relation IS NOT NULL
      AND format('TABLE %I.%I', i.app_schema, needed.table_name) NOT IN (SELECT l.object FROM git_memory.lost_tables() AS l)
      AND CASE
              WHEN needed.column_name IS NULL THEN NOT has_table_privilege(needed.role_name, needed.relation, needed.privilege)
              ELSE EXISTS (SELECT
                           FROM pg_attribute a
                           WHERE a.attrelid = needed.relation
                             AND a.attname = needed.column_name
                             AND NOT has_column_privilege(needed.role_name, needed.relation, a.attnum, needed.privilege))
          END
$function$;

CALL git_memory.set_rights();
