-- The whole life of an agent in one session of psql, through SQL alone:
--
--     psql -v ON_ERROR_STOP=1 -f docs/sql-session.sql "postgresql://localhost:5432/letta"
--
-- A sidecar has to serve the database (git-memory serve). The role needs to write the application's tables and to be a
-- member of git_memory_admin. The agent's name can be given: psql -v agent=agent-1 ...

\if :{?agent}
\else
    \set agent sql-session
\endif
\pset null '(null)'
\pset format unaligned

\echo '--- An application creates an agent and a block, as ever.'
INSERT INTO organizations (id, name)
VALUES ('org-' || :'agent', 'The organisation of ' || :'agent');
INSERT INTO agents (id, name, organization_id)
VALUES (:'agent', 'Iris', 'org-' || :'agent');
INSERT INTO block (id, label, value, "limit", organization_id)
VALUES ('block-' || :'agent', 'persona', 'I am Iris.', 5000, 'org-' || :'agent');
INSERT INTO blocks_agents (agent_id, block_id, block_label)
VALUES (:'agent', 'block-' || :'agent', 'persona');

\echo '--- The tag hands its memory to git. A sidecar takes the agent over; enable_agent waits until it has.'
INSERT INTO agents_tags (agent_id, tag)
VALUES (:'agent', 'git-memory-enabled');
CALL git_memory.enable_agent(:'agent');
SELECT state, commits, pending_requests
FROM git_memory.status
WHERE agent_id = :'agent';

\echo '--- From now on PostgreSQL refuses what git does not have.'
\set ON_ERROR_STOP off
UPDATE block SET value = 'I was never in git' WHERE id = 'block-' || :'agent';
\set ON_ERROR_STOP on
\echo 'SQLSTATE' :SQLSTATE

\echo '--- Writing: git first, then the row. What a call returns can be kept with \\gset.'
CALL git_memory.write_block(:'agent', 'system/persona', 'I am Iris, and I like short answers.') \gset
\set first :git_sha
CALL git_memory.write_block(:'agent', 'system/persona', 'I am Iris. Long answers are fine.',
                            changes => '{"description": "Who I am", "limit": 9000}');
CALL git_memory.create_block(:'agent', 'system/notes', 'Remember the milk.', description => 'What I note') \gset
\set notes :block_id

\echo '--- Only if it is still what I read.'
SELECT git_sha AS seen FROM block WHERE id = 'block-' || :'agent' \gset
CALL git_memory.write_block(:'agent', 'system/persona', 'I am Iris. It depends.', if_match => :'seen');

\echo '--- Taken away, and given back; the row stays all the time.'
CALL git_memory.detach_block(:'agent', :'notes');
CALL git_memory.attach_block(:'agent', :'notes');

\echo '--- Within a transaction: submit, commit, await.'
BEGIN;
SELECT git_memory.submit_write_block(:'agent', 'system/notes', 'Remember the milk and the bread.') AS request \gset
COMMIT;
SELECT git_memory.await_request(:'request') ->> 'block_id' = :'notes' AS answered;

\echo '--- Who wrote what, when.'
SELECT seq, author_type, author_id = current_user AS mine, message
FROM git_memory.history
WHERE agent_id = :'agent'
ORDER BY seq;

\echo '--- What it was, and what changed since.'
CALL git_memory.block_at(:'agent', 'system/persona', :'first');
CALL git_memory.diff(:'agent', 'system/persona', :'first');

\echo '--- Back to what it was, by a new commit.'
CALL git_memory.restore_block(:'agent', 'system/persona', :'first');
SELECT value, description, "limit"
FROM block
WHERE id = 'block-' || :'agent';

\echo '--- Gone from the table, and still in git: it comes back by restore.'
CALL git_memory.delete_block(:'agent', 'system/notes') \gset
SELECT parent_sha AS before
FROM git_memory.history
WHERE agent_id = :'agent'
  AND sha = :'git_sha' \gset
CALL git_memory.restore_block(:'agent', 'system/notes', :'before');
CALL git_memory.delete_block(:'agent', 'system/notes');

\echo '--- PostgreSQL and git agree.'
CALL git_memory.verify_agent(:'agent');
CALL git_memory.sync_agent(:'agent');
SELECT count(*) AS drift
FROM git_memory.drift
WHERE agent_id = :'agent';

\echo '--- A plain row again; the repository stays.'
CALL git_memory.disable_agent(:'agent');
UPDATE block SET value = 'Nobody asks git any more.' WHERE id = 'block-' || :'agent';
SELECT state, commits
FROM git_memory.status
WHERE agent_id = :'agent';

\echo '--- Deleted by the application; git keeps what it had, and says so.'
BEGIN;
DELETE FROM agents_tags WHERE agent_id = :'agent';
DELETE FROM blocks_agents WHERE agent_id = :'agent';
DELETE FROM block WHERE id = 'block-' || :'agent';
DELETE FROM agents WHERE id = :'agent';
COMMIT;
SELECT state, commits, remark
FROM git_memory.status
WHERE agent_id = :'agent';

\echo '--- Forgotten, for good: the id is given twice.'
CALL git_memory.purge_agent(:'agent', :'agent') \gset
SELECT state, commits
FROM git_memory.status
WHERE agent_id = :'agent';
\echo '--- Done.'
