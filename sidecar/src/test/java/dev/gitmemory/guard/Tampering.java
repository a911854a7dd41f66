package dev.gitmemory.guard;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that was done to an installation.
 *
 * @param sql run by a superuser; {app} is the application's login, {group} a role that is member of nothing
 * @param object a part of what is named then
 * @param state a part of what is said of it
 * @param isMended whether migrating as a superuser puts it right
 */
record Tampering(String sql, String object, String state, boolean isMended) {

    /** On both engines. */
    static final List<Tampering> ALL = all();

    @Override
    public String toString() {
        return sql;
    }

    private static List<Tampering> all() {
        List<Tampering> all = new ArrayList<>();
        triggers(all);
        routines(all);
        tables(all);
        TamperedRights.addTo(all);
        application(all);
        return List.copyOf(all);
    }

    private static void triggers(List<Tampering> all) {
        String update = "TRIGGER git_memory_guard_update ON public.block";
        all.add(mended("DROP TRIGGER git_memory_guard_update ON block", update, "missing"));
        all.add(mended("ALTER TABLE block DISABLE TRIGGER git_memory_guard_update", update, "disabled"));
        all.add(mended("ALTER TABLE block ENABLE TRIGGER git_memory_guard_update", update, "not enabled always"));
        all.add(mended(
                "ALTER TABLE block ENABLE REPLICA TRIGGER git_memory_guard_update", update, "not enabled always"));
        all.add(mended(
                "DROP TRIGGER git_memory_guard_update ON block; CREATE TRIGGER git_memory_guard_update AFTER UPDATE ON block"
                        + " FOR EACH ROW WHEN (false) EXECUTE FUNCTION git_memory.gate_row();"
                        + " ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update",
                update,
                "not as installed"));
        all.add(mended(
                "DROP TRIGGER git_memory_guard_truncate ON agents",
                "TRIGGER git_memory_guard_truncate ON public.agents",
                "missing"));
        all.add(mended(
                "DROP TRIGGER git_memory_guard_link ON git_memory.judgement",
                "TRIGGER git_memory_guard_link ON git_memory.judgement",
                "missing"));
        all.add(mended(
                "CREATE TRIGGER another AFTER UPDATE ON block FOR EACH ROW EXECUTE FUNCTION git_memory.gate_block();"
                        + " ALTER TABLE block ENABLE ALWAYS TRIGGER another",
                "TRIGGER another ON public.block",
                "not git-memory's"));
        all.add(told(
                "CREATE TRIGGER another BEFORE INSERT ON git_memory.file FOR EACH ROW"
                        + " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "another",
                "not git-memory's"));
    }

    private static void routines(List<Tampering> all) {
        all.add(mended(
                "CREATE OR REPLACE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER"
                        + " SET search_path = pg_catalog, pg_temp SET row_security = off AS 'BEGIN RETURN false; END'",
                "git_memory.is_guarded(block_id text)",
                "not as installed"));
        all.add(mended(
                "CREATE OR REPLACE FUNCTION git_memory.guard_removal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                        + " SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'",
                "git_memory.guard_removal()",
                "not as installed"));
        all.add(mended("DROP FUNCTION git_memory.guard_link() CASCADE", "git_memory.guard_link()", "missing"));
        all.add(mended("DROP FUNCTION git_memory.drift_shown() CASCADE", "VIEW git_memory.drift", "missing"));
        all.add(mended("ALTER FUNCTION git_memory.gate_link() SECURITY INVOKER", "gate_link()", "not as installed"));
        all.add(mended("ALTER FUNCTION git_memory.gate_link() RESET ALL", "gate_link()", "not as installed"));
        all.add(mended(
                "ALTER FUNCTION git_memory.gate_link() SET search_path = public", "gate_link()", "not as installed"));
        all.add(mended(
                "ALTER FUNCTION git_memory.digest_field(text) STRICT", "digest_field(field text)", "not as installed"));
        all.add(mended(
                "CREATE OR REPLACE FUNCTION git_memory.digest_field(field text) RETURNS text LANGUAGE sql IMMUTABLE"
                        + " PARALLEL SAFE RETURN 'x'",
                "digest_field(field text)",
                "not as installed"));
        all.add(mended("ALTER FUNCTION git_memory.digest_field(text) LEAKPROOF", "digest_field(", "not as installed"));
        all.add(told(
                "CREATE FUNCTION git_memory.is_guarded(block_id varchar) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
                "git_memory.is_guarded(block_id character varying)",
                "not git-memory's"));
    }

