-- Taking it all away again: SELECT * FROM git_memory.uninstall();
--
-- Run by the role that migrated. The application's tables are left as they were before, with all their rows; the column
-- git_sha goes only when asked for. Repositories in the object storage stay, and so do the tags. Returns what is left
-- to do and what stays as git-memory has written it, one paragraph a row.

CREATE OR REPLACE FUNCTION git_memory.uninstall(drop_column boolean DEFAULT false) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
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
BEGIN
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

    EXECUTE format('UPDATE %I.%I SET git_sha = NULL WHERE git_sha = ''pending''',
                   installed.app_schema, installed.blocks_table);

    FOREACH relation IN ARRAY ARRAY[installed.blocks_table, installed.blocks_agents_table, installed.agents_tags_table,
                                    installed.blocks_tags_table, installed.agents_table, installed.organizations_table] LOOP
        EXECUTE format('REVOKE ALL ON TABLE %I.%I FROM %s', installed.app_schema, relation, roles);
    END LOOP;
    EXECUTE format('REVOKE UPDATE (git_sha) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.blocks_table);
    EXECUTE format('REVOKE UPDATE (block_id) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.blocks_agents_table);
    EXECUTE format('REVOKE UPDATE (id) ON TABLE %I.%I FROM git_memory_owner', installed.app_schema, installed.agents_table);
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM git_memory_owner, git_memory_sidecar', installed.app_schema);

    IF to_regclass('sqlj.jar_repository') IS NOT NULL THEN
        BEGIN
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
    RETURN NEXT format('The roles stay, for other databases may use them: DROP ROLE %s;', roles);
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
