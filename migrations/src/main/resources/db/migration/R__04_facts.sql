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
          AND texteq(l.agent_id COLLATE "C", r.agent_id)
          AND r.state = 'enabled'
         JOIN git_memory.file f
           ON f.agent_id = l.agent_id
          AND texteq(l.agent_id COLLATE "C", f.agent_id)
          AND f.label = l.block_label
          AND texteq(l.block_label COLLATE "C", f.label)
    WHERE l.block_id = $1
      AND texteq(l.block_id COLLATE "C", $1)
    ORDER BY l.agent_id COLLATE "C"
    LIMIT 1
$function$;

-- What a block's row has to carry in git_sha: that commit; 'pending' while an agent with the tag has the block and none
-- has been taken over; null for the blocks of agents without the tag.
CREATE OR REPLACE FUNCTION git_memory.owed_sha(block_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    SELECT coalesce(git_memory.expected_sha($1),
                    (SELECT 'pending'
                     FROM "${app_schema}"."${blocks_agents_table}" l
                          JOIN "${app_schema}"."${agents_tags_table}" t
                            ON t.agent_id = l.agent_id
                           AND texteq(t.agent_id COLLATE "C", l.agent_id)
                           AND t.tag = 'git-memory-enabled'
                           AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                     WHERE l.block_id = $1
                       AND texteq(l.block_id COLLATE "C", $1)
                     LIMIT 1))
$function$;

-- Keeps what the ledger says of agents until the end of the transaction: applying a commit, enabling and disabling take their
-- lines FOR UPDATE first. FOR KEY SHARE lets a sidecar announce meanwhile that it is about to commit; only a stronger lock
-- makes an older snapshot collide with what was applied since (40001).
CREATE OR REPLACE FUNCTION git_memory.keep_repos(agent_ids text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF git_memory.has_one_snapshot() THEN
        PERFORM
        FROM git_memory.repo r
        WHERE r.agent_id = ANY (keep_repos.agent_ids)
        ORDER BY r.agent_id COLLATE "C"
        FOR SHARE;
    ELSE
        PERFORM
        FROM git_memory.repo r
        WHERE r.agent_id = ANY (keep_repos.agent_ids)
        ORDER BY r.agent_id COLLATE "C"
        FOR KEY SHARE;
    END IF;
END
$function$;

-- For a row that comes to agents: a transaction with an older snapshot that disables one of them would not see the row, which
-- would keep its commit. The ledger's lines are locked first, as where a sidecar enables or disables.
CREATE OR REPLACE FUNCTION git_memory.fence_repos(agent_ids text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    owner text;
BEGIN
    PERFORM git_memory.keep_repos(fence_repos.agent_ids);
    FOR owner IN SELECT r.agent_id
                 FROM git_memory.repo r
                 WHERE r.agent_id = ANY (fence_repos.agent_ids)
                   AND r.state = 'enabled'
                 ORDER BY r.agent_id COLLATE "C" LOOP
        PERFORM git_memory.write_fence(owner);
    END LOOP;
END
$function$;

-- One row for each git-enabled agent of a block, in the order of the agents' ids: what the row says, what git says. Where
-- one of them was taken over, the row is what git says there, and those that were not have nothing to add.
-- For a link that came (link_agent_id is not null) there are none if it has gone again, and the row is locked before it
-- is read: that waits for a write to the row that began before the link could be seen. A row that others have is written
-- anew, so that an older snapshot does not take it for theirs alone.
-- What the ledger says of its agents stays so until this transaction ends: a sidecar that applies a commit waits for it, and
-- a snapshot that is older than what a sidecar has applied collides with that (40001).
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
          AND texteq(b.id COLLATE "C", facts.block_id)
        FOR SHARE;
        IF NOT EXISTS (SELECT
                       FROM "${app_schema}"."${blocks_agents_table}" l
                       WHERE l.agent_id = facts.link_agent_id
                         AND texteq(l.agent_id COLLATE "C", facts.link_agent_id)
                         AND l.block_id = facts.block_id
                         AND texteq(l.block_id COLLATE "C", facts.block_id)) THEN
            RETURN;
        END IF;
        UPDATE "${app_schema}"."${blocks_table}" b
        SET git_sha = b.git_sha
        WHERE b.id = facts.block_id
          AND texteq(b.id COLLATE "C", facts.block_id)
          AND b.git_sha IS NOT NULL
          AND EXISTS (SELECT
                      FROM "${app_schema}"."${blocks_agents_table}" l
                      WHERE l.block_id = b.id
                        AND texteq(l.block_id COLLATE "C", b.id)
                        AND l.agent_id COLLATE "C" <> facts.link_agent_id);
    END IF;
    PERFORM git_memory.keep_repos(ARRAY(SELECT l.agent_id::text
                                        FROM "${app_schema}"."${blocks_agents_table}" l
                                        WHERE l.block_id = facts.block_id
                                          AND texteq(l.block_id COLLATE "C", facts.block_id)));
    IF facts.link_agent_id IS NOT NULL THEN
        PERFORM git_memory.fence_repos(ARRAY[facts.link_agent_id]);
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
                    AND texteq(t.agent_id COLLATE "C", l.agent_id)
                    AND t.tag = 'git-memory-enabled'
                    AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
              WHERE l.block_id = facts.block_id
                AND texteq(l.block_id COLLATE "C", facts.block_id)
              OFFSET 0) AS l
             LEFT JOIN "${app_schema}"."${blocks_table}" b
               ON b.id = l.block_id
              AND texteq(b.id COLLATE "C", l.block_id)
             LEFT JOIN git_memory.repo r
               ON r.agent_id = l.agent_id
              AND texteq(l.agent_id COLLATE "C", r.agent_id)
             -- The label of the link and of the row differ only where foreign keys are switched off.
             LEFT JOIN git_memory.file f
               ON f.agent_id = l.agent_id
              AND texteq(l.agent_id COLLATE "C", f.agent_id)
              AND f.label = l.block_label
              AND texteq(l.block_label COLLATE "C", f.label)
              AND f.label = b.label
              AND texteq(b.label COLLATE "C", f.label)
        WHERE git_memory.takes_effect(l.agent_id, l.tag_xmin)
          AND (r.state = 'enabled' OR git_memory.expected_sha(facts.block_id) IS NULL)
        ORDER BY l.agent_id COLLATE "C";
END
$function$;

-- Whether a row's git_sha says rightly that its agents are still to be taken over: it is no write when a row only loses
-- its commit, for its last enabled agent is gone, and others with the tag wait to be taken over.
CREATE OR REPLACE FUNCTION git_memory.is_only_pending(block_id text, git_sha text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN is_only_pending.git_sha IS NOT DISTINCT FROM 'pending'
           AND git_memory.owed_sha(is_only_pending.block_id) IS NOT DISTINCT FROM 'pending';
END
$function$;

-- What is against a row that carries a commit although it is not the one of an agent that git-memory has taken over; null for nothing. If there were
-- such rows, a link could make one an enabled agent's without writing it, unseen by older snapshots. For rows that a
-- statement has given the commit; one that loses its last agent loses it at the end of the transaction (link_left).
-- What logical replication brings, it brings table by table: links come after the rows.
DROP FUNCTION IF EXISTS git_memory.refuse_stray_sha(text, text, text, text); -- of an earlier version
CREATE OR REPLACE FUNCTION git_memory.stray_sha(block_id text) RETURNS text[]
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    stray record;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NULL;
    END IF;
    SELECT b.label::text,
           b.git_sha
    INTO stray
    FROM "${app_schema}"."${blocks_table}" b
    WHERE b.id = stray_sha.block_id
      AND texteq(b.id COLLATE "C", stray_sha.block_id)
      AND b.git_sha <> 'pending'
      AND b.git_sha IS DISTINCT FROM git_memory.expected_sha(b.id);
    IF FOUND THEN
        RETURN ARRAY['MG007', stray_sha.block_id, stray.label, 'no git_sha', 'git_sha ' || stray.git_sha];
    END IF;
    RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION git_memory.guard_sha() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    refusal    text[] := git_memory.stray_sha(NEW.block_id);
    is_refused boolean;
BEGIN
    IF refusal IS NOT NULL THEN
        is_refused := git_memory.refuse(refusal, NEW.schema_name, NEW.table_name, NEW.trigger_name);
        RETURN NULL;
    END IF;
    PERFORM git_memory.fence_repos(ARRAY(SELECT l.agent_id::text
                                          FROM "${app_schema}"."${blocks_agents_table}" l
                                          WHERE l.block_id = NEW.block_id
                                            AND texteq(l.block_id COLLATE "C", NEW.block_id)));
    RETURN NULL;
END
$function$;

-- Memories of git-enabled agents that git has and no row shows any more: of one agent's label, or of all links that
-- still point to a block. taken_over is false where nothing was handed over to git yet; such an agent has lost nothing
-- when its link (link_block_id) only followed the new label of a block that git has for another.
CREATE OR REPLACE FUNCTION git_memory.losses(agent_id text, label text, block_id text, link_block_id text)
    RETURNS TABLE (loser text, lost_label text, taken_over boolean, file_sha text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    ROWS 1
AS $function$
BEGIN
    -- As facts does: what is judged here stays true until the end of the transaction.
    PERFORM git_memory.keep_repos(losses.agent_id || ARRAY(SELECT l.agent_id::text
                                                           FROM "${app_schema}"."${blocks_agents_table}" l
                                                           WHERE l.block_id = losses.block_id
                                                             AND texteq(l.block_id COLLATE "C", losses.block_id)));

    RETURN QUERY
        SELECT gone.agent_id,
               gone.label,
               coalesce(r.state = 'enabled', false),
               f.commit_sha
        FROM (SELECT lost.agent_id, lost.label, t.xmin AS tag_xmin
              FROM (SELECT losses.agent_id AS agent_id, losses.label AS label
                    WHERE losses.agent_id IS NOT NULL
                    UNION
                    SELECT l.agent_id::text COLLATE "default", l.block_label::text COLLATE "default"
                    FROM "${app_schema}"."${blocks_agents_table}" l
                    WHERE l.block_id = losses.block_id
                      AND texteq(l.block_id COLLATE "C", losses.block_id)) AS lost
                   JOIN "${app_schema}"."${agents_tags_table}" t
                     ON t.agent_id = lost.agent_id
                    AND texteq(t.agent_id COLLATE "C", lost.agent_id)
                    AND t.tag = 'git-memory-enabled'
                    AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
              OFFSET 0) AS gone
             LEFT JOIN git_memory.repo r
               ON r.agent_id = gone.agent_id
             LEFT JOIN git_memory.file f
               ON f.agent_id = gone.agent_id
              AND f.label = gone.label
        WHERE git_memory.takes_effect(gone.agent_id, gone.tag_xmin)
          AND (f.label IS NOT NULL
               OR (r.state IS DISTINCT FROM 'enabled'
                   AND NOT EXISTS (SELECT
                                   FROM "${app_schema}"."${blocks_agents_table}" followed
                                   WHERE followed.agent_id = gone.agent_id
                                     AND texteq(followed.agent_id COLLATE "C", gone.agent_id)
                                     AND followed.block_id = losses.link_block_id
                                     AND texteq(followed.block_id COLLATE "C", losses.link_block_id)
                                     AND git_memory.expected_sha(followed.block_id) IS NOT NULL)))
          AND NOT EXISTS (SELECT
                          FROM "${app_schema}"."${blocks_agents_table}" l
                               JOIN "${app_schema}"."${blocks_table}" b
                                 ON b.id = l.block_id
                                AND texteq(b.id COLLATE "C", l.block_id)
                                AND b.label = l.block_label
                                AND texteq(b.label COLLATE "C", l.block_label)
                          WHERE l.agent_id = gone.agent_id
                            AND texteq(l.agent_id COLLATE "C", gone.agent_id)
                            AND l.block_label = gone.label
                            AND texteq(l.block_label COLLATE "C", gone.label))
        ORDER BY gone.agent_id COLLATE "C", gone.label COLLATE "C";
END
$function$;

-- Rows that are not what git says, and files of git that no row shows: of one agent, or of all when only_agent_id is
-- null. Not a view, for that would keep the application from changing the types of its columns.
CREATE OR REPLACE FUNCTION git_memory.drift_of(only_agent_id text)
    RETURNS TABLE (agent_id text, label text, block_id text, state text, expected text, found text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH enabled AS (
            SELECT r.agent_id
            FROM git_memory.repo r
                 JOIN "${app_schema}"."${agents_tags_table}" t
                   ON t.agent_id = r.agent_id
                  AND texteq(t.agent_id COLLATE "C", r.agent_id)
                  AND t.tag = 'git-memory-enabled'
                  AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
            WHERE r.state = 'enabled'
              AND (drift_of.only_agent_id IS NULL OR r.agent_id = drift_of.only_agent_id)
        )
        SELECT judged.agent_id,
               judged.label,
               judged.block_id,
               judged.state,
               CASE judged.state
                   WHEN 'MG003' THEN 'the content of commit ' || judged.file_sha
                   ELSE coalesce('git_sha ' || judged.expected_sha, 'no row, for git has no such label')
               END AS expected,
               CASE judged.state
                   WHEN 'MG001' THEN 'none'
                   WHEN 'MG002' THEN 'git_sha ' || judged.git_sha
                   ELSE 'other content'
               END AS found
        FROM (SELECT e.agent_id,
                     l.block_label::text COLLATE "default" AS label,
                     l.block_id::text COLLATE "default"    AS block_id,
                     b.git_sha,
                     CASE WHEN f.commit_sha IS NOT NULL THEN owner.commit_sha END AS expected_sha,
                     f.commit_sha        AS file_sha,
                     CASE
                         WHEN b.git_sha IS NULL                                         THEN 'MG001'
                         WHEN f.commit_sha IS NULL OR b.git_sha <> owner.commit_sha     THEN 'MG002'
                         WHEN f.digest <> git_memory.digest_seen(b.value, b.description, b."limit", b.read_only,
                                                                 b.metadata_::json)    THEN 'MG003'
                     END                 AS state
              FROM enabled e
                   JOIN "${app_schema}"."${blocks_agents_table}" l
                     ON l.agent_id = e.agent_id
                    AND texteq(l.agent_id COLLATE "C", e.agent_id)
                   LEFT JOIN "${app_schema}"."${blocks_table}" b
                     ON b.id = l.block_id
                    AND texteq(b.id COLLATE "C", l.block_id)
                   LEFT JOIN git_memory.file f
                     ON f.agent_id = e.agent_id
                    AND f.label = l.block_label
                    AND texteq(l.block_label COLLATE "C", f.label)
                    AND f.label = b.label
                    AND texteq(b.label COLLATE "C", f.label)
                   CROSS JOIN LATERAL git_memory.expected_sha(l.block_id) AS owner (commit_sha)
             ) AS judged
        WHERE judged.state IS NOT NULL
          -- What git can't have was left out, frozen and reported.
          AND NOT (judged.git_sha IS NOT DISTINCT FROM 'pending'
                   AND EXISTS (SELECT
                               FROM git_memory.left_out_block o
                               WHERE o.agent_id = judged.agent_id
                                 AND o.block_id = judged.block_id))
        UNION ALL
        SELECT f.agent_id,
               f.label,
               NULL,
               'MG004',
               'a row for commit ' || f.commit_sha,
               'none'
        FROM enabled e
             JOIN git_memory.file f
               ON f.agent_id = e.agent_id
        WHERE NOT EXISTS (SELECT
                          FROM "${app_schema}"."${blocks_agents_table}" l
                               JOIN "${app_schema}"."${blocks_table}" b
                                 ON b.id = l.block_id
                                AND texteq(b.id COLLATE "C", l.block_id)
                                AND b.label = l.block_label
                                AND texteq(b.label COLLATE "C", l.block_label)
                          WHERE l.agent_id = f.agent_id
                            AND texteq(l.agent_id COLLATE "C", f.agent_id)
                            AND l.block_label = f.label
                            AND texteq(l.block_label COLLATE "C", f.label));
END
$function$;

-- Rows whose git_sha is not what they owe, for no enabled agent has them: a mark that is missing while an agent with the
-- tag waits to be taken over, and one that was left behind.
CREATE OR REPLACE FUNCTION git_memory.stale_marks()
    RETURNS TABLE (agent_id text, label text, block_id text, state text, expected text, found text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT (SELECT min(l.agent_id COLLATE "C")::text
                FROM "${app_schema}"."${blocks_agents_table}" l
                WHERE l.block_id = b.id
                  AND texteq(l.block_id COLLATE "C", b.id)),
               b.label::text,
               b.id::text,
               CASE WHEN b.git_sha IS NULL THEN 'MG001' ELSE 'MG002' END,
               coalesce('git_sha ' || owed.sha, 'no git_sha'),
               coalesce('git_sha ' || b.git_sha, 'none')
        FROM "${app_schema}"."${blocks_table}" b
             CROSS JOIN LATERAL git_memory.owed_sha(b.id) AS owed (sha)
        WHERE (b.git_sha IS NOT NULL
               OR b.id IN (SELECT l.block_id
                           FROM "${app_schema}"."${blocks_agents_table}" l
                                JOIN "${app_schema}"."${agents_tags_table}" t
                                  ON t.agent_id = l.agent_id
                                 AND texteq(t.agent_id COLLATE "C", l.agent_id)
                                 AND t.tag = 'git-memory-enabled'
                                 AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                                LEFT JOIN git_memory.repo r
                                  ON r.agent_id = l.agent_id
                                 AND texteq(l.agent_id COLLATE "C", r.agent_id)
                           WHERE r.state IS DISTINCT FROM 'enabled'))
          AND b.git_sha IS DISTINCT FROM owed.sha
          AND NOT EXISTS (SELECT
                          FROM "${app_schema}"."${blocks_agents_table}" l
                               JOIN git_memory.repo r
                                 ON r.agent_id = l.agent_id
                                AND texteq(l.agent_id COLLATE "C", r.agent_id)
                                AND r.state = 'enabled'
                          WHERE l.block_id = b.id
                            AND texteq(l.block_id COLLATE "C", b.id));
END
$function$;

-- Agents that the ledger has and whose tag is gone, though the trigger on the tag did not see it go. The tag is what
-- counts: the guard lets writes to their rows pass (so there is no state), and a sidecar gives the rows back.
CREATE OR REPLACE FUNCTION git_memory.lost_tags()
    RETURNS TABLE (agent_id text, label text, block_id text, state text, expected text, found text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
    SELECT r.agent_id,
           NULL,
           NULL,
           NULL,
           'the tag "git-memory-enabled", for the ledger says that the agent is enabled',
           'no tag'
    FROM git_memory.repo r
    WHERE r.state = 'enabled'
      AND NOT EXISTS (SELECT
                      FROM "${app_schema}"."${agents_tags_table}" t
                      WHERE t.agent_id = r.agent_id
                        AND texteq(t.agent_id COLLATE "C", r.agent_id)
                        AND t.tag = 'git-memory-enabled'
                        AND texteq(t.tag COLLATE "C", 'git-memory-enabled'))
$function$;

-- The organisations whose agents the session's login role may see, even after SET ROLE; null for all of them.
CREATE OR REPLACE FUNCTION git_memory.shown_organizations() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE
               WHEN NOT EXISTS (SELECT
                                FROM unnest(ARRAY['git_memory_reader', 'git_memory_admin', 'git_memory_sidecar',
                                                  'git_memory_owner']) AS everything (role_name)
                                WHERE pg_has_role(session_user, everything.role_name, 'MEMBER'))
                   THEN ARRAY(SELECT o.organization_id
                              FROM git_memory.reader_organization o
                                   JOIN pg_roles known
                                     ON known.rolname = o.role_name
                              WHERE pg_has_role(session_user, known.oid, 'MEMBER'))
           END
$function$;

-- All of it that the session's login role may see; the view that shows it looks at the role set by SET ROLE, too.
CREATE OR REPLACE FUNCTION git_memory.drift_shown()
    RETURNS TABLE (agent_id text, label text, block_id text, state text, expected text, found text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    shown constant text[] := git_memory.shown_organizations();
BEGIN
    RETURN QUERY
        SELECT d.*
        FROM (SELECT * FROM git_memory.drift_of(NULL)
              UNION ALL
              SELECT * FROM git_memory.stale_marks()
              UNION ALL
              SELECT * FROM git_memory.lost_tags()) AS d
             LEFT JOIN "${app_schema}"."${agents_table}" a
                    ON a.id = d.agent_id
                   AND texteq(a.id COLLATE "C", d.agent_id)
             LEFT JOIN git_memory.repo r
                    ON r.agent_id = d.agent_id
        WHERE shown IS NULL
           OR ARRAY[a.organization_id, coalesce(r.organization_id, a.organization_id)]::text[] <@ shown;
END
$function$;

-- For the views, which may not name columns of the application: a column that a view names can't get another type. An agent
-- that the session's login role may see: the organisation that the application says, null where it does not have the agent, and that of its
-- repository, null where the ledger does not have it. No row for others.
CREATE OR REPLACE FUNCTION git_memory.agent_shown(agent_id text)
    RETURNS TABLE (organization_now text, repository_organization text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    ROWS 1
AS $function$
DECLARE
    shown constant text[] := git_memory.shown_organizations();
BEGIN
    SELECT a.organization_id
    INTO organization_now
    FROM "${app_schema}"."${agents_table}" a
    WHERE a.id = agent_shown.agent_id
      AND texteq(a.id COLLATE "C", agent_shown.agent_id);
    SELECT r.organization_id
    INTO repository_organization
    FROM git_memory.repo r
    WHERE r.agent_id = agent_shown.agent_id;
    IF shown IS NULL
       OR ARRAY[coalesce(organization_now, repository_organization),
                coalesce(repository_organization, organization_now)] <@ shown THEN
        RETURN NEXT;
    END IF;
END
$function$;

-- All agents that have the tag or ever had a repository, as far as the session's login role may see them.
CREATE OR REPLACE FUNCTION git_memory.agents_shown()
    RETURNS TABLE (agent_id         text,
                   organization_id  text, -- of what git has, else what the application says
                   organization_now text, -- what the application says, else the last that is known
                   tagged           boolean,
                   is_deleted       boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    shown constant text[] := git_memory.shown_organizations();
BEGIN
    RETURN QUERY
        SELECT agent.*
        FROM (SELECT known.agent_id,
                     coalesce(r.organization_id, p.organization_id, a.organization_id)::text AS organization_id,
                     coalesce(a.organization_id, r.organization_id, p.organization_id)::text AS organization_now,
                     known.tagged,
                     a.id IS NULL                                                            AS is_deleted
              FROM (SELECT each.agent_id,
                           bool_or(each.tagged) AS tagged
                    FROM (SELECT t.agent_id::text COLLATE "default",
                                 true
                          FROM "${app_schema}"."${agents_tags_table}" t
                          WHERE t.tag = 'git-memory-enabled'
                            AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                          UNION ALL
                          SELECT q.agent_id,
                                 false
                          FROM git_memory.repo q
                          UNION ALL
                          SELECT q.agent_id,
                                 false
                          FROM git_memory.tombstone q) AS each (agent_id, tagged)
                    GROUP BY each.agent_id) AS known
                   LEFT JOIN git_memory.repo r
                          ON r.agent_id = known.agent_id
                   LEFT JOIN git_memory.tombstone p
                          ON p.agent_id = known.agent_id
                   LEFT JOIN "${app_schema}"."${agents_table}" a
                          ON a.id = known.agent_id
                         AND texteq(a.id COLLATE "C", known.agent_id)) AS agent
        WHERE shown IS NULL
           OR ARRAY[agent.organization_id, agent.organization_now] <@ shown;
END
$function$;

-- The words of a refusal, which is {state, agent_id, label, expected, found}: one place for both engines. What the row or git holds
-- never appears in them. For MG007 agent_id is the block's id.
CREATE OR REPLACE FUNCTION git_memory.words(refusal     text[],
                                            OUT state   text,
                                            OUT message text,
                                            OUT detail  text,
                                            OUT hint    text)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- What a caller put into a column may be of any length.
    label constant text := CASE WHEN length(refusal[3]) > 200 THEN left(refusal[3], 200) || '…' ELSE refusal[3] END;
    found_ constant text := CASE WHEN length(refusal[5]) > 200 THEN left(refusal[5], 200) || '…' ELSE refusal[5] END;
BEGIN
    state   := refusal[1];
    message := CASE state
                   WHEN 'MG001' THEN 'memory of a git-enabled agent was written without a git commit'
                   WHEN 'MG002' THEN 'memory of a git-enabled agent does not carry its current git commit'
                   WHEN 'MG003' THEN 'memory of a git-enabled agent differs from its git commit'
                   WHEN 'MG004' THEN 'memory of a git-enabled agent was removed while git still has it'
                   WHEN 'MG005' THEN 'memory of a git-enabled agent was written before git-memory took the agent over'
                   WHEN 'MG006' THEN 'an agent whose memory was purged cannot be git-enabled again'
                   WHEN 'MG007' THEN 'a block that no git-enabled agent has was given a git commit'
               END;
    detail  := format('%s "%s", label "%s": expected %s, found %s.',
                      CASE state WHEN 'MG007' THEN 'Block' ELSE 'Agent' END,
                      refusal[2], label, refusal[4], found_);
    hint    := CASE state
                   WHEN 'MG004' THEN 'Delete the memory through git-memory (HTTP API or CALL git_memory.delete_block), or disable the '
                                     || 'agent first by deleting its tag "git-memory-enabled".'
                   WHEN 'MG005' THEN 'A running sidecar takes the agent over: start "git-memory serve" or run '
                                     || '"git-memory enable", and see the view git_memory.status; or delete the '
                                     || 'tag "git-memory-enabled".'
                   WHEN 'MG006' THEN 'Leave the tag away: the agent''s rows are plain rows. Or give the memory to an agent with '
                                     || 'a new id. See the view git_memory.status.'
                   WHEN 'MG007' THEN 'Leave git_sha out: git-memory writes it when a git-enabled agent gets the block.'
                   ELSE CASE
                            WHEN found_ = 'git_sha pending'
                                THEN 'git cannot have this block, the view git_memory.left_out says why. Delete it; or '
                                     || 'remove the tag "git-memory-enabled", mend the row and put the tag back. '
                            ELSE ''
                        END
                        || 'Write memory through git-memory (HTTP API or CALL git_memory.write_block): it commits to git first and then '
                        || 'updates this row.'
               END;
END
$function$;

-- Refuses a write. One that is judged at once is refused by the trigger that has handed it over, with this: see is_judged. (A row of
-- this transaction is there only then.)
CREATE OR REPLACE FUNCTION git_memory.refuse(refusal      text[],
                                             schema_name  text,
                                             table_name   text,
                                             trigger_name text)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    words record;
BEGIN
    UPDATE git_memory.judgement j
    SET refusal = refuse.refusal
    WHERE git_memory.is_own(j.xmin);
    IF FOUND THEN
        RETURN true;
    END IF;
    words := git_memory.words(refuse.refusal);
    RAISE EXCEPTION USING
        ERRCODE    = words.state,
        MESSAGE    = words.message,
        DETAIL     = words.detail,
        HINT       = words.hint,
        SCHEMA     = refuse.schema_name,
        TABLE      = refuse.table_name,
        CONSTRAINT = refuse.trigger_name;
END
$function$;

-- Of an earlier version
DROP FUNCTION IF EXISTS git_memory.reject(text, text, text, text, text, text, text, text);

CALL git_memory.set_rights();
