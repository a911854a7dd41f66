-- Agents whose memory was purged: what is left of them. Written before anything is removed, so that a purge that was
-- cut short is carried on.
CREATE TABLE git_memory.tombstone (
    agent_id        text        PRIMARY KEY,
    organization_id text        NOT NULL,
    role_name       text        NOT NULL,
    asked_at        timestamptz NOT NULL DEFAULT now(),
    purged_at       timestamptz, -- null: under way
    swept_at        timestamptz, -- when the object storage was last looked through
    removed         bigint      NOT NULL DEFAULT 0 -- objects
);
ALTER TABLE git_memory.tombstone OWNER TO git_memory_owner;
GRANT SELECT, INSERT, UPDATE ON git_memory.tombstone TO git_memory_sidecar;
