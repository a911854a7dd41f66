-- Taking it all away again: SELECT * FROM git_memory.uninstall();
--
-- Run by the role that migrated. The application's tables are left as they were before, with all their rows; the column
-- git_sha goes only when asked for, and so do views of the application's and whatever else stands on git-memory's objects.
-- Repositories in the object storage stay, and so do the tags. Returns what is left to do and what stays as git-memory has
-- written it, one paragraph a row.

-- What others have made that would go with the schema: views, functions, defaults, constraints, policies, indexes.
CREATE OR REPLACE FUNCTION git_memory.dependents() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH RECURSIVE
    ours (class_id, id) AS (
        SELECT 'pg_class'::regclass::oid, c.oid
        FROM pg_class c
        WHERE c.relnamespace = 'git_memory'::regnamespace
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid
        FROM pg_proc p
        WHERE p.pronamespace = 'git_memory'::regnamespace
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid
        FROM pg_type t
        WHERE t.typnamespace = 'git_memory'::regnamespace
    ),
    -- A view's rule stands for the view.
    dependent (class_id, id) AS (
        SELECT o.class_id, o.id
        FROM ours o
        UNION
        SELECT CASE WHEN w.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END,
               coalesce(w.ev_class, d.objid)
        FROM dependent p
             JOIN pg_depend d
               ON d.refclassid = p.class_id
              AND d.refobjid = p.id
             LEFT JOIN pg_rewrite w
                    ON d.classid = 'pg_rewrite'::regclass
                   AND w.oid = d.objid
        WHERE d.deptype IN ('n', 'a', 'i')
    )
    SELECT ARRAY(SELECT format('%s %s', named.type, named.identity)
                 FROM dependent p
                      LEFT JOIN pg_attrdef f
                             ON p.class_id = 'pg_attrdef'::regclass
                            AND f.oid = p.id
                      LEFT JOIN pg_constraint k
                             ON p.class_id = 'pg_constraint'::regclass
                            AND k.oid = p.id
                      LEFT JOIN pg_index x
                             ON p.class_id = 'pg_class'::regclass
                            AND x.indexrelid = p.id
                      LEFT JOIN pg_class c
                             ON c.oid = CASE WHEN p.class_id = 'pg_class'::regclass THEN p.id
                                             ELSE coalesce(f.adrelid, k.conrelid)
                                        END
                      CROSS JOIN LATERAL pg_identify_object(p.class_id, p.id, 0) AS named
                 WHERE p.class_id IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_attrdef'::regclass,
                                      'pg_constraint'::regclass, 'pg_policy'::regclass)
                   AND (p.class_id, p.id) NOT IN (SELECT o.class_id, o.id FROM ours o)
                   AND (c.oid IS NULL OR c.relnamespace NOT IN ('git_memory'::regnamespace, 'pg_toast'::regnamespace))
                   AND k.contype IS DISTINCT FROM 't' -- a trigger's
                   AND NOT EXISTS (SELECT
                                   FROM dependent t
                                   WHERE t.class_id = 'pg_class'::regclass
                                     AND t.id IN (x.indrelid, k.conrelid))
                 ORDER BY 1)
$function$;

DROP FUNCTION IF EXISTS git_memory.uninstall(boolean); -- of an earlier version
CREATE OR REPLACE FUNCTION git_memory.uninstall(drop_column boolean DEFAULT false, drop_dependents boolean DEFAULT false)
    RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning -- not a line for each object that goes
    SET quote_all_identifiers = off
AS $function$
DECLARE
    roles constant text := 'git_memory_owner, git_memory_sidecar, git_memory_admin, git_memory_reader';
    ours       record;
    relation   text;
    jar        text;
    installed  record;
    enabled    bigint;
    written    bigint;
    labels     text;
    stamps     text;
    dependents text[] := git_memory.dependents();
    revoking   text;
    role_now   text;
    pljava     text;
