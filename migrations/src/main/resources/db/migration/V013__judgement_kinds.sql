-- More of what waits to be judged waits on a table of git-memory's, and not on the application's: updates and deletions of
-- rows, and the tag.
ALTER TABLE git_memory.judgement DROP CONSTRAINT judgement_kind_check;
ALTER TABLE git_memory.judgement ADD CONSTRAINT judgement_kind_check
    CHECK (kind IN ('row', 'commit', 'pending', 'sha', 'link', 'loss', 'left', 'tagged', 'untagged'));
COMMENT ON COLUMN git_memory.judgement.kind
    IS 'row: its content was written; commit: git_sha, too; pending: git_sha became ''pending''; sha: a new row brings a commit; '
       'link: one came; left: one went; loss: a link (with agent_id) or a row''s id went; tagged, untagged: the tag came, went';
COMMENT ON COLUMN git_memory.judgement.agent_id IS 'Null for what was written to a row';
COMMENT ON COLUMN git_memory.judgement.trigger_name IS 'With schema and table, what a refusal names';
