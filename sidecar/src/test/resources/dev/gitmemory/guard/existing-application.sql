-- The tables around memory blocks of an application that runs without git-memory, as its own migrations leave them:
-- more tables and columns than git-memory knows of, history rows that point back at their blocks, deferrable keys.

CREATE TABLE organizations (
    id varchar PRIMARY KEY,
    name varchar NOT NULL,
    privileged_tools boolean NOT NULL DEFAULT false,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false,
    _created_by_id varchar,
    _last_updated_by_id varchar
);

CREATE TABLE agents (
    id varchar PRIMARY KEY,
    agent_type varchar,
    name varchar,
    description varchar,
    system varchar,
    message_ids json,
    metadata_ json,
    message_buffer_autoclear boolean NOT NULL DEFAULT false,
    timezone varchar,
    hidden boolean,
    project_id varchar,
    template_id varchar,
    base_template_id varchar,
    deployment_id varchar,
    entity_id varchar,
    organization_id varchar NOT NULL REFERENCES organizations (id),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false,
    _created_by_id varchar,
    _last_updated_by_id varchar
);

CREATE TABLE block (
    id varchar PRIMARY KEY,
    label varchar NOT NULL,
    value varchar NOT NULL,
    description varchar,
    "limit" integer NOT NULL,
    read_only boolean NOT NULL DEFAULT false,
    hidden boolean,
    metadata_ json,
    is_template boolean NOT NULL DEFAULT false,
    template_name varchar,
    preserve_on_migration boolean,
    project_id varchar,
    template_id varchar,
    base_template_id varchar,
    deployment_id varchar,
    entity_id varchar,
    current_history_entry_id varchar,
    version integer NOT NULL DEFAULT 1,
    organization_id varchar NOT NULL REFERENCES organizations (id),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false,
    _created_by_id varchar,
    _last_updated_by_id varchar,
    CONSTRAINT unique_block_id_label UNIQUE (id, label)
);
CREATE INDEX created_at_label_idx ON block (created_at, label);
CREATE INDEX ix_block_is_template ON block (is_template);
CREATE INDEX ix_block_hidden ON block (hidden);
CREATE INDEX ix_block_current_history_entry_id ON block (current_history_entry_id);
CREATE INDEX ix_block_org_project_template ON block (organization_id, project_id, is_template);
CREATE INDEX ix_block_organization_id_deployment_id ON block (organization_id, deployment_id);

CREATE TABLE block_history (
    id varchar PRIMARY KEY,
    description text,
    label varchar NOT NULL,
    value text NOT NULL,
    "limit" bigint NOT NULL,
    metadata_ json,
    actor_type varchar,
    actor_id varchar,
    block_id varchar NOT NULL REFERENCES block (id) ON DELETE CASCADE,
    sequence_number integer NOT NULL,
    organization_id varchar NOT NULL REFERENCES organizations (id),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false,
    _created_by_id varchar,
    _last_updated_by_id varchar
);
CREATE UNIQUE INDEX ix_block_history_block_id_sequence ON block_history (block_id, sequence_number);
ALTER TABLE block
    ADD CONSTRAINT fk_block_current_history_entry
        FOREIGN KEY (current_history_entry_id) REFERENCES block_history (id);

CREATE TABLE blocks_agents (
    agent_id varchar NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    block_id varchar NOT NULL,
    block_label varchar NOT NULL,
    PRIMARY KEY (agent_id, block_id, block_label),
    CONSTRAINT unique_label_per_agent UNIQUE (agent_id, block_label),
    CONSTRAINT unique_agent_block UNIQUE (agent_id, block_id),
    CONSTRAINT fk_block_id_label FOREIGN KEY (block_id, block_label) REFERENCES block (id, label)
        ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_blocks_agents_block_label_agent_id ON blocks_agents (block_label, agent_id);
CREATE INDEX ix_blocks_agents_block_id ON blocks_agents (block_id);

CREATE TABLE agents_tags (
    agent_id varchar NOT NULL REFERENCES agents (id),
    tag varchar NOT NULL,
    PRIMARY KEY (agent_id, tag),
    CONSTRAINT unique_agent_tag UNIQUE (agent_id, tag)
);
CREATE INDEX ix_agents_tags_agent_id_tag ON agents_tags (agent_id, tag);
CREATE INDEX ix_agents_tags_tag_agent_id ON agents_tags (tag, agent_id);

CREATE TABLE blocks_tags (
    block_id varchar NOT NULL REFERENCES block (id),
    tag varchar NOT NULL,
    organization_id varchar NOT NULL REFERENCES organizations (id),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false,
    _created_by_id varchar,
    _last_updated_by_id varchar,
    PRIMARY KEY (block_id, tag),
    CONSTRAINT unique_block_tag UNIQUE (block_id, tag)
);
CREATE INDEX ix_blocks_tags_block_id_tag ON blocks_tags (block_id, tag);
CREATE INDEX ix_blocks_tags_tag_block_id ON blocks_tags (tag, block_id);

INSERT INTO organizations (id, name)
VALUES ('org', 'Org');

INSERT INTO agents (id, name, organization_id)
SELECT 'old-agent-' || n, 'Agent ' || n, 'org'
FROM generate_series(1, 20) AS n;

INSERT INTO block (id, label, value, description, "limit", read_only, metadata_, organization_id)
SELECT 'old-block-' || n, 'human', 'value ' || n, 'about ' || n, 5000, n % 2 = 0, '{"n": 1}', 'org'
FROM generate_series(1, 20) AS n;

INSERT INTO blocks_agents (agent_id, block_id, block_label)
SELECT 'old-agent-' || n, 'old-block-' || n, 'human'
FROM generate_series(1, 20) AS n;

INSERT INTO agents_tags (agent_id, tag)
SELECT 'old-agent-' || n, 'favourite'
FROM generate_series(1, 5) AS n;