BEGIN
    IF dependents <> '{}' AND NOT drop_dependents THEN
        RAISE EXCEPTION 'Others have made what stands on objects of git-memory: %', array_to_string(dependents, ', ')
            USING ERRCODE = 'dependent_objects_still_exist',
                  HINT    = 'Drop them, or have them dropped: SELECT * FROM git_memory.uninstall(drop_dependents => true), or '
                            'git-memory uninstall --drop-dependents. Nothing was changed.';
    END IF;
    SELECT * INTO STRICT installed FROM git_memory.installation;
    SELECT count(*) INTO enabled FROM git_memory.status WHERE tagged;
    EXECUTE format('SELECT count(*) FROM %I.%I WHERE git_sha <> ''pending''', installed.app_schema, installed.blocks_table)
    INTO written;
    -- The former names are kept nowhere: these are the labels that may have had another one.
    EXECUTE format($query$
                SELECT string_agg(format('%%s (%%s)', agent_id, labels), ', ' ORDER BY place) FILTER (WHERE place <= 10)
                       || CASE WHEN count(*) > 10 THEN format(' and %%s more', count(*) - 10) ELSE '' END
                FROM (SELECT l.agent_id, count(*), row_number() OVER (ORDER BY l.agent_id)
                      FROM git_memory.repo r
                           JOIN %I.%I l
                             ON l.agent_id = r.agent_id
                      WHERE r.state IN ('enabled', 'disabled')
                        AND starts_with(l.block_label, 'system/')
                      GROUP BY l.agent_id) AS of_agent (agent_id, labels, place)
                $query$, installed.app_schema, installed.blocks_agents_table)
    INTO labels;
    SELECT string_agg(format('%I', a.attname), ' and ' ORDER BY a.attname DESC)
    INTO stamps
    FROM pg_attribute a
    WHERE a.attrelid = format('%I.%I', installed.app_schema, installed.blocks_table)::regclass
      AND a.attname IN ('version', '_last_updated_by_id')
      AND NOT a.attisdropped;

    FOR ours IN SELECT t.tgname, t.tgrelid::regclass AS relation
                FROM pg_trigger t
                     JOIN pg_proc p
                       ON p.oid = t.tgfoid
                WHERE p.pronamespace = 'git_memory'::regnamespace
                  AND t.tgparentid = 0 LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', ours.tgname, ours.relation);
    END LOOP;

    -- Not as a superuser: triggers of the application's run with the rights of who writes the row.
    role_now := current_setting('role');
    PERFORM set_config('role', pg_get_userbyid(c.relowner), true)
    FROM pg_class c
    WHERE c.oid = format('%I.%I', installed.app_schema, installed.blocks_table)::regclass;
    EXECUTE format('UPDATE %I.%I SET git_sha = NULL WHERE git_sha = ''pending''',
                   installed.app_schema, installed.blocks_table);
    PERFORM set_config('role', role_now, true);

    FOREACH relation IN ARRAY ARRAY[installed.blocks_table, installed.blocks_agents_table, installed.agents_tags_table,
                                    installed.blocks_tags_table, installed.agents_table, installed.organizations_table] LOOP
        EXECUTE format('REVOKE ALL ON TABLE %I.%I FROM %s', installed.app_schema, relation, roles);
    END LOOP;
    EXECUTE format('REVOKE UPDATE (git_sha) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.blocks_table);
    EXECUTE format('REVOKE UPDATE (block_id) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.blocks_agents_table);
    EXECUTE format('REVOKE UPDATE (id) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.agents_table);
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM git_memory_owner, git_memory_sidecar', installed.app_schema);

    IF to_regnamespace('sqlj') IS NOT NULL THEN
        BEGIN
            IF EXISTS (SELECT FROM git_memory.strange_pljava()) THEN
                RAISE EXCEPTION 'they may be another''s: %', (SELECT string_agg(s.object || ': ' || s.state, '; ')
                                                              FROM git_memory.strange_pljava() s);
            ELSIF to_regclass('sqlj.jar_repository') IS NULL THEN
                RAISE undefined_table;
            END IF;
            FOR jar IN SELECT jarname FROM sqlj.jar_repository WHERE starts_with(jarname, 'git_memory_') LOOP
                -- Functions in Java must be gone before their jar.
                DROP FUNCTION IF EXISTS git_memory.guard_block(), git_memory.guard_link(), git_memory.guard_removal(),
                                        git_memory.guard_digest(text, text, bigint, boolean, text);
                PERFORM sqlj.remove_jar(jar, false);
            END LOOP;
            IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                REVOKE USAGE ON SCHEMA sqlj FROM git_memory_owner;
            END IF;
        EXCEPTION
            WHEN undefined_table THEN
                NULL; -- then there is no jar either
            WHEN OTHERS THEN
                RETURN NEXT format('The guard''s jars are still in PL/Java (%s). Once it works: '
                                   'SELECT sqlj.remove_jar(jarname, false) FROM sqlj.jar_repository '
                                   'WHERE starts_with(jarname, ''git_memory_'');', SQLERRM);
        END;
    END IF;

    DROP SCHEMA git_memory CASCADE;

    IF drop_column THEN
        EXECUTE format('ALTER TABLE %I.%I DROP COLUMN git_sha', installed.app_schema, installed.blocks_table);
    ELSE
        RETURN NEXT format('The column git_sha stays: ALTER TABLE %I.%I DROP COLUMN git_sha;',
                           installed.app_schema, installed.blocks_table);
    END IF;
    IF dependents <> '{}' THEN
        RETURN NEXT format('Gone with it, for it stood on objects of git-memory: %s.', array_to_string(dependents, ', '));
    END IF;
    -- What only others may take back: what git-memory's roles have, and what migrate had asked for.
    WITH given (object, role_name, is_ours) AS (
        SELECT used.object, r.rolname, r.rolname = ANY (string_to_array(roles, ', '))
        FROM (SELECT format('SCHEMA %I', n.nspname), n.nspname = 'sqlj', n.nspowner, a.grantee
              FROM pg_namespace n
                   CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
              UNION
              SELECT format('LANGUAGE %I', l.lanname), l.lanname = 'java', l.lanowner, a.grantee
              FROM pg_language l
                   CROSS JOIN LATERAL aclexplode(l.lanacl) AS a) AS used (object, is_pljava, owner, grantee)
             JOIN pg_roles r
               ON r.oid = used.grantee
        WHERE r.rolname = ANY (string_to_array(roles, ', '))
           OR (used.is_pljava
               AND used.grantee <> used.owner
               AND (r.rolname = current_user
                    OR used.grantee = (SELECT c.relowner
                                       FROM pg_class c
                                       WHERE c.oid = format('%I.%I', installed.app_schema, installed.blocks_table)::regclass)))
    )
    SELECT string_agg(format('REVOKE USAGE ON %s FROM %I; ', object, role_name), '' ORDER BY object, role_name)
               FILTER (WHERE is_ours),
           string_agg(format('REVOKE USAGE ON %s FROM %I;', object, role_name), ' ' ORDER BY object, role_name)
               FILTER (WHERE NOT is_ours)
    INTO revoking, pljava
    FROM given;
    RETURN NEXT format('The roles stay, for other databases may use them. Once git-memory is gone from every database of the '
                       'server: %sDROP ROLE %s;', 'in each of these databases ' || revoking || 'and then, once, ', roles);
    IF pljava IS NOT NULL THEN
        RETURN NEXT format('Rights on PL/Java that migrating took stay. A superuser takes them back in this database, unless '
                           'they serve something else: %s', pljava);
    END IF;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pljava') THEN
        RETURN NEXT 'PL/Java stays, for others may use it: DROP EXTENSION pljava; DROP SCHEMA sqlj;';
    END IF;
    IF enabled > 0 THEN
        RETURN NEXT format('The tag "git-memory-enabled" stays at %s agent(s) and means nothing any more; so do their '
                           'repositories in the object storage.', enabled);
    END IF;
    IF labels IS NOT NULL THEN
        RETURN NEXT format('Labels that enabling gave the prefix "system/" keep it. Agents that were enabled, and how many '
                           'labels of theirs begin so: %s.', labels);
    END IF;
    IF written > 0 AND stamps IS NOT NULL THEN
        RETURN NEXT format('In %I.%I, %s stay as git-memory''s writes have set them; %s block(s) were last written so.',
                           installed.app_schema, installed.blocks_table, stamps, written);
    END IF;
    IF installed.made_tables IS NOT NULL THEN
        RETURN NEXT format('The application''s tables that migrate has made stay, with their rows: %s.',
                           array_to_string(installed.made_tables, ', '));
    END IF;
END
$function$;

CALL git_memory.set_rights();
