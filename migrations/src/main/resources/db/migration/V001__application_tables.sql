-- The application's tables that git-memory stands on.
--
-- A database that has them keeps them exactly as they are. An empty database gets them, in the shape that existing
-- applications use. Tables that are there only in part mean a mistyped placeholder far more often than half an
-- application, so that is an error and not a reason to create the rest.

DO $requirements$
BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'git-memory needs PostgreSQL 15 or newer, this server is %', current_setting('server_version')
            USING ERRCODE = 'feature_not_supported',
                  HINT    = 'Upgrade the server; nothing was changed.';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'git-memory needs a database with encoding UTF8, % has %',
                current_database(), current_setting('server_encoding')
            USING ERRCODE = 'feature_not_supported',
                  HINT    = 'Files in git are UTF-8. Create the database with ENCODING ''UTF8''; nothing was changed.';
    END IF;
END
$requirements$;

DO $all_or_none$
DECLARE
    absent  text;
    present text;
BEGIN
    SELECT string_agg(format('%s = %I', placeholder, name), ', ') FILTER (WHERE is_absent),
           string_agg(format('%s = %I', placeholder, name), ', ') FILTER (WHERE NOT is_absent)
    INTO absent, present
    FROM (VALUES ('blocks_table',        '${blocks_table}'),
                 ('blocks_agents_table', '${blocks_agents_table}'),
                 ('agents_tags_table',   '${agents_tags_table}'),
                 ('agents_table',        '${agents_table}')) AS expected (placeholder, name)
         CROSS JOIN LATERAL (SELECT to_regclass(format('%I.%I', '${app_schema}', name)) IS NULL) AS looked_up (is_absent);
    IF absent IS NOT NULL AND present IS NOT NULL THEN
        RAISE EXCEPTION 'Only some of the application''s tables exist in schema "%"', '${app_schema}'
            USING ERRCODE = 'undefined_table',
                  DETAIL  = format('Found: %s. Missing: %s.', present, absent),
                  HINT    = 'Give the placeholders the names of the application''s tables; nothing was changed.';
    END IF;
END
$all_or_none$;

DO $schema$
BEGIN
    IF to_regnamespace(quote_ident('${app_schema}')) IS NULL THEN
        CREATE SCHEMA "${app_schema}";
    END IF;
END
$schema$;

CREATE TABLE IF NOT EXISTS "${app_schema}"."${organizations_table}" (
    id                  varchar     PRIMARY KEY,
    name                varchar     NOT NULL,
    privileged_tools    boolean     NOT NULL DEFAULT false,
    created_at          timestamptz DEFAULT now(),
    updated_at          timestamptz DEFAULT now(),
    is_deleted          boolean     NOT NULL DEFAULT false,
    _created_by_id      varchar,
    _last_updated_by_id varchar
);

CREATE TABLE IF NOT EXISTS "${app_schema}"."${agents_table}" (
    id                       varchar     PRIMARY KEY,
    agent_type               varchar,
    name                     varchar,
    description              varchar,
    system                   varchar,
    message_ids              json,
    metadata_                json,
    message_buffer_autoclear boolean     NOT NULL DEFAULT false,
    timezone                 varchar,
    hidden                   boolean,
    project_id               varchar,
    template_id              varchar,
    base_template_id         varchar,
    deployment_id            varchar,
    entity_id                varchar,
    organization_id          varchar     NOT NULL REFERENCES "${app_schema}"."${organizations_table}" (id),
    created_at               timestamptz DEFAULT now(),
    updated_at               timestamptz DEFAULT now(),
    is_deleted               boolean     NOT NULL DEFAULT false,
    _created_by_id           varchar,
    _last_updated_by_id      varchar
);

