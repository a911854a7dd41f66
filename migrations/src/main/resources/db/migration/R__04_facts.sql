-- What the guard judges by, and how it refuses. Both engines stand on this: they compare, they do not look up.

-- The commit that a block's row has to carry: that of the first of its agents, by id, which git-memory has taken over;
-- null if there is none. A shared row can carry only one.
CREATE OR REPLACE FUNCTION git_memory.expected_sha(block_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    SELECT f.commit_sha
    FROM "${app_schema}"."${blocks_agents_table}" l
         JOIN git_memory.repo r
           ON r.agent_id = l.agent_id
          AND r.state = 'enabled'
         JOIN git_memory.file f
           ON f.agent_id = l.agent_id
          AND f.label = l.block_label
    WHERE l.block_id = $1
    ORDER BY l.agent_id COLLATE "C"
    LIMIT 1
$function$;

-- One row for each git-enabled agent of a block, in the order of the agents' ids: what the row says, what git says.
-- For a link that came (link_agent_id is not null) there are none if it has gone again, and the row is locked before it
-- is read: that waits for a write to the row that began before anybody could see the link.
CREATE OR REPLACE FUNCTION git_memory.facts(block_id text, link_agent_id text)
    RETURNS TABLE (owner        text,
                   label        text,
                   taken_over   boolean,
                   git_sha      text,
                   value        text,
                   description  text,
                   "limit"      bigint,
                   read_only    boolean,
                   metadata     text,
                   expected_sha text,
                   file_sha     text,
                   file_digest  text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    ROWS 1
AS $function$
BEGIN
    IF facts.link_agent_id IS NOT NULL THEN
        PERFORM
        FROM "${app_schema}"."${blocks_table}" b
        WHERE b.id = facts.block_id
        FOR SHARE;
        IF NOT EXISTS (SELECT
                       FROM "${app_schema}"."${blocks_agents_table}" l
                       WHERE l.agent_id = facts.link_agent_id
                         AND l.block_id = facts.block_id) THEN
            RETURN;
        END IF;
    END IF;

    RETURN QUERY
        SELECT l.agent_id::text,
               l.block_label::text,
               coalesce(r.state = 'enabled', false),
               b.git_sha::text,
               b.value::text,
               b.description::text,
               b."limit"::bigint,
               b.read_only,
               git_memory.metadata_seen(b.metadata_::json),
               git_memory.expected_sha(facts.block_id),
               f.commit_sha,
               f.digest
        FROM (SELECT l.agent_id, l.block_id, l.block_label, t.xmin AS tag_xmin
              FROM "${app_schema}"."${blocks_agents_table}" l
                   JOIN "${app_schema}"."${agents_tags_table}" t
                     ON t.agent_id = l.agent_id
                    AND t.tag = 'git-memory-enabled'
              WHERE l.block_id = facts.block_id
              OFFSET 0) AS l
             LEFT JOIN "${app_schema}"."${blocks_table}" b
               ON b.id = l.block_id
             LEFT JOIN git_memory.repo r
               ON r.agent_id = l.agent_id
             -- The label of the link and of the row differ only where foreign keys are switched off.
             LEFT JOIN git_memory.file f
               ON f.agent_id = l.agent_id
              AND f.label = l.block_label
              AND f.label = b.label
        WHERE git_memory.takes_effect(l.agent_id, l.tag_xmin)
        ORDER BY l.agent_id COLLATE "C";
END
$function$;

-- Memories of git-enabled agents that git has and no row shows any more: of one agent's label, or of all links that
-- still point to a block. taken_over is false where nothing was handed over to git yet.
CREATE OR REPLACE FUNCTION git_memory.losses(agent_id text, label text, block_id text)
    RETURNS TABLE (loser text, lost_label text, taken_over boolean, file_sha text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    ROWS 1
AS $function$
BEGIN
    RETURN QUERY
        SELECT gone.agent_id,
               gone.label,
               coalesce(r.state = 'enabled', false),
               f.commit_sha
        FROM (SELECT lost.agent_id, lost.label, t.xmin AS tag_xmin
              FROM (SELECT losses.agent_id AS agent_id, losses.label AS label
                    WHERE losses.agent_id IS NOT NULL
                    UNION
                    SELECT l.agent_id::text, l.block_label::text
                    FROM "${app_schema}"."${blocks_agents_table}" l
                    WHERE l.block_id = losses.block_id) AS lost
                   JOIN "${app_schema}"."${agents_tags_table}" t
                     ON t.agent_id = lost.agent_id
                    AND t.tag = 'git-memory-enabled'
              OFFSET 0) AS gone
             LEFT JOIN git_memory.repo r
               ON r.agent_id = gone.agent_id
             LEFT JOIN git_memory.file f
               ON f.agent_id = gone.agent_id
              AND f.label = gone.label
        WHERE git_memory.takes_effect(gone.agent_id, gone.tag_xmin)
          AND (f.label IS NOT NULL OR r.state IS DISTINCT FROM 'enabled')
          AND NOT EXISTS (SELECT
                          FROM "${app_schema}"."${blocks_agents_table}" l
                               JOIN "${app_schema}"."${blocks_table}" b
                                 ON b.id = l.block_id
                                AND b.label = l.block_label
                          WHERE l.agent_id = gone.agent_id
                            AND l.block_label = gone.label)
        ORDER BY gone.agent_id COLLATE "C", gone.label COLLATE "C";
END
$function$;

-- Raises the refusal: one place for the words of both engines. What the row or git holds never appears in them.
CREATE OR REPLACE FUNCTION git_memory.reject(state        text,
                                             agent_id     text,
                                             label        text,
                                             expected     text,
                                             seen         text,
                                             schema_name  text,
                                             table_name   text,
                                             trigger_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- What a caller put into a column may be of any length.
    shown_label constant text := CASE WHEN length(reject.label) > 200 THEN left(reject.label, 200) || '…' ELSE reject.label END;
    shown_seen constant text := CASE WHEN length(reject.seen) > 200 THEN left(reject.seen, 200) || '…' ELSE reject.seen END;
BEGIN
    RAISE EXCEPTION USING
        ERRCODE    = state,
        MESSAGE    = CASE state
                         WHEN 'MG001' THEN 'memory of a git-enabled agent was written without a git commit'
                         WHEN 'MG002' THEN 'memory of a git-enabled agent does not carry its current git commit'
                         WHEN 'MG003' THEN 'memory of a git-enabled agent differs from its git commit'
                         WHEN 'MG004' THEN 'memory of a git-enabled agent was removed while git still has it'
                         WHEN 'MG005' THEN 'memory of a git-enabled agent was written before git-memory took the agent over'
                     END,
        DETAIL     = format('Agent "%s", label "%s": expected %s, found %s.',
                            reject.agent_id, shown_label, reject.expected, shown_seen),
        HINT       = CASE state
                         WHEN 'MG004' THEN 'Delete the memory through git-memory (HTTP API or git push), or disable the '
                                           || 'agent first by deleting its tag "git-memory-enabled".'
                         WHEN 'MG005' THEN 'A running sidecar takes the agent over: start "git-memory serve" or run '
                                           || '"git-memory enable", and see the view git_memory.status; or delete the '
                                           || 'tag "git-memory-enabled".'
                         ELSE 'Write memory through git-memory (HTTP API or git push): it commits to git first and then '
                              || 'updates this row.'
                     END,
        SCHEMA     = schema_name,
        TABLE      = table_name,
        CONSTRAINT = trigger_name;
END
$function$;

CALL git_memory.secure_functions();
