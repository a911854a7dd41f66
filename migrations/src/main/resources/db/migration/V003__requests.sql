-- What the SQL interface stands on: requests for the sidecars, and who of the readers may see which organisation.

-- A procedure or a submit_ function writes a request, a sidecar carries it out. Each is carried out once, those of one
-- agent one after the other in the order of seq.
CREATE TABLE git_memory.request (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    seq          bigint      GENERATED ALWAYS AS IDENTITY,
    kind         text        NOT NULL,
    agent_id     text, -- null: all agents
    arguments    jsonb       NOT NULL,
    state        text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'taken', 'done', 'failed', 'withdrawn')),
    attended     boolean     NOT NULL DEFAULT false, -- somebody waits for it, and it is void once he has gone
    role_name    text        NOT NULL,
    login_name   text        NOT NULL,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    worker       integer,
    attempts     integer     NOT NULL DEFAULT 0,
    taken_at     timestamptz,
    lease_until  timestamptz,
    progress     jsonb,
    result       jsonb,
    error        jsonb,
    finished_at  timestamptz
);
CREATE INDEX request_open_idx ON git_memory.request (seq) WHERE state IN ('queued', 'taken');
CREATE INDEX request_open_of_agent_idx ON git_memory.request (agent_id, seq) WHERE state IN ('queued', 'taken');
CREATE INDEX request_finished_idx ON git_memory.request (finished_at) WHERE finished_at IS NOT NULL;
-- Two sidecars that look at the same moment can't both find the agent idle.
CREATE UNIQUE INDEX request_one_taken_per_agent_idx ON git_memory.request (agent_id) WHERE state = 'taken';

-- The organisations that a role may see in the views, if it is not one that may see all.
CREATE TABLE git_memory.reader_organization (
    role_name       text NOT NULL,
    organization_id text NOT NULL,
    PRIMARY KEY (role_name, organization_id)
);

ALTER TABLE git_memory.request             OWNER TO git_memory_owner;
ALTER TABLE git_memory.reader_organization OWNER TO git_memory_owner;

-- A sidecar takes and finishes requests; it can't make any.
GRANT SELECT, UPDATE, DELETE ON git_memory.request TO git_memory_sidecar;

-- git_memory_owner lets a role that gets an organisation into the schema.
GRANT USAGE ON SCHEMA git_memory TO git_memory_owner WITH GRANT OPTION;
