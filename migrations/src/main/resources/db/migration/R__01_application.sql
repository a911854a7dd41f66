-- The application's side: the column git_sha, and what git-memory's roles may do with the application's tables.
-- Repeatable, so that renamed tables are taken up by giving the placeholders their new names and migrating again.

DO $columns$
DECLARE
    meaning constant text := 'The git commit that this row mirrors; pending until a sidecar takes its tagged agent over;'
                             ' null otherwise';
    missing text;
    wrong   text;
BEGIN
    SELECT string_agg(format('%I.%I', wanted.name, wanted.attribute), ', ') FILTER (WHERE a.attname IS NULL),
           string_agg(format('%I.%I is %s, not %s', wanted.name, wanted.attribute,
                             format_type(a.atttypid, a.atttypmod), replace(wanted.kinds::text, '"', '')), ', ')
               FILTER (WHERE a.attname IS NOT NULL AND NOT format_type(a.atttypid, NULL) = ANY (wanted.kinds))
    INTO missing, wrong
    FROM (VALUES ('${blocks_table}',        'id',          '{character varying,text}'::text[]),
                 ('${blocks_table}',        'label',       '{character varying,text}'),
                 ('${blocks_table}',        'value',       '{character varying,text}'),
                 ('${blocks_table}',        'description', '{character varying,text}'),
                 ('${blocks_table}',        'limit',       '{integer,bigint}'),
                 ('${blocks_table}',        'read_only',   '{boolean}'),
                 ('${blocks_table}',        'metadata_',   '{json}'),
                 ('${blocks_agents_table}', 'agent_id',    '{character varying,text}'),
                 ('${blocks_agents_table}', 'block_id',    '{character varying,text}'),
                 ('${blocks_agents_table}', 'block_label', '{character varying,text}'),
                 ('${agents_tags_table}',   'agent_id',    '{character varying,text}'),
                 ('${agents_tags_table}',   'tag',         '{character varying,text}'),
                 ('${agents_table}',        'id',          '{character varying,text}')
         ) AS wanted (name, attribute, kinds)
         LEFT JOIN pg_attribute a
                ON a.attrelid = to_regclass(format('%I.%I', '${app_schema}', wanted.name))
               AND a.attname = wanted.attribute
               AND NOT a.attisdropped;
    IF missing IS NOT NULL OR wrong IS NOT NULL THEN
        RAISE EXCEPTION 'The application''s tables in schema "%" do not have the columns that git mirrors', '${app_schema}'
            USING ERRCODE = 'undefined_column',
                  DETAIL  = concat_ws(' ', 'Missing: ' || missing || '.', 'Of another type: ' || wrong || '.'),
                  HINT    = 'Check the placeholders that name the tables, or bring the application''s schema up to date.';
    END IF;

    IF NOT EXISTS (SELECT
                   FROM pg_attribute
                   WHERE attrelid = '"${app_schema}"."${blocks_table}"'::regclass
                     AND attname = 'git_sha'
                     AND NOT attisdropped) THEN
        ALTER TABLE "${app_schema}"."${blocks_table}" ADD COLUMN git_sha text;
    END IF;
    -- A comment locks, too: only where it is not there.
    IF col_description('"${app_schema}"."${blocks_table}"'::regclass,
                       (SELECT a.attnum
                        FROM pg_attribute a
                        WHERE a.attrelid = '"${app_schema}"."${blocks_table}"'::regclass
                          AND a.attname = 'git_sha')) IS DISTINCT FROM meaning THEN
        EXECUTE format('COMMENT ON COLUMN "${app_schema}"."${blocks_table}".git_sha IS %L', meaning);
    END IF;
END
$columns$;

INSERT INTO git_memory.installation
    (app_schema, blocks_table, blocks_agents_table, agents_tags_table, blocks_tags_table, agents_table, organizations_table)
