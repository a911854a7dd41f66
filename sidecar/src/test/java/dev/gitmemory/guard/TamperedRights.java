package dev.gitmemory.guard;

import static dev.gitmemory.guard.Tampering.mended;
import static dev.gitmemory.guard.Tampering.told;

import java.util.List;

/** Rights and owners that were changed. */
final class TamperedRights {

    private TamperedRights() {}

    static void addTo(List<Tampering> all) {
        rights(all);
        ownersRights(all);
        owners(all);
    }

    private static void rights(List<Tampering> all) {
        all.add(mended("GRANT UPDATE ON git_memory.file TO {app}", "TABLE git_memory.file", "has UPDATE"));
        all.add(mended(
                "GRANT UPDATE (digest) ON git_memory.file TO {app}", "TABLE git_memory.file", "has UPDATE(column)"));
        all.add(mended(
                "GRANT SELECT ON git_memory.commit_key TO PUBLIC", "TABLE git_memory.commit_key", "PUBLIC has SELECT"));
        all.add(mended(
                "GRANT USAGE ON SCHEMA git_memory TO {group};"
                        + " GRANT SELECT ON git_memory.file TO {group} WITH GRANT OPTION; SET ROLE {group};"
                        + " GRANT SELECT ON git_memory.file TO {app}; RESET ROLE",
                "TABLE git_memory.file",
                "has SELECT*"));
        all.add(mended(
                "GRANT SELECT ON git_memory.status TO git_memory_reader WITH GRANT OPTION",
                "TABLE git_memory.status",
                "git_memory_reader has SELECT*"));
        all.add(mended(
                "GRANT DELETE ON git_memory.tombstone TO git_memory_sidecar",
                "tombstone",
                "git_memory_sidecar has DELETE"));
        all.add(mended("GRANT ALL ON ALL TABLES IN SCHEMA git_memory TO {group}", "TABLE git_memory.repo", "has"));
        all.add(mended(
                "GRANT SELECT ON git_memory.overwritten TO git_memory_reader", "overwritten", "git_memory_reader has"));
        all.add(mended("GRANT USAGE ON SCHEMA git_memory TO {app}", "SCHEMA git_memory", "has USAGE"));
        all.add(mended("GRANT CREATE ON SCHEMA git_memory TO PUBLIC", "SCHEMA git_memory", "PUBLIC has CREATE"));
        all.add(mended("GRANT EXECUTE ON FUNCTION git_memory.hold_agent TO {app}", "hold_agent(text)", "has EXECUTE"));
        all.add(mended(
                "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA git_memory TO PUBLIC",
                "submit_purge_agent(text,text)",
                "PUBLIC has EXECUTE"));
        all.add(mended(
                "GRANT USAGE ON SEQUENCE git_memory.tags_seen TO {app}", "SEQUENCE git_memory.tags_seen", "has USAGE"));
        all.add(mended(
                "GRANT UPDATE ON SEQUENCE git_memory.request_seq_seq TO PUBLIC",
                "SEQUENCE git_memory.request_seq_seq",
                "PUBLIC"));
        all.add(mended(
                "REVOKE UPDATE ON git_memory.repo FROM git_memory_sidecar", "TABLE git_memory.repo", "lacks UPDATE"));
        all.add(mended(
                "REVOKE ALL ON ALL TABLES IN SCHEMA git_memory FROM git_memory_sidecar, git_memory_admin, git_memory_reader",
                "TABLE git_memory.status",
                "git_memory_reader lacks SELECT"));
        all.add(mended(
                "REVOKE USAGE ON SCHEMA git_memory FROM git_memory_admin",
                "SCHEMA git_memory",
                "git_memory_admin lacks USAGE"));
        all.add(mended(
                "REVOKE EXECUTE ON FUNCTION git_memory.let_go FROM git_memory_sidecar",
                "let_go(text)",
                "lacks EXECUTE"));
        all.add(mended(
                "REVOKE EXECUTE ON PROCEDURE git_memory.write_block FROM git_memory_admin",
                "write_block(",
                "lacks EXECUTE"));
        all.add(mended(
                "REVOKE ALL ON SCHEMA git_memory FROM git_memory_owner CASCADE",
                "SCHEMA git_memory",
                "git_memory_owner may not use it"));
        all.add(mended(
                "SET ROLE git_memory_owner; GRANT USAGE ON SCHEMA git_memory TO {app}; RESET ROLE",
                "SCHEMA git_memory",
                "has USAGE"));
        all.add(mended(
                "SELECT git_memory.allow('{group}', 'diff'); UPDATE git_memory.allowed_call SET role_oid = 1",
                "ROLE ",
                "was allowed diff, and is gone"));
        all.add(mended(
                "INSERT INTO git_memory.reader_organization VALUES ('no such role', 'org-1')",
                "ROLE \"no such role\"",
                "was shown org-1, and is gone"));
    }

    /** What a superuser took from the owner of it all. */
    private static void ownersRights(List<Tampering> all) {
        all.add(mended(
                "REVOKE ALL ON git_memory.repo, git_memory.judgement, git_memory.agent_fence FROM git_memory_owner",
                "TABLE git_memory.judgement",
                "git_memory_owner lacks DELETE, INSERT"));
        all.add(mended(
                "REVOKE UPDATE ON git_memory.file FROM git_memory_owner",
                "TABLE git_memory.file",
                "git_memory_owner lacks UPDATE"));
        all.add(mended(
                "REVOKE ALL ON SEQUENCE git_memory.request_seq_seq FROM git_memory_owner",
                "SEQUENCE git_memory.request_seq_seq",
                "git_memory_owner lacks SELECT, UPDATE, USAGE"));
        all.add(mended(
                "REVOKE EXECUTE ON FUNCTION git_memory.gate_link() FROM git_memory_owner",
                "ROUTINE git_memory.gate_link()",
                "git_memory_owner lacks EXECUTE"));
        all.add(mended(
                "REVOKE SELECT ON git_memory.installation FROM git_memory_owner",
                "ROLE git_memory_owner",
                "may not compare the rest: permission denied for table installation"));
        all.add(mended(
                "REVOKE ALL ON ALL ROUTINES IN SCHEMA git_memory FROM git_memory_owner",
                "ROUTINE git_memory.owner_lacks()",
                "nothing was compared"));
        all.add(mended(
                "REVOKE CREATE ON SCHEMA git_memory FROM git_memory_owner",
                "SCHEMA git_memory",
                "git_memory_owner lacks CREATE"));
    }

    private static void owners(List<Tampering> all) {
        all.add(mended("ALTER TABLE git_memory.file OWNER TO {app}", "TABLE git_memory.file", "owned by"));
        all.add(mended("ALTER VIEW git_memory.status OWNER TO {group}", "TABLE git_memory.status", "owned by"));
        all.add(mended(
                "ALTER SEQUENCE git_memory.tags_seen OWNER TO {group}", "SEQUENCE git_memory.tags_seen", "owned by"));
        all.add(mended("ALTER FUNCTION git_memory.is_guarded OWNER TO {app}", "is_guarded(text)", "owned by"));
        all.add(mended("ALTER PROCEDURE git_memory.write_block OWNER TO {group}", "write_block(", "owned by"));
        all.add(mended("ALTER SCHEMA git_memory OWNER TO {app}", "SCHEMA git_memory", "owned by"));
        all.add(told(
                "ALTER TABLE git_memory.flyway_schema_history OWNER TO {app}", "flyway_schema_history", "owned by"));
        all.add(told("ALTER ROLE git_memory_owner LOGIN", "ROLE git_memory_owner", "may log in"));
    }
}