-- Indexes come with the tables only: an existing table's indexes are its application's business.
DO $tables$
BEGIN
    IF to_regclass('"${app_schema}"."${blocks_table}"') IS NULL THEN
        CREATE TABLE "${app_schema}"."${blocks_table}" (
            id                       varchar     PRIMARY KEY,
            label                    varchar     NOT NULL,
            value                    varchar     NOT NULL,
            description              varchar,
            "limit"                  integer     NOT NULL,
            read_only                boolean     NOT NULL DEFAULT false,
            hidden                   boolean,
            metadata_                json,
            is_template              boolean     NOT NULL DEFAULT false,
            template_name            varchar,
            preserve_on_migration    boolean,
            project_id               varchar,
            template_id              varchar,
            base_template_id         varchar,
            deployment_id            varchar,
            entity_id                varchar,
            current_history_entry_id varchar,
            version                  integer     NOT NULL DEFAULT 1,
            organization_id          varchar     NOT NULL REFERENCES "${app_schema}"."${organizations_table}" (id),
            created_at               timestamptz DEFAULT now(),
            updated_at               timestamptz DEFAULT now(),
            is_deleted               boolean     NOT NULL DEFAULT false,
            _created_by_id           varchar,
            _last_updated_by_id      varchar,
            CONSTRAINT unique_block_id_label UNIQUE (id, label)
        );
        CREATE INDEX created_at_label_idx
            ON "${app_schema}"."${blocks_table}" (created_at, label);
        CREATE INDEX ix_block_is_template
            ON "${app_schema}"."${blocks_table}" (is_template);
        CREATE INDEX ix_block_hidden
            ON "${app_schema}"."${blocks_table}" (hidden);
        CREATE INDEX ix_block_current_history_entry_id
            ON "${app_schema}"."${blocks_table}" (current_history_entry_id);
        CREATE INDEX ix_block_org_project_template
            ON "${app_schema}"."${blocks_table}" (organization_id, project_id, is_template);
        CREATE INDEX ix_block_organization_id_deployment_id
            ON "${app_schema}"."${blocks_table}" (organization_id, deployment_id);
    END IF;

    IF to_regclass('"${app_schema}"."${blocks_agents_table}"') IS NULL THEN
        CREATE TABLE "${app_schema}"."${blocks_agents_table}" (
            agent_id    varchar NOT NULL REFERENCES "${app_schema}"."${agents_table}" (id) ON DELETE CASCADE,
            block_id    varchar NOT NULL,
            block_label varchar NOT NULL,
            PRIMARY KEY (agent_id, block_id, block_label),
            CONSTRAINT unique_label_per_agent UNIQUE (agent_id, block_label),
            CONSTRAINT unique_agent_block     UNIQUE (agent_id, block_id),
            CONSTRAINT fk_block_id_label      FOREIGN KEY (block_id, block_label)
                REFERENCES "${app_schema}"."${blocks_table}" (id, label)
                ON UPDATE CASCADE
                ON DELETE CASCADE
                DEFERRABLE INITIALLY IMMEDIATE
        );
        CREATE INDEX ix_blocks_agents_block_label_agent_id
            ON "${app_schema}"."${blocks_agents_table}" (block_label, agent_id);
        CREATE INDEX ix_blocks_agents_block_id
            ON "${app_schema}"."${blocks_agents_table}" (block_id);
    END IF;

    IF to_regclass('"${app_schema}"."${agents_tags_table}"') IS NULL THEN
        CREATE TABLE "${app_schema}"."${agents_tags_table}" (
            agent_id varchar NOT NULL REFERENCES "${app_schema}"."${agents_table}" (id),
            tag      varchar NOT NULL,
            PRIMARY KEY (agent_id, tag),
            CONSTRAINT unique_agent_tag UNIQUE (agent_id, tag)
        );
        CREATE INDEX ix_agents_tags_agent_id_tag
            ON "${app_schema}"."${agents_tags_table}" (agent_id, tag);
        CREATE INDEX ix_agents_tags_tag_agent_id
            ON "${app_schema}"."${agents_tags_table}" (tag, agent_id);
    END IF;

    IF to_regclass('"${app_schema}"."${blocks_tags_table}"') IS NULL THEN
        CREATE TABLE "${app_schema}"."${blocks_tags_table}" (
            block_id            varchar     NOT NULL REFERENCES "${app_schema}"."${blocks_table}" (id),
            tag                 varchar     NOT NULL,
            organization_id     varchar     NOT NULL REFERENCES "${app_schema}"."${organizations_table}" (id),
            created_at          timestamptz DEFAULT now(),
            updated_at          timestamptz DEFAULT now(),
            is_deleted          boolean     NOT NULL DEFAULT false,
            _created_by_id      varchar,
            _last_updated_by_id varchar,
            PRIMARY KEY (block_id, tag),
            CONSTRAINT unique_block_tag UNIQUE (block_id, tag)
        );
        CREATE INDEX ix_blocks_tags_block_id_tag
            ON "${app_schema}"."${blocks_tags_table}" (block_id, tag);
        CREATE INDEX ix_blocks_tags_tag_block_id
            ON "${app_schema}"."${blocks_tags_table}" (tag, block_id);
    END IF;
END
$tables$;
