-- What a person sees of it all: members of git_memory_reader, git_memory_admin and git_memory_sidecar may read these.
-- Other roles see the organisations that show_organization names for them, and no row of another. An agent that the
-- application has moved to another organisation, or made anew there, has a repository that is the former one's: it is shown
-- only to who may see both.
--
-- security_barrier keeps a reader's own functions from being called with rows that he may not see.
--
-- No view names a table of the application: a column that a view names can't get another type. What the application says of
-- agents comes from functions (R__04_facts.sql), which show no more than the role that logged in may see; the conditions here
-- look at the role that asks.

-- A view is replaced, not dropped: others may have views on it, which members of git_memory_reader need no other right to make.

-- What keeps a view from being dropped: all but git_memory's own that depends on it, in the words of SQL.
CREATE OR REPLACE FUNCTION git_memory.dependents_of(view_name text) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH RECURSIVE
    built (relation) AS (
        SELECT to_regclass(format('git_memory.%I', dependents_of.view_name))::oid
        UNION
        SELECT w.ev_class
        FROM built b
             JOIN pg_depend d
               ON d.refclassid = 'pg_class'::regclass
              AND d.refobjid = b.relation
              AND d.classid = 'pg_rewrite'::regclass
             JOIN pg_rewrite w
               ON w.oid = d.objid
        WHERE w.ev_class <> b.relation
    )
    SELECT coalesce(array_agg(DISTINCT found.object ORDER BY found.object), '{}')
    FROM (SELECT format('%s %s',
                        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
                        format('%I.%I', n.nspname, c.relname))
          FROM built b
               JOIN pg_class c
                 ON c.oid = b.relation
               JOIN pg_namespace n
                 ON n.oid = c.relnamespace
          WHERE n.nspname <> 'git_memory'
          UNION ALL
          -- By the view itself or by the type of its rows: functions, columns of tables.
          SELECT CASE
                     WHEN named.type = 'table column' THEN 'COLUMN ' || named.identity
                     ELSE upper(named.type) || ' ' || named.identity
                 END
          FROM built b
               JOIN pg_class c
                 ON c.oid = b.relation
               JOIN pg_depend d
                 ON (d.refclassid, d.refobjid) IN (('pg_class'::regclass, c.oid), ('pg_type'::regclass, c.reltype))
                AND d.deptype = 'n'
                AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
               CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS named
          WHERE named.schema IS DISTINCT FROM 'git_memory') AS found (object)
$function$;

-- Makes a view of git_memory's what it has to be. One that has other columns is dropped first; where something of others
-- depends on it, it stays as it is, with a warning: the guard does not need it, and git_memory.defects() tells.
CREATE OR REPLACE PROCEDURE git_memory.define_view(view_name text, definition text, options text DEFAULT '')
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $procedure$
DECLARE
    statement constant text := format('CREATE OR REPLACE VIEW git_memory.%I %s AS %s', define_view.view_name,
                                      define_view.options, define_view.definition);
    present   constant oid := to_regclass(format('git_memory.%I', define_view.view_name));
    extra     record;
BEGIN
    -- Replacing leaves these.
    FOR extra IN SELECT format('DROP RULE %I ON %s', w.rulename, w.ev_class::regclass) AS removal
                 FROM pg_rewrite w
                 WHERE w.ev_class = present
                   AND w.rulename <> '_RETURN'
                 UNION ALL
                 SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', a.attrelid::regclass, a.attname)
                 FROM pg_attribute a
                 WHERE a.attrelid = present
                   AND a.atthasdef LOOP
        EXECUTE extra.removal;
    END LOOP;
    EXECUTE statement;