    private static void tables(List<Tampering> all) {
        all.add(told(
                "ALTER TABLE git_memory.file DROP CONSTRAINT file_pkey",
                "CONSTRAINT file_pkey ON git_memory.file",
                "missing"));
        all.add(told(
                "ALTER TABLE git_memory.repo DROP CONSTRAINT repo_pkey CASCADE",
                "CONSTRAINT file_agent_id_fkey ON git_memory.file",
                "missing"));
        all.add(told(
                "ALTER TABLE git_memory.repo DROP CONSTRAINT repo_state_check,"
                        + " ADD CONSTRAINT repo_state_check CHECK (state <> '')",
                "CONSTRAINT repo_state_check ON git_memory.repo",
                "not as installed"));
        all.add(told(
                "ALTER TABLE git_memory.repo ADD CHECK (entries < 5)",
                "CONSTRAINT repo_entries_check ON git_memory.repo",
                "not git-memory's"));
        all.add(told(
                "ALTER TABLE git_memory.request ADD COLUMN more text",
                "COLUMN git_memory.request.more",
                "not git-memory's"));
        all.add(told(
                "ALTER TABLE git_memory.repo DROP COLUMN last_error CASCADE",
                "COLUMN git_memory.repo.last_error",
                "missing"));
        all.add(told(
                "ALTER TABLE git_memory.file DROP COLUMN digest CASCADE", "COLUMN git_memory.file.digest", "missing"));
        all.add(told(
                "ALTER TABLE git_memory.repo ALTER COLUMN entries DROP NOT NULL",
                "COLUMN git_memory.repo.entries",
                "bigint DEFAULT 0 instead of bigint DEFAULT 0 NOT NULL"));
        all.add(told(
                "ALTER TABLE git_memory.repo ALTER COLUMN entries SET DEFAULT 7",
                "COLUMN git_memory.repo.entries",
                "bigint DEFAULT 7 NOT NULL instead of bigint DEFAULT 0 NOT NULL"));
        all.add(told(
                "ALTER TABLE git_memory.request ALTER COLUMN worker TYPE bigint",
                "COLUMN git_memory.request.worker",
                "bigint instead of integer"));
        all.add(told(
                "DROP INDEX git_memory.request_one_taken_per_agent_idx",
                "INDEX git_memory.request_one_taken_per_agent_idx",
                "missing"));
        all.add(told(
                "CREATE UNIQUE INDEX mine ON git_memory.commit (committed_at)",
                "INDEX git_memory.mine",
                "not git-memory's"));
        all.add(told(
                "CREATE RULE nothing AS ON UPDATE TO git_memory.repo DO INSTEAD NOTHING",
                "RULE nothing ON git_memory.repo",
                "not git-memory's"));
        all.add(mended(
                "CREATE RULE nothing AS ON UPDATE TO git_memory.status DO INSTEAD NOTHING",
                "RULE nothing ON git_memory.status",
                "not git-memory's"));
        all.add(told(
                "CREATE TABLE public.more () INHERITS (git_memory.file)",
                "INHERITANCE OF public.more FROM git_memory.file",
                "not git-memory's"));
        all.add(told(
                "ALTER TABLE git_memory.store ALTER COLUMN address TYPE text COLLATE \"C\"",
                "COLUMN git_memory.store.address",
                "\"C\" NOT NULL instead of text NOT NULL"));
        all.add(told("ALTER SEQUENCE git_memory.tags_seen CYCLE", "SEQUENCE git_memory.tags_seen", "not as installed"));
        all.add(mended("ALTER TABLE git_memory.file DISABLE TRIGGER ALL", "ON git_memory.file", "disabled"));
        all.add(told("ALTER TABLE git_memory.file SET UNLOGGED", "TABLE git_memory.file", "unlogged"));
        all.add(told("DROP TABLE git_memory.tombstone CASCADE", "TABLE git_memory.tombstone", "missing"));
        all.add(mended("ALTER TABLE git_memory.repo ENABLE ROW LEVEL SECURITY", "TABLE git_memory.repo", "hides rows"));
        all.add(mended("ALTER TABLE git_memory.file FORCE ROW LEVEL SECURITY", "TABLE git_memory.file", "hides rows"));
        all.add(mended(
                "ALTER TABLE git_memory.flyway_schema_history ENABLE ROW LEVEL SECURITY",
                "flyway_schema_history",
                "hides rows"));
        all.add(mended("DROP VIEW git_memory.status", "VIEW git_memory.status", "missing"));
        all.add(mended(
                "ALTER VIEW git_memory.history RESET (security_barrier)",
                "VIEW git_memory.history",
                "not as installed"));
        all.add(mended(
                "CREATE OR REPLACE VIEW git_memory.visible_organization AS SELECT NULL::text AS organization_id",
                "VIEW git_memory.visible_organization",
                "not as installed"));
        all.add(mended(
                "DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW git_memory.drift WITH (security_barrier) AS '"
                        + " || rtrim(pg_get_viewdef('git_memory.drift'::regclass), ';') || ' AND false'; END $$",
                "VIEW git_memory.drift",
                "not as installed"));
        all.add(mended(
                "CREATE FUNCTION public.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
                        + " DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW git_memory.visible_organization AS '"
                        + " || replace(pg_get_viewdef('git_memory.visible_organization'::regclass),"
                        + " 'pg_has_role(known.oid', 'public.pg_has_role(known.oid'); END $$",
                "VIEW git_memory.visible_organization",
                "not as installed"));
        all.add(mended(
                "ALTER VIEW git_memory.status RENAME COLUMN remark TO remarks",
                "VIEW git_memory.status",
                "not as installed"));
        all.add(told(
                "ALTER VIEW git_memory.status RENAME COLUMN remark TO remarks;"
                        + " CREATE VIEW public.states AS SELECT state FROM git_memory.status",
                "VIEW git_memory.status",
                "is dropped: VIEW public.states"));
        all.add(told("CREATE TABLE git_memory.mine (n integer)", "TABLE git_memory.mine", "not git-memory's"));
        all.add(told(
                "CREATE TABLE git_memory.\"a; DROP TABLE b\" (n integer)",
                "TABLE git_memory.\"a; DROP TABLE b\"",
                "not git-memory's"));
        strangers(all);
        all.add(told("DROP SEQUENCE git_memory.tags_seen", "SEQUENCE git_memory.tags_seen", "missing"));
        all.add(mended("DELETE FROM git_memory.installation", "TABLE git_memory.installation", "empty"));
        all.add(mended("UPDATE git_memory.installation SET guard_engine = 'none'", "guard", "installed in none"));
        all.add(told("DELETE FROM git_memory.commit_key", "TABLE git_memory.commit_key", "no sidecar starts"));
    }

