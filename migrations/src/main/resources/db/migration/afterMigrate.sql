-- After every migrate: what has switched the guard's triggers off (ALTER TABLE ... DISABLE TRIGGER), or left them to fire on
-- plain writes only (pg_restore --disable-triggers gives all triggers back as ENABLE, not as ENABLE ALWAYS), is over.
-- Locks nothing where all of them are as they have to be.
SET search_path = pg_catalog, pg_temp;

DO $always$
DECLARE
    ours record;
BEGIN
    FOR ours IN SELECT t.tgname, t.tgrelid::regclass AS relation
                FROM pg_trigger t
                     JOIN pg_proc p
                       ON p.oid = t.tgfoid
                WHERE p.pronamespace = 'git_memory'::regnamespace
                  AND t.tgenabled <> 'A' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', ours.relation, ours.tgname);
    END LOOP;
END
$always$;