EXCEPTION
    WHEN invalid_table_definition THEN -- other columns
        IF git_memory.dependents_of(define_view.view_name) <> '{}' THEN
            RAISE WARNING 'The view git_memory.% has other columns than it has to, and stays as it is', define_view.view_name
                USING DETAIL = format('It can''t be dropped: %s.',
                                      array_to_string(git_memory.dependents_of(define_view.view_name), ', '));
            RETURN;
        END IF;
        EXECUTE format('DROP VIEW git_memory.%I CASCADE', define_view.view_name); -- views of git_memory's, which follow
        EXECUTE statement;
    WHEN wrong_object_type THEN
        RAISE WARNING 'git_memory.% is not a view, and stays as it is', define_view.view_name;
END
$procedure$;


-- The role on whose behalf the session acts. Within functions that run with their owner's rights current_user is the
-- owner; the setting "role" is what SET ROLE said, which takes membership, and session_user who logged in.
CREATE OR REPLACE FUNCTION git_memory.caller() RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;

-- Whether the caller may see a request that the role made: its own, or any for members of git_memory_admin.
CREATE OR REPLACE FUNCTION git_memory.may_see_request(role_name text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN role_name = git_memory.caller() OR pg_has_role(git_memory.caller(), 'git_memory_admin', 'USAGE');

-- The organisations that whoever asks may see; NULL stands for all of them. In a view current_user is who asks.
CALL git_memory.define_view('visible_organization', $view$
SELECT NULL::text AS organization_id
WHERE pg_has_role('git_memory_reader', 'USAGE')
   OR pg_has_role('git_memory_admin', 'USAGE')
   OR pg_has_role('git_memory_sidecar', 'USAGE')
   OR pg_has_role('git_memory_owner', 'USAGE')
UNION ALL
SELECT o.organization_id
FROM git_memory.reader_organization o
     JOIN pg_roles known
       ON known.rolname = o.role_name
      AND known.oid = o.role_oid -- another may be called so by now
WHERE pg_has_role(known.oid, 'USAGE')
$view$);

-- Every agent that has the tag or ever had a repository, those that the application has deleted and those that were purged
-- included.
CALL git_memory.define_view('status', $view$
SELECT agent.agent_id,
       agent.organization_id,
       CASE
           WHEN agent.is_purged                                                    THEN 'purged'
           WHEN agent.is_purging                                                   THEN 'purging'
           WHEN agent.is_deleted                                                   THEN 'deleted'
           WHEN agent.tagged AND (agent.state IS NULL OR agent.state = 'disabled') THEN 'pending'
           -- Shown, and no state of the ledger: for the guard the agent is enabled.
           WHEN agent.state = 'enabled'
                AND (agent.last_error IS NOT NULL OR agent.organization_now <> agent.organization_id)
                                                                                   THEN 'failed'
           ELSE agent.state
       END                                 AS state,
       agent.tagged,
       agent.head_sha,
       agent.applied_sha,
       agent.in_flight_at IS NOT NULL      AS in_flight,
       coalesce(agent.entries, 0)          AS entries,
       coalesce(agent.commits, 0)          AS commits,
       coalesce(agent.last_error,
                (SELECT format('%s left out, for git can''t have %s: see git_memory.left_out',
                               CASE count(*) WHEN 1 THEN '1 block was' ELSE count(*) || ' blocks were' END,
                               CASE count(*) WHEN 1 THEN 'it' ELSE 'them' END)
                 FROM git_memory.left_out_block o
                 WHERE o.agent_id = agent.agent_id
                 HAVING count(*) > 0))     AS last_error,
       agent.enabled_at,
       agent.updated_at,
       (SELECT count(*)
        FROM git_memory.request q
        WHERE q.agent_id = agent.agent_id
          AND q.state IN ('queued', 'taken')) AS pending_requests,
       CASE
           WHEN agent.is_purged  THEN format('purged at %s for role %s, %s objects removed; the agent can''t be git''s again',
                                             agent.purged_at, agent.role_name, agent.removed)
           WHEN agent.is_purging THEN format('being purged since %s for role %s', agent.asked_at, agent.role_name)
           WHEN agent.is_deleted THEN 'the application has deleted the agent; its repository is kept until '
                                      'git_memory.purge_agent removes it'
           WHEN agent.organization_now <> agent.organization_id
                AND (agent.state = 'enabled' OR agent.head_sha IS NOT NULL)
                                 THEN format('the application says organisation "%s": nothing is written until it says "%s" '
                                             'again', agent.organization_now, agent.organization_id)
           WHEN agent.state = 'enabled' AND NOT agent.tagged
                                 THEN 'the tag is gone and the ledger was not told: a running sidecar gives the rows back to '
                                      'PostgreSQL alone; to keep the agent git''s, put the tag "git-memory-enabled" back first'
           WHEN agent.state = 'enabled' AND agent.last_error IS NULL AND agent.in_flight_at < now() - interval '5 min'
                                 THEN format('a write is under way since %s: another transaction holds its rows (pg_locks), or '
                                             'no sidecar runs', agent.in_flight_at)
       END                                 AS remark
FROM (SELECT shown.agent_id,
             shown.organization_id,
             shown.organization_now,
             shown.tagged,
             shown.is_deleted,
             p.agent_id IS NOT NULL              AS is_purging,
             p.purged_at IS NOT NULL             AS is_purged,
             p.asked_at,
             p.purged_at,
             p.role_name,
             p.removed,
             r.state,
             r.head_sha,
             r.applied_sha,
             r.in_flight_at,
             r.entries,
             r.commits,
             r.last_error,
             r.enabled_at,
             coalesce(r.updated_at, p.purged_at) AS updated_at
      FROM git_memory.agents_shown() shown
           LEFT JOIN git_memory.repo r
                  ON r.agent_id = shown.agent_id
           LEFT JOIN git_memory.tombstone p
                  ON p.agent_id = shown.agent_id) AS agent
WHERE (SELECT bool_or(v.organization_id IS NULL) FROM git_memory.visible_organization v)
   OR (    agent.organization_id IN (SELECT v.organization_id FROM git_memory.visible_organization v)
       AND agent.organization_now IN (SELECT v.organization_id FROM git_memory.visible_organization v))
$view$, 'WITH (security_barrier)');

CALL git_memory.define_view('history', $view$
SELECT c.agent_id,
       c.seq,
       c.sha,
       c.parent_sha,
       c.author_type,
       c.author_id,
       c.author_name,
       c.message,
       c.committed_at,
       c.labels
FROM git_memory.commit c
     JOIN git_memory.repo r
       ON r.agent_id = c.agent_id
     CROSS JOIN LATERAL git_memory.agent_shown(r.agent_id) AS a
WHERE (SELECT bool_or(v.organization_id IS NULL) FROM git_memory.visible_organization v)
   OR (    r.organization_id IN (SELECT v.organization_id FROM git_memory.visible_organization v)
       AND coalesce(a.organization_now, r.organization_id) IN (SELECT v.organization_id FROM git_memory.visible_organization v))
$view$, 'WITH (security_barrier)');

-- Rows that are not what git says, and files of git that no row shows. Has to be empty. (A view that named the blocks
-- table's columns would keep the application from changing their types.)
CALL git_memory.define_view('drift', $view$
SELECT d.agent_id,
       d.label,
       d.block_id,
       d.state,
       d.expected,
       d.found
FROM git_memory.drift_shown() d
     LEFT JOIN LATERAL git_memory.agent_shown(d.agent_id) AS a ON true
WHERE (SELECT bool_or(v.organization_id IS NULL) FROM git_memory.visible_organization v)
   OR (    a.organization_now IN (SELECT v.organization_id FROM git_memory.visible_organization v)
       AND coalesce(a.repository_organization, a.organization_now)
           IN (SELECT v.organization_id FROM git_memory.visible_organization v))
$view$, 'WITH (security_barrier)');

-- Blocks that git can't have: they were left out when their agent was taken over, and are frozen.
CALL git_memory.define_view('left_out', $view$
SELECT o.agent_id,
       o.block_id,
       o.label,
       o.reason,
       o.since
FROM git_memory.left_out_block o
     JOIN git_memory.repo r
       ON r.agent_id = o.agent_id
     CROSS JOIN LATERAL git_memory.agent_shown(r.agent_id) AS a
WHERE (SELECT bool_or(v.organization_id IS NULL) FROM git_memory.visible_organization v)
   OR (    r.organization_id IN (SELECT v.organization_id FROM git_memory.visible_organization v)
       AND coalesce(a.organization_now, r.organization_id) IN (SELECT v.organization_id FROM git_memory.visible_organization v))
$view$, 'WITH (security_barrier)');

-- What rows held that git did not, when sync put git's content in its place. The one view that shows content, so for
-- admins only.
CALL git_memory.define_view('overwritten', $view$
SELECT o.id,
       o.agent_id,
       o.block_id,
       o.label,
       o.value,
       o.description,
       o."limit",
       o.read_only,
       o.metadata,
       o.git_sha,
       o.replaced_by,
       o.overwritten_at
FROM git_memory.overwritten_block o
$view$);

-- What sidecars were asked for by SQL: all that is open, and what is finished for as long as it is kept. Its number is for
-- those who may have its result.
CALL git_memory.define_view('requests', $view$
SELECT CASE WHEN git_memory.may_see_request(q.role_name) THEN q.id END AS id,
       q.kind,
       q.agent_id,
       q.state,
       q.role_name,
       q.submitted_at,
       q.attempts,
       q.taken_at,
       q.finished_at,
       q.progress ->> 'text' AS progress,
       q.error ->> 'state'   AS error_state,
       q.error ->> 'message' AS error_message
FROM git_memory.request q
     LEFT JOIN LATERAL git_memory.agent_shown(q.agent_id) AS a ON true
WHERE (SELECT bool_or(v.organization_id IS NULL) FROM git_memory.visible_organization v)
   OR (    a.organization_now IN (SELECT v.organization_id FROM git_memory.visible_organization v)
       AND coalesce(a.repository_organization, a.organization_now)
           IN (SELECT v.organization_id FROM git_memory.visible_organization v))
$view$, 'WITH (security_barrier)');

-- Lets a role see an organisation's agents in the views, and nothing of others. For members of git_memory_owner.
CREATE OR REPLACE FUNCTION git_memory.show_organization(role_name text, organization_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM git_memory.require_role(show_organization.role_name);
    -- What a former role of that name was shown is not this one's.
    DELETE FROM git_memory.reader_organization o
    WHERE o.role_name = show_organization.role_name
      AND git_memory.role_meant(o.role_name, o.role_oid, o.server) IS NULL;
    INSERT INTO git_memory.reader_organization (role_name, organization_id, role_oid, server)
    SELECT show_organization.role_name, show_organization.organization_id, r.oid, s.system_identifier
    FROM pg_control_system() AS s
         JOIN pg_roles r
           ON r.rolname = show_organization.role_name
    ON CONFLICT DO NOTHING;
    CALL git_memory.set_rights(show_organization.role_name);
END
$function$;

-- Takes back what show_organization gave.
CREATE OR REPLACE FUNCTION git_memory.hide_organization(role_name text, organization_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    DELETE FROM git_memory.reader_organization o
    WHERE o.role_name = hide_organization.role_name
      AND o.organization_id = hide_organization.organization_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role "%" has not been shown organisation "%"', role_name, organization_id
            USING ERRCODE = 'no_data_found',
                  HINT    = 'See the table git_memory.reader_organization.';
    END IF;
    CALL git_memory.set_rights(hide_organization.role_name);
END
$function$;

-- Of an earlier version.
DO $drop$
BEGIN
    IF git_memory.dependents_of('visible_agent') = '{}' THEN
        DROP VIEW IF EXISTS git_memory.visible_agent;
    END IF;
END
$drop$;

CALL git_memory.set_rights();