    /** What others have made in the schema. */
    private static void strangers(List<Tampering> all) {
        all.add(told(
                "CREATE FUNCTION git_memory.digest(text, text, bigint, boolean, json, integer) RETURNS text LANGUAGE sql"
                        + " SECURITY DEFINER AS 'SELECT 1::text'",
                "git_memory.digest(text, text, bigint, boolean, json, integer)",
                "not git-memory's"));
        all.add(told(
                "CREATE FUNCTION git_memory.sd(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';"
                        + " CREATE TYPE git_memory.span AS RANGE (subtype = float8, subtype_diff = git_memory.sd)",
                "TYPE git_memory.span",
                "not git-memory's"));
        all.add(told(
                "CREATE MATERIALIZED VIEW git_memory.mine AS SELECT 1 AS n",
                "MATERIALIZED VIEW git_memory.mine",
                "not git-memory's"));
        all.add(told(
                "CREATE DOMAIN git_memory.mine AS text CHECK (value <> '')",
                "TYPE git_memory.mine",
                "not git-memory's"));
        all.add(told("CREATE TYPE git_memory.mine AS (n integer)", "TYPE git_memory.mine", "not git-memory's"));
        all.add(told(
                "CREATE OPERATOR git_memory.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.texteq)",
                "OPERATOR git_memory.===",
                "not git-memory's"));
        all.add(told(
                "CREATE FUNCTION git_memory.theirs() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
                        + " ALTER FUNCTION git_memory.theirs() OWNER TO git_memory_owner",
                "ROUTINE git_memory.theirs()",
                "runs with the rights of git_memory_owner"));
    }

