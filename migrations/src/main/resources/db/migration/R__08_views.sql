-- What a person sees of it all: members of git_memory_reader, git_memory_admin and git_memory_sidecar may read these.

DROP VIEW IF EXISTS git_memory.status, git_memory.history, git_memory.drift, git_memory.guard;

-- Every agent that has the tag or ever had a repository.
CREATE VIEW git_memory.status AS
SELECT coalesce(r.agent_id, t.agent_id)               AS agent_id,
       coalesce(r.organization_id, a.organization_id) AS organization_id,
       CASE
           WHEN t.agent_id IS NOT NULL AND (r.state IS NULL OR r.state = 'disabled') THEN 'pending'
           ELSE r.state
       END                                            AS state,
       t.agent_id IS NOT NULL                         AS tagged,
       r.head_sha,
       r.applied_sha,
       r.in_flight_at IS NOT NULL                     AS in_flight,
       coalesce(r.entries, 0)                         AS entries,
       coalesce(r.commits, 0)                         AS commits,
       r.last_error,
       r.enabled_at,
       r.updated_at
FROM git_memory.repo r
     FULL JOIN (SELECT agent_id
                FROM "${app_schema}"."${agents_tags_table}"
                WHERE tag = 'git-memory-enabled') AS t
            ON t.agent_id = r.agent_id
     LEFT JOIN "${app_schema}"."${agents_table}" a
            ON a.id = coalesce(r.agent_id, t.agent_id);

CREATE VIEW git_memory.history AS
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
FROM git_memory.commit c;

-- Rows that are not what git says, and files of git that no row shows. Has to be empty.
CREATE VIEW git_memory.drift AS
WITH enabled AS (
    SELECT r.agent_id
    FROM git_memory.repo r
         JOIN "${app_schema}"."${agents_tags_table}" t
           ON t.agent_id = r.agent_id
          AND t.tag = 'git-memory-enabled'
    WHERE r.state = 'enabled'
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
             l.block_label::text AS label,
             l.block_id::text    AS block_id,
             b.git_sha,
             CASE WHEN f.commit_sha IS NOT NULL THEN owner.commit_sha END AS expected_sha,
             f.commit_sha        AS file_sha,
             CASE
                 WHEN b.git_sha IS NULL                                         THEN 'MG001'
                 WHEN f.commit_sha IS NULL OR b.git_sha <> owner.commit_sha     THEN 'MG002'
                 WHEN f.digest <> git_memory.digest_of(b.value, b.description, b."limit", b.read_only,
                                                       git_memory.metadata_seen(b.metadata_::json)) THEN 'MG003'
             END                 AS state
      FROM enabled e
           JOIN "${app_schema}"."${blocks_agents_table}" l
             ON l.agent_id = e.agent_id
           LEFT JOIN "${app_schema}"."${blocks_table}" b
             ON b.id = l.block_id
           LEFT JOIN git_memory.file f
             ON f.agent_id = e.agent_id
            AND f.label = l.block_label
            AND f.label = b.label
           CROSS JOIN LATERAL git_memory.expected_sha(l.block_id) AS owner (commit_sha)
     ) AS judged
WHERE judged.state IS NOT NULL
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
                        AND b.label = l.block_label
                  WHERE l.agent_id = f.agent_id
                    AND l.block_label = f.label);

-- The guard's triggers, as they have to be: every row must say ok.
CREATE VIEW git_memory.guard AS
SELECT i.guard_engine  AS engine,
       i.guard_version AS version,
       i.guard_reason  AS reason,
       expected.table_name,
       expected.trigger_name,
       CASE
           WHEN t.oid IS NULL                         THEN 'missing'
           WHEN t.tgenabled <> 'A'                    THEN 'not enabled always'
           WHEN p.pronamespace::regnamespace::text <> 'git_memory' THEN 'not ours'
           ELSE 'ok'
       END AS trigger_state
FROM git_memory.installation i
     CROSS JOIN LATERAL (VALUES (i.blocks_table,        'git_memory_guard_insert'),
                                (i.blocks_table,        'git_memory_guard_update'),
                                (i.blocks_table,        'git_memory_guard_delete'),
                                (i.blocks_table,        'git_memory_guard_rekey'),
                                (i.blocks_table,        'git_memory_guard_truncate'),
                                (i.blocks_agents_table, 'git_memory_guard_insert'),
                                (i.blocks_agents_table, 'git_memory_guard_update'),
                                (i.blocks_agents_table, 'git_memory_guard_delete'),
                                (i.blocks_agents_table, 'git_memory_guard_rekey'),
                                (i.blocks_agents_table, 'git_memory_link_delete'),
                                (i.blocks_agents_table, 'git_memory_link_update'),
                                (i.blocks_agents_table, 'git_memory_guard_truncate'),
                                (i.agents_tags_table,   'git_memory_tag_insert'),
                                (i.agents_tags_table,   'git_memory_tag_insert_judged'),
                                (i.agents_tags_table,   'git_memory_tag_update'),
                                (i.agents_tags_table,   'git_memory_tag_update_judged'),
                                (i.agents_tags_table,   'git_memory_tag_update_removed'),
                                (i.agents_tags_table,   'git_memory_tag_delete'),
                                (i.agents_tags_table,   'git_memory_guard_truncate'),
                                (i.agents_table,        'git_memory_guard_truncate')
                        ) AS expected (table_name, trigger_name)
     LEFT JOIN pg_trigger t
            ON t.tgrelid = to_regclass(format('%I.%I', i.app_schema, expected.table_name))
           AND t.tgname = expected.trigger_name
     LEFT JOIN pg_proc p
            ON p.oid = t.tgfoid;

ALTER VIEW git_memory.status  OWNER TO git_memory_owner;
ALTER VIEW git_memory.history OWNER TO git_memory_owner;
ALTER VIEW git_memory.drift   OWNER TO git_memory_owner;
ALTER VIEW git_memory.guard   OWNER TO git_memory_owner;

GRANT SELECT
    ON git_memory.status, git_memory.history, git_memory.drift, git_memory.guard
    TO git_memory_reader, git_memory_admin, git_memory_sidecar;
