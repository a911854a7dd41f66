-- The application's side: the column git_sha, known by its comment, and what git-memory's roles may do with the application's tables.
-- Repeatable, so that renamed tables are taken up by giving the placeholders their new names and migrating again.

-- Columns that git mirrors and that are missing (found is null) or of a type that git-memory can't use.
CREATE OR REPLACE FUNCTION git_memory.unfit_columns(app_schema          text,
                                                    blocks_table        text,
                                                    blocks_agents_table text,
                                                    agents_tags_table   text,
                                                    agents_table        text)
    RETURNS TABLE (table_name text, column_name text, wanted text, found text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT wanted.table_name,
           wanted.column_name,
           array_to_string(wanted.types::text[], ', '),
           format_type(a.atttypid, a.atttypmod)
    FROM (VALUES (blocks_table,        'id',          '{character varying,text}'),
                 (blocks_table,        'label',       '{character varying,text}'),
                 (blocks_table,        'value',       '{character varying,text}'),
                 (blocks_table,        'description', '{character varying,text}'),
                 (blocks_table,        'limit',       '{integer,bigint}'),
                 (blocks_table,        'read_only',   '{boolean}'),
                 (blocks_table,        'metadata_',   '{json,jsonb}'),
                 (blocks_agents_table, 'agent_id',    '{character varying,text}'),
                 (blocks_agents_table, 'block_id',    '{character varying,text}'),
                 (blocks_agents_table, 'block_label', '{character varying,text}'),
                 (agents_tags_table,   'agent_id',    '{character varying,text}'),
                 (agents_tags_table,   'tag',         '{character varying,text}'),
                 (agents_table,        'id',          '{character varying,text}')
         ) AS wanted (table_name, column_name, types)
         -- OFFSET 0: looked up once for each column, not for each row of pg_attribute.
         CROSS JOIN LATERAL (SELECT to_regclass(format('%I.%I', app_schema, wanted.table_name)) AS id OFFSET 0) AS relation
         LEFT JOIN pg_attribute a
                ON a.attrelid = relation.id
               AND a.attname = wanted.column_name
               AND NOT a.attisdropped
    WHERE a.attname IS NULL
       OR format_type(a.atttypid, NULL) <> ALL (wanted.types::text[])
$function$;

-- What the application's tables have to let git_memory's roles do. The guard reads; it writes git_sha when an agent gets or
-- loses its tag, and locks rows (a row lock takes the right to update one column).
CREATE OR REPLACE FUNCTION git_memory.application_rights(blocks_table        text,
                                                         blocks_agents_table text,
                                                         agents_tags_table   text,
                                                         blocks_tags_table   text,
                                                         agents_table        text,
                                                         organizations_table text)
    RETURNS TABLE (role_name text, table_name text, column_name text, privilege text)
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT 'git_memory_owner', read.table_name, NULL, 'SELECT'
    FROM unnest(ARRAY[blocks_table, blocks_agents_table, agents_tags_table, agents_table]) AS read (table_name)
    UNION ALL
    SELECT 'git_memory_owner', locked.table_name, locked.column_name, 'UPDATE'
    FROM (VALUES (blocks_table, 'git_sha'), (blocks_agents_table, 'block_id'), (agents_table, 'id'))
         AS locked (table_name, column_name)
    UNION ALL
    SELECT 'git_memory_sidecar', written.table_name, NULL, privilege
    FROM unnest(ARRAY[blocks_table, blocks_agents_table, agents_tags_table, blocks_tags_table]) AS written (table_name)
         CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
    UNION ALL
    SELECT 'git_memory_sidecar', made.table_name, NULL, privilege
    FROM unnest(ARRAY[agents_table, organizations_table]) AS made (table_name)
         CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS privilege
$function$;

-- A name that was forgotten must not move the guard to other tables: those that it is on are there still then. (After a renaming
-- they are not; a table of the former name that has none of the guard's triggers, where the named one has, is another one.)
DO $names$
DECLARE
    installed   record;
    left_behind text;
BEGIN
    SELECT * INTO installed FROM git_memory.installation;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    WITH
    named (is_guarded, former_name, name) AS (
        VALUES (true,  installed.blocks_table,        '${blocks_table}'),
               (true,  installed.blocks_agents_table, '${blocks_agents_table}'),
               (true,  installed.agents_tags_table,   '${agents_tags_table}'),
               (true,  installed.agents_table,        '${agents_table}'),
               (false, installed.blocks_tags_table,   '${blocks_tags_table}'),
               (false, installed.organizations_table, '${organizations_table}')
    ),
    moved AS (
        SELECT n.is_guarded,
               format('%I.%I', installed.app_schema, n.former_name) AS former,
               format('%I.%I', '${app_schema}', n.name)             AS now
        FROM named n
        WHERE (installed.app_schema, n.former_name) <> ('${app_schema}', n.name)
    )
    SELECT string_agg(m.former, ', ')
    INTO left_behind
    FROM moved m
    WHERE m.is_guarded = EXISTS (SELECT FROM moved g WHERE g.is_guarded)
      AND EXISTS (SELECT
                  FROM pg_class c
                  WHERE c.oid = to_regclass(m.former)
                    AND c.relkind IN ('r', 'p'))
      AND NOT EXISTS (SELECT
                      FROM pg_trigger t
                           JOIN pg_proc p
                             ON p.oid = t.tgfoid
                      WHERE t.tgrelid = to_regclass(m.now)
                        AND p.pronamespace = 'git_memory'::regnamespace);
    IF left_behind IS NOT NULL THEN
        RAISE EXCEPTION 'git-memory is installed for other tables: %', left_behind
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL  = 'They are there still, and would lose the guard.',
                  HINT    = 'Give the placeholders the names that git_memory.installation has. A table that was renamed is told by its '
                            'new name once the former is gone; to guard other tables, uninstall first. Nothing was changed.';
    END IF;
END
$names$;

-- A view in a table's place has its columns; the guard needs the table.
DO $tables$
DECLARE
    wrong text;
BEGIN
    SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.relname)
    INTO wrong
    FROM pg_class c
         JOIN pg_namespace n
           ON n.oid = c.relnamespace
    WHERE n.nspname = '${app_schema}'
      AND c.relname IN ('${blocks_table}', '${blocks_agents_table}', '${agents_tags_table}', '${agents_table}')
      AND c.relkind NOT IN ('r', 'p');
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'What is not a table can''t be guarded: %', wrong
            USING ERRCODE = 'wrong_object_type',
                  HINT    = 'Give the names of the tables behind (--blocks-table and so on; placeholders of stock Flyway); "git-memory '
                            'migrate --check" names them where git-memory is installed. Nothing was changed.';
    END IF;
END
$tables$;

DO $columns$
DECLARE
    ours constant text := 'The git commit that this row mirrors; pending until a sidecar takes its tagged agent over; null otherwise';
    missing text;
    wrong   text;
    present record;
BEGIN
    SELECT string_agg(format('%I.%I', m.table_name, m.column_name), ', ') FILTER (WHERE m.found IS NULL),
           string_agg(format('%I.%I is %s, not one of %s', m.table_name, m.column_name, m.found, m.wanted), ', ')
               FILTER (WHERE m.found IS NOT NULL)
    INTO missing, wrong
    FROM git_memory.unfit_columns('${app_schema}', '${blocks_table}', '${blocks_agents_table}', '${agents_tags_table}',
                                  '${agents_table}') AS m;
    IF missing IS NOT NULL OR wrong IS NOT NULL THEN
        RAISE EXCEPTION 'The application''s tables in schema "%" do not have the columns that git mirrors', '${app_schema}'
            USING ERRCODE = 'undefined_column',
                  DETAIL  = concat_ws(' ', 'Missing: ' || missing || '.', 'Of another type: ' || wrong || '.'),
                  HINT    = 'Give renamed tables by their new names (--app-schema, --blocks-table and so on; placeholders of stock '
                            'Flyway; "git-memory migrate --check" says which have the guard''s triggers), or bring the application''s '
                            'schema up to date.';
    END IF;

    SELECT format_type(a.atttypid, a.atttypmod) AS type,
           coalesce(starts_with(col_description(a.attrelid, a.attnum), split_part(ours, ';', 1)), false)
               -- A dump may have left comments out.
               OR EXISTS (SELECT
                          FROM git_memory.installation i
                          WHERE i.app_schema = '${app_schema}'
                            AND i.blocks_table = '${blocks_table}') AS is_ours
    INTO present
    FROM pg_attribute a
    WHERE a.attrelid = '"${app_schema}"."${blocks_table}"'::regclass
      AND a.attname = 'git_sha'
      AND NOT a.attisdropped;
    IF NOT FOUND THEN
        ALTER TABLE "${app_schema}"."${blocks_table}" ADD COLUMN git_sha text;
    ELSIF NOT present.is_ours THEN
        RAISE EXCEPTION 'The table "%"."%" has a column git_sha already, and it is not git-memory''s', '${app_schema}', '${blocks_table}'
            USING ERRCODE = 'duplicate_column',
                  DETAIL  = format('Found: git_sha %s, without the comment by which git-memory knows its own. git-memory would overwrite '
                                   'what it holds.', present.type),
                  HINT    = format('Nothing was changed. Give the column another name: ALTER TABLE %I.%I RENAME COLUMN git_sha TO '
                                   'application_git_sha; or, if a former git-memory has left it: COMMENT ON COLUMN %I.%I.git_sha IS %L;',
                                   '${app_schema}', '${blocks_table}', '${app_schema}', '${blocks_table}', ours);
    END IF;
    -- A comment locks, too: only where it is not there.
    IF col_description('"${app_schema}"."${blocks_table}"'::regclass,
                       (SELECT a.attnum
                        FROM pg_attribute a
                        WHERE a.attrelid = '"${app_schema}"."${blocks_table}"'::regclass
                          AND a.attname = 'git_sha')) IS DISTINCT FROM ours THEN
        EXECUTE format('COMMENT ON COLUMN "${app_schema}"."${blocks_table}".git_sha IS %L', ours);
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

DO $rights$
DECLARE
    needed record;
BEGIN
    FOR needed IN SELECT *
                  FROM git_memory.application_rights('${blocks_table}', '${blocks_agents_table}', '${agents_tags_table}',
                                                     '${blocks_tags_table}', '${agents_table}', '${organizations_table}') LOOP
        EXECUTE format('GRANT %s%s ON %I.%I TO %I',
                       needed.privilege, ' (' || quote_ident(needed.column_name) || ')', '${app_schema}', needed.table_name,
                       needed.role_name);
    END LOOP;
END
$rights$;

CALL git_memory.set_rights();
