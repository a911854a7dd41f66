-- What the guard still has to judge, and what keeps old snapshots from judging.

-- A transaction with an old snapshot (REPEATABLE READ, SERIALIZABLE) does not see what was committed since. Every change
-- of what an agent is - its tag, its state in the ledger, its tombstone - writes the agent's row here, so that such a
-- transaction collides with it and gets a serialization failure instead of an answer that is no longer true.
ALTER TABLE git_memory.tag_fence RENAME TO agent_fence;
ALTER TABLE git_memory.agent_fence RENAME CONSTRAINT tag_fence_pkey TO agent_fence_pkey;
ALTER TABLE git_memory.agent_fence ALTER COLUMN times SET DEFAULT 0;
COMMENT ON TABLE git_memory.agent_fence
    IS 'Written at each change of an agent''s tag, state or tombstone; an older snapshot collides with it (40001)';
COMMENT ON COLUMN git_memory.agent_fence.times
    IS 'Insertions of the tag that were not judged yet; above 0 only within the transaction that made them';

-- What the triggers on the application's tables hand over to be judged. A row is deleted as soon as it is inserted: the
-- constraint triggers of this table have it all the same, at once or at the end of the transaction. So nothing stays
-- here, and the application's own tables have no pending trigger events for it.
CREATE UNLOGGED TABLE git_memory.judgement (
    kind         text NOT NULL CHECK (kind IN ('row', 'sha', 'link', 'loss', 'left')),
    agent_id     text, -- null for a row and its sha
    block_id     text,
    label        text,
    schema_name  text NOT NULL, -- what a refusal names: the table that was written, and its trigger
    table_name   text NOT NULL,
    trigger_name text NOT NULL
);
ALTER TABLE git_memory.judgement OWNER TO git_memory_owner;
COMMENT ON TABLE git_memory.judgement IS 'Always empty: writes on their way to being judged by the guard';
