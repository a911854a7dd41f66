-- What operators have to look at: blocks that git can't have, and what rows held that git did not.

-- Blocks that were left out when their agent was taken over. They carry 'pending' and stay frozen.
CREATE TABLE git_memory.left_out_block (
    agent_id text        NOT NULL REFERENCES git_memory.repo (agent_id) ON DELETE CASCADE,
    block_id text        NOT NULL,
    label    text        NOT NULL,
    reason   text        NOT NULL,
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agent_id, block_id)
);

-- What rows held that neither git nor the ledger had, when sync put git's content in its place.
CREATE TABLE git_memory.overwritten_block (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id       text        NOT NULL REFERENCES git_memory.repo (agent_id) ON DELETE CASCADE,
    block_id       text        NOT NULL,
    label          text        NOT NULL,
    value          text,
    description    text,
    "limit"        bigint,
    read_only      boolean,
    metadata       json,
    git_sha        text,
    replaced_by    text, -- the commit; null where the row was removed
    overwritten_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX overwritten_block_agent_id_idx ON git_memory.overwritten_block (agent_id, id);

ALTER TABLE git_memory.left_out_block    OWNER TO git_memory_owner;
ALTER TABLE git_memory.overwritten_block OWNER TO git_memory_owner;

GRANT SELECT, INSERT, UPDATE, DELETE ON git_memory.left_out_block TO git_memory_sidecar;
GRANT SELECT, INSERT ON git_memory.overwritten_block TO git_memory_sidecar;
