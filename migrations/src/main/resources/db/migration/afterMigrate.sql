-- After every migrate, also where nothing was pending: what is there, compared with what has to be. What this role may mend
-- at once is mended: owners and rights, and triggers that were switched off (ALTER TABLE ... DISABLE TRIGGER) or fire on plain
-- writes only (pg_restore --disable-triggers gives all triggers back as ENABLE, not as ENABLE ALWAYS). Locks nothing where
-- all is as it has to be. For the rest Flyway fails here; git-memory migrate, which can do more, looks by itself.
SET search_path = pg_catalog, pg_temp;
-- As in beforeEachMigrate.sql, which runs only where a script does.
SET quote_all_identifiers = off;
SET standard_conforming_strings = on;
SET plpgsql.extra_errors = 'none';
SET plpgsql.extra_warnings = 'none';
SET array_nulls = on;
SET transform_null_equals = off;
SET jit = off;
SET statement_timeout = 0;

DO $mend$
DECLARE
    ours record;
BEGIN
    -- It gives git_memory_owner what that lacks, where it may be called.
    IF NOT has_function_privilege('git_memory.set_rights(text)', 'EXECUTE') THEN
        GRANT EXECUTE ON PROCEDURE git_memory.set_rights(text) TO git_memory_owner;
    END IF;
    CALL git_memory.set_rights();
    FOR ours IN SELECT d.remedy
                FROM git_memory.defects_of_triggers() d
                WHERE d.remedy LIKE '% ENABLE ALWAYS TRIGGER %'
                   OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) LOOP
        CONTINUE WHEN ours.remedy IS NULL;
        EXECUTE ours.remedy;
    END LOOP;
END
$mend$;

DO $compare$
DECLARE
    defects text[];
    remedies text[];
BEGIN
    IF current_setting('git_memory.compares_itself', true) = 'on' THEN
        RETURN;
    END IF;
    SELECT array_agg(d.object || ': ' || d.state),
           array_agg(d.remedy) FILTER (WHERE d.remedy NOT LIKE 'git-memory %')
    INTO defects, remedies
    FROM git_memory.defects() d;
    IF defects IS NOT NULL THEN
        RAISE EXCEPTION 'git-memory is not installed as it has to be, in % places: %', cardinality(defects),
                array_to_string(defects[1:20], '; ') || CASE WHEN cardinality(defects) > 20 THEN '; ...' ELSE '.' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT    = 'Run "git-memory migrate", which runs all scripts again whatever their checksums say'
                            || coalesce('; or let a superuser run: ' || array_to_string(remedies[1:20], ' '), '') || '.';
    END IF;
END
$compare$;