VALUES
    ('${app_schema}', '${blocks_table}', '${blocks_agents_table}', '${agents_tags_table}', '${blocks_tags_table}',
     '${agents_table}', '${organizations_table}')
ON CONFLICT (only_row) DO UPDATE
SET app_schema          = excluded.app_schema,
    blocks_table        = excluded.blocks_table,
    blocks_agents_table = excluded.blocks_agents_table,
    agents_tags_table   = excluded.agents_tags_table,
    blocks_tags_table   = excluded.blocks_tags_table,
    agents_table        = excluded.agents_table,
    organizations_table = excluded.organizations_table,
    updated_at          = now();

-- beforeEachMigrate.sql has seen that there were none.
UPDATE git_memory.installation
SET made_tables = string_to_array(current_setting('git_memory.made_tables', true), E'\n')
WHERE current_setting('git_memory.made_tables', true) <> '';

-- Who may not grant on a schema gets a warning and no error, and a schema that is open to PUBLIC needs no grant.
GRANT USAGE ON SCHEMA "${app_schema}" TO git_memory_owner, git_memory_sidecar;
DO $usage$
BEGIN
    IF NOT has_schema_privilege('git_memory_owner', '${app_schema}', 'USAGE') THEN
        RAISE EXCEPTION 'git_memory_owner may not use the schema "%", and % may not grant that',
                '${app_schema}', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT    = 'Ask the schema''s owner to run: GRANT USAGE ON SCHEMA "${app_schema}" '
                            'TO git_memory_owner, git_memory_sidecar;';
    END IF;
END
$usage$;

-- A sidecar looks into Flyway's history whether the database is up to date.
DO $history$
BEGIN
    IF to_regclass('git_memory.flyway_schema_history') IS NOT NULL THEN
        GRANT SELECT ON git_memory.flyway_schema_history TO git_memory_sidecar;
    END IF;
END
$history$;

-- The guard reads; it writes git_sha when an agent gets or loses its tag, and locks rows (a row lock takes the right to update
-- one column).
GRANT SELECT
    ON "${app_schema}"."${blocks_table}",
       "${app_schema}"."${blocks_agents_table}",
       "${app_schema}"."${agents_tags_table}",
       "${app_schema}"."${agents_table}"
    TO git_memory_owner;
GRANT UPDATE (git_sha)  ON "${app_schema}"."${blocks_table}"        TO git_memory_owner;
GRANT UPDATE (block_id) ON "${app_schema}"."${blocks_agents_table}" TO git_memory_owner;
GRANT UPDATE (id)       ON "${app_schema}"."${agents_table}"        TO git_memory_owner;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON "${app_schema}"."${blocks_table}",
       "${app_schema}"."${blocks_agents_table}",
       "${app_schema}"."${agents_tags_table}",
       "${app_schema}"."${blocks_tags_table}"
    TO git_memory_sidecar;
GRANT SELECT, INSERT, UPDATE
    ON "${app_schema}"."${agents_table}",
       "${app_schema}"."${organizations_table}"
    TO git_memory_sidecar;

-- Every function of the schema belongs to git_memory_owner, and no other role may call it but where it is said here: the
-- functions in a view are called with the rights of the role that reads it. (A trigger's function needs no right of the role
-- that writes the row; one in a trigger's condition would, so no condition names one.)
CREATE OR REPLACE PROCEDURE git_memory.secure_functions()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $procedure$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT p.oid::regprocedure
                   FROM pg_proc p
                   WHERE p.pronamespace = 'git_memory'::regnamespace LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO git_memory_owner', routine);
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
        IF (SELECT p.proname LIKE ANY (ARRAY['digest%', 'metadata%']) OR p.proname IN ('expected_sha', 'drift_shown')
               FROM pg_proc p
               WHERE p.oid = routine) THEN
            EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO git_memory_sidecar, git_memory_admin, git_memory_reader',
                           routine);
        END IF;
    END LOOP;
END
$procedure$;

CALL git_memory.secure_functions();