    private static void application(List<Tampering> all) {
        all.add(mended(
                "REVOKE SELECT ON block FROM git_memory_owner", "TABLE public.block", "git_memory_owner lacks SELECT"));
        all.add(mended(
                "REVOKE UPDATE (git_sha) ON block FROM git_memory_owner",
                "TABLE public.block",
                "lacks UPDATE (git_sha)"));
        all.add(mended("REVOKE INSERT ON agents FROM git_memory_sidecar", "TABLE public.agents", "lacks INSERT"));
        all.add(mended(
                "REVOKE USAGE ON SCHEMA public FROM PUBLIC, git_memory_sidecar",
                "SCHEMA public",
                "git_memory_sidecar may not"));
        all.add(mended("ALTER TABLE block DROP COLUMN git_sha CASCADE", "COLUMN block.git_sha", "missing"));
        all.add(told("ALTER TABLE block DROP COLUMN read_only", "COLUMN block.read_only", "missing"));
        all.add(told("ALTER TABLE block ALTER COLUMN read_only TYPE text", "COLUMN block.read_only", "of type text"));
        all.add(told("ALTER TABLE block DROP COLUMN organization_id", "COLUMN block.organization_id", "missing"));
        all.add(told("DROP TABLE blocks_tags CASCADE", "TABLE public.blocks_tags", "missing"));
        all.add(told("ALTER TABLE agents DROP COLUMN name", "COLUMN agents.name", "missing"));
        all.add(told(
                "ALTER TABLE block DROP COLUMN description;"
                        + " ALTER TABLE block ADD COLUMN description varchar GENERATED ALWAYS AS (value) STORED",
                "COLUMN block.description",
                "generated"));
        all.add(told(
                "ALTER TABLE block ALTER COLUMN git_sha SET DEFAULT 'x'", "COLUMN block.git_sha", "has a default"));
        all.add(told("ALTER TABLE block ALTER COLUMN git_sha SET NOT NULL", "COLUMN block.git_sha", "NOT NULL"));
        all.add(told(
                "ALTER TABLE agents_tags ENABLE ROW LEVEL SECURITY", "TABLE public.agents_tags", "lacks BYPASSRLS"));
        all.add(told(
                "GRANT git_memory_sidecar TO {app}; ALTER TABLE blocks_tags ENABLE ROW LEVEL SECURITY",
                "TABLE public.blocks_tags",
                "row-level security hides rows from the sidecar's login"));
        all.add(told(
                "CREATE TABLE block_child () INHERITS (block)",
                "TABLE public.block_child",
                "inherits from public.block"));
        for (String type : List.of("numeric(20,3)", "smallint", "text")) {
            all.add(told(
                    "ALTER TABLE block ALTER COLUMN \"limit\" TYPE " + type,
                    "COLUMN block.\"limit\"",
                    "of type " + type + ", not one of integer, bigint"));
        }
        all.add(told(
                "ALTER TABLE block ALTER COLUMN value TYPE char(200)",
                "COLUMN block.value",
                "of type character(200), not one of character varying, text"));
        all.add(told(
                "CREATE DOMAIN short AS text; ALTER TABLE block ALTER COLUMN description TYPE short",
                "COLUMN block.description",
                "short, not one of character varying, text"));
        all.add(told(
                "ALTER TABLE block RENAME TO elsewhere",
                "TABLE public.block",
                "missing; git-memory's triggers are on"));
        all.add(told(
                "ALTER TABLE agents_tags RENAME TO elsewhere",
                "TRIGGER git_memory_tag_insert ON public.agents_tags",
                "missing"));
    }

    static Tampering mended(String sql, String object, String state) {
        return new Tampering(sql, object, state, true);
    }

    static Tampering told(String sql, String object, String state) {
        return new Tampering(sql, object, state, false);
    }
}
