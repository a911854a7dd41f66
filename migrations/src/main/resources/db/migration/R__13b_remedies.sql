-- SQL that puts right what is not as it has to be.

-- SQL for a superuser that takes something of another's out of the schema. What others depend on is not dropped, and never with
-- CASCADE, which could take a column with its data: it goes to the application's schema.
CREATE OR REPLACE FUNCTION git_memory.removal(class oid, id oid, object text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    WITH
    -- A table is also the type of its rows, and a type has an array type.
    parts (class, id) AS (
        SELECT removal.class, removal.id
        UNION ALL
        SELECT 'pg_type'::regclass::oid, t.oid
        FROM pg_type t
        WHERE (removal.class = 'pg_class'::regclass AND t.typrelid = removal.id)
           OR t.typelem IN (SELECT e.oid
                            FROM pg_type e
                            WHERE (removal.class = 'pg_class'::regclass AND e.typrelid = removal.id)
                               OR (removal.class = 'pg_type'::regclass AND e.oid = removal.id))
    )
    SELECT coalesce((SELECT format('DROP EXTENSION %I;', e.extname)
                     FROM pg_depend d
                          JOIN pg_extension e
                            ON e.oid = d.refobjid
                     WHERE d.classid = removal.class
                       AND d.objid = removal.id
                       AND d.refclassid = 'pg_extension'::regclass
                       AND d.deptype = 'e'),
                    CASE
                        WHEN removal.class NOT IN ('pg_trigger'::regclass, 'pg_extension'::regclass)
                             AND split_part(object, ' ', 1) <> 'INDEX'
                             AND EXISTS (SELECT
                                         FROM pg_depend d
                                              JOIN parts p
                                                ON d.refclassid = p.class
                                               AND d.refobjid = p.id
                                         WHERE d.deptype IN ('n', 'P', 'S')
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_constraint o
                                                           WHERE d.classid = 'pg_constraint'::regclass
                                                             AND d.objid = o.oid
                                                             AND o.conrelid = removal.id)
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_rewrite w
                                                           WHERE d.classid = 'pg_rewrite'::regclass
                                                             AND d.objid = w.oid
                                                             AND w.ev_class = removal.id)
                                           AND NOT EXISTS (SELECT
                                                           FROM pg_attrdef a
                                                           WHERE d.classid = 'pg_attrdef'::regclass
                                                             AND d.objid = a.oid
                                                             AND a.adrelid = removal.id))
                            THEN format('ALTER %s SET SCHEMA %I;', object,
                                        coalesce((SELECT i.app_schema FROM git_memory.installation i), 'public'))
                        ELSE format('DROP %s;', object)
                    END)
$function$;

-- SQL that makes an object what it has to be; null where only a script does, or no SQL.
--   wanted, present   null: there has to be none, there is none
CREATE OR REPLACE FUNCTION git_memory.remedy_of(kind text, name text, object text, wanted text, present text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    part     constant text := split_part(name, CASE kind WHEN 'column' THEN '.' ELSE ' ON ' END, 1);
    whole    constant text := split_part(name, CASE kind WHEN 'column' THEN '.' ELSE ' ON ' END, 2);
    -- Of a column.
    bare     constant text := '( DEFAULT .*| NOT NULL)$';
    default_ constant text := ' DEFAULT (.*?)(?: NOT NULL)?$';
    required constant text := '% NOT NULL';
BEGIN
    CASE kind
        WHEN 'constraint' THEN
            RETURN format('ALTER TABLE git_memory.%s %s;', whole,
                          concat_ws(', ', 'DROP CONSTRAINT ' || part || CASE WHEN present IS NULL THEN NULL ELSE '' END,
                                          'ADD CONSTRAINT ' || part || ' ' || wanted));
        WHEN 'index' THEN
            RETURN concat_ws(' ', 'DROP ' || object || ';' || CASE WHEN present IS NULL THEN NULL ELSE '' END, wanted || ';');
        WHEN 'column' THEN
            IF wanted IS NULL THEN
                RETURN format('ALTER TABLE git_memory.%s DROP COLUMN %s;', part, whole);
            ELSIF concat_ws(' ', wanted, present) LIKE '%GENERATED%'
                  OR (present IS NULL AND wanted LIKE required AND substring(wanted FROM default_) IS NULL) THEN
                RETURN NULL;
            ELSIF present IS NULL THEN
                RETURN format('ALTER TABLE git_memory.%s ADD COLUMN %s %s;', part, whole, wanted);
            END IF;
            RETURN format('ALTER TABLE git_memory.%s %s;',
                          part,
                          (SELECT string_agg(format('ALTER COLUMN %s %s', whole, step.change), ', ' ORDER BY step.number)
                           FROM (VALUES (1, CASE
                                                WHEN regexp_replace(wanted, bare, '') <> regexp_replace(present, bare, '')
                                                    THEN 'TYPE ' || regexp_replace(wanted, bare, '')
                                            END),
                                        (2, CASE
                                                WHEN substring(wanted FROM default_) IS DISTINCT FROM substring(present FROM default_)
                                                    THEN coalesce('SET DEFAULT ' || substring(wanted FROM default_), 'DROP DEFAULT')
                                            END),
                                        (3, CASE
                                                WHEN wanted LIKE required AND present NOT LIKE required THEN 'SET NOT NULL'
                                                WHEN wanted NOT LIKE required AND present LIKE required THEN 'DROP NOT NULL'
                                            END)) AS step (number, change)
                           WHERE step.change IS NOT NULL));
        WHEN 'sequence' THEN
            RETURN CASE
                       WHEN wanted IS NULL THEN format('DROP %s;', object)
                       ELSE format('%s SEQUENCE git_memory.%s %s;', CASE WHEN present IS NULL THEN 'CREATE' ELSE 'ALTER' END, name, wanted)
                   END;
        WHEN 'inheritance' THEN
            RETURN format('ALTER TABLE %s NO INHERIT %s;', split_part(name, ' ', 1), split_part(name, ' ', 2));
        ELSE
            RETURN CASE
                       WHEN wanted IS NULL      THEN format('DROP %s;', object)
                       WHEN present = 'unlogged'  THEN format('ALTER TABLE git_memory.%s SET LOGGED;', name)
                   END;
    END CASE;
END
$function$;

-- What helps where there is no SQL for it. What scripts of Flyway have made once is not made again, for its rows may be lost.
CREATE OR REPLACE FUNCTION git_memory.remedy_without_sql(object text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT CASE
               WHEN object IN ('TABLE git_memory.installation', 'TABLE git_memory.agent_fence', 'SEQUENCE git_memory.tags_seen')
                   THEN 'git-memory migrate'
               WHEN object ~ '^(TABLE|COLUMN|SEQUENCE) git_memory\.'
                   THEN 'restore it from a backup, or take its definition from a fresh installation'
               WHEN object LIKE 'COLUMN %' AND object NOT LIKE '%.git_sha'
                   THEN 'the application''s own migrations'
               WHEN object LIKE 'TABLE %'
                    AND NOT EXISTS (SELECT
                                    FROM pg_class c
                                    WHERE c.oid = to_regclass(substr(object, 7))
                                      AND c.relkind IN ('r', 'p'))
                   THEN 'the application''s own migrations'
               ELSE 'git-memory migrate'
           END
$function$;

CALL git_memory.set_rights();
