-- Roles, the schema git_memory and the ledger: what git says, as far as it was applied to PostgreSQL.
--
-- Roles belong to the whole server and may exist already, from another database or made by a DBA beforehand.
--   git_memory_owner    owns the ledger and the guard's functions, which run with its rights; nobody logs in as it
--   git_memory_sidecar  writes the ledger and the blocks: for the login role of the service
--   git_memory_admin    may call the procedures
--   git_memory_reader   may read the views
-- An application's role is member of none of them.

DO $roles$
DECLARE
    missing text[];
    name    text;
BEGIN
    SELECT array_agg(wanted)
    INTO missing
    FROM unnest(ARRAY['git_memory_owner', 'git_memory_sidecar', 'git_memory_admin', 'git_memory_reader']) AS wanted
    WHERE to_regrole(wanted) IS NULL;

    IF missing IS NOT NULL
       AND NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
        RAISE EXCEPTION 'git-memory needs roles that do not exist and that % may not create', current_user
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL  = 'Missing: ' || array_to_string(missing, ', ') || '.',
                  HINT    = (SELECT 'Ask a superuser to run: '
                                    || string_agg(format('CREATE ROLE %I NOLOGIN;', role), ' ')
                                    || format(' GRANT git_memory_owner TO %I;', current_user)
                                    || ' Then migrate again; nothing was changed.'
                             FROM unnest(missing) AS role);
    END IF;

    FOREACH name IN ARRAY coalesce(missing, '{}') LOOP
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END LOOP;

    -- The migrating role hands what it creates to the owner: that takes membership.
    IF NOT pg_has_role(current_user, 'git_memory_owner', 'USAGE') THEN
        BEGIN
            EXECUTE format('GRANT git_memory_owner TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'The migrating role % is not a member of git_memory_owner', current_user
                USING ERRCODE = 'insufficient_privilege',
                      HINT    = format('Ask a superuser to run: GRANT git_memory_owner TO %I; Then migrate again.',
                                       current_user);
        END;
    END IF;
END
$roles$;

-- Flyway has made the schema already when its history table lives there.
DO $schema$
BEGIN
    IF to_regnamespace('git_memory') IS NULL THEN
        CREATE SCHEMA git_memory;
    END IF;
END
$schema$;

REVOKE ALL ON SCHEMA git_memory FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA git_memory TO git_memory_owner;
GRANT USAGE ON SCHEMA git_memory TO git_memory_sidecar, git_memory_admin, git_memory_reader;

-- One row per agent that git-memory has ever had to do with.
CREATE TABLE git_memory.repo (
    agent_id        text        PRIMARY KEY,
    organization_id text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('pending', 'enabled', 'disabled', 'failed')),
    head_sha        text,
    head_seq        bigint      NOT NULL DEFAULT 0,
    applied_sha     text,
    applied_seq     bigint      NOT NULL DEFAULT 0,
    entries         bigint      NOT NULL DEFAULT 0,
    commits         bigint      NOT NULL DEFAULT 0,
    in_flight_at    timestamptz,
    last_error      text,
    enabled_at      timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX repo_in_flight_idx ON git_memory.repo (agent_id) WHERE in_flight_at IS NOT NULL;

-- What git's head says about each label, as applied: the guard lets a row become this and nothing else.
CREATE TABLE git_memory.file (
    agent_id   text NOT NULL REFERENCES git_memory.repo (agent_id) ON DELETE CASCADE,
    label      text NOT NULL,
    commit_sha text NOT NULL,
    digest     text NOT NULL,
    PRIMARY KEY (agent_id, label)
);

CREATE TABLE git_memory.commit (
    agent_id     text        NOT NULL REFERENCES git_memory.repo (agent_id) ON DELETE CASCADE,
    sha          text        NOT NULL,
    parent_sha   text,
    seq          bigint      NOT NULL,
    author_type  text        NOT NULL,
    author_id    text        NOT NULL,
    author_name  text        NOT NULL,
    message      text        NOT NULL,
    committed_at timestamptz NOT NULL,
    labels       text[]      NOT NULL DEFAULT '{}',
    PRIMARY KEY (agent_id, sha)
);
CREATE INDEX commit_agent_id_seq_idx ON git_memory.commit (agent_id, seq DESC);

-- What a commit under way means for rows beyond what git can say: which row a label is about. The commit carries the
-- request's number; whoever applies the commit reads the intent and takes it away.
CREATE TABLE git_memory.intent (
    request_id uuid        NOT NULL,
    agent_id   text        NOT NULL,
    label      text        NOT NULL,
    block_id   text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('LINK', 'DETACH')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (request_id, agent_id, label)
);

-- Every insertion of the tag writes here. A transaction with an old snapshot (REPEATABLE READ, SERIALIZABLE) does not
-- see a tag that was committed since, but it collides with this row and gets a serialization failure instead of a pass.
CREATE TABLE git_memory.tag_fence (
    agent_id text   PRIMARY KEY,
    times    bigint NOT NULL DEFAULT 1
);

-- What is installed here: one row, written by the migrations.
CREATE TABLE git_memory.installation (
    only_row            boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    app_schema          text        NOT NULL,
    blocks_table        text        NOT NULL,
    blocks_agents_table text        NOT NULL,
    agents_tags_table   text        NOT NULL,
    blocks_tags_table   text        NOT NULL,
    agents_table        text        NOT NULL,
    organizations_table text        NOT NULL,
    guard_requested     text,
    guard_engine        text,
    guard_reason        text,
    guard_advice        text,
    guard_version       text,
    updated_at          timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE git_memory.repo         OWNER TO git_memory_owner;
ALTER TABLE git_memory.file         OWNER TO git_memory_owner;
ALTER TABLE git_memory.commit       OWNER TO git_memory_owner;
ALTER TABLE git_memory.intent       OWNER TO git_memory_owner;
ALTER TABLE git_memory.tag_fence    OWNER TO git_memory_owner;
ALTER TABLE git_memory.installation OWNER TO git_memory_owner;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON git_memory.repo, git_memory.file, git_memory.commit, git_memory.intent
    TO git_memory_sidecar;
GRANT SELECT
    ON git_memory.installation
    TO git_memory_sidecar, git_memory_admin, git_memory_reader;
