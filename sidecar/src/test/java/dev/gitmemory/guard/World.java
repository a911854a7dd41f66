package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes agents and their memory as an application does, and hands them to git as a sidecar does. */
final class World {
    static final String TAG = "git-memory-enabled";
    static final String LABEL = "system/human";

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final GuardedDatabase db;

    World(GuardedDatabase db) throws SQLException {
        this.db = db;
        run(db.app(), "INSERT INTO organizations (id, name) VALUES ('org', 'Org') ON CONFLICT DO NOTHING");
    }

    /** A text that no other test has. */
    static String unique(String kind) {
        return kind + "-" + COUNTER.incrementAndGet();
    }

    /** A commit id that no repository has twice. */
    static String newSha() {
        return String.format("%040x", 0xabcdef0000L + COUNTER.incrementAndGet());
    }

    /** An agent without the tag. */
    String agent() throws SQLException {
        return agent(db.app());
    }

    static String agent(Connection connection) throws SQLException {
        String agent = unique("agent");
        run(connection, "INSERT INTO agents (id, organization_id) VALUES (?, 'org')", agent);
        return agent;
    }

    /** A block that no agent has. */
    String block(String label) throws SQLException {
        return block(db.app(), label);
    }

    static String block(Connection connection, String label) throws SQLException {
        String block = unique("block");
        run(
                connection,
                "INSERT INTO block (id, label, value, description, \"limit\", organization_id)"
                        + " VALUES (?, ?, 'first', 'who', 1000, 'org')",
                block,
                label);
        return block;
    }

    /** A memory of an agent, written by the application. */
    Memory remember(String agent, String label) throws SQLException {
        return remember(db.app(), agent, label);
    }

    static Memory remember(Connection connection, String agent, String label) throws SQLException {
        String block = block(connection, label);
        link(connection, agent, block, label);
        return new Memory(agent, block, label, "");
    }

    static void link(Connection connection, String agent, String block, String label) throws SQLException {
        run(
                connection,
                "INSERT INTO blocks_agents (agent_id, block_id, block_label) VALUES (?, ?, ?)",
                agent,
                block,
                label);
    }

    static void tag(Connection connection, String agent) throws SQLException {
        run(connection, "INSERT INTO agents_tags (agent_id, tag) VALUES (?, ?)", agent, TAG);
    }

    static void untag(Connection connection, String agent) throws SQLException {
        run(connection, "DELETE FROM agents_tags WHERE agent_id = ? AND tag = ?", agent, TAG);
    }

    /** An agent without the tag and its one memory. */
    Memory plain() throws SQLException {
        return remember(agent(), LABEL);
    }

    /** A git-enabled agent and its one memory. */
    Memory enabled() throws SQLException {
        Memory memory = plain();
        takeOver(memory.agent());
        return current(memory);
    }

    /** The same with the commit that the row carries now. */
    Memory current(Memory memory) throws SQLException {
        return memory.withSha(string(db.admin(), "SELECT git_sha FROM block WHERE id = ?", memory.block()));
    }

    /** What a sidecar does when it takes an agent over: lock, read, commit to git, ledger, rows, tag. */
    void takeOver(String agent) throws SQLException {
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        takeOver(sidecar, agent);
        sidecar.commit();
    }

    static void takeOver(Connection sidecar, String agent) throws SQLException {
        String sha = newSha();
        run(
                sidecar,
                "INSERT INTO git_memory.repo (agent_id, organization_id, state) VALUES (?, 'org', 'pending')"
                        + " ON CONFLICT DO NOTHING",
                agent);
        strings(sidecar, "SELECT agent_id FROM git_memory.repo WHERE agent_id = ? FOR UPDATE", agent);
        strings(sidecar, "SELECT id FROM agents WHERE id = ? FOR UPDATE", agent);
        strings(
                sidecar,
                "SELECT b.id FROM blocks_agents l JOIN block b ON b.id = l.block_id WHERE l.agent_id = ?"
                        + " FOR UPDATE OF l, b",
                agent);
        run(sidecar, "SET CONSTRAINTS ALL DEFERRED");
        run(sidecar, "UPDATE git_memory.repo SET state = 'enabled' WHERE agent_id = ?", agent);
        run(
                sidecar,
                "INSERT INTO git_memory.file (agent_id, label, commit_sha, digest)"
                        + " SELECT l.agent_id, b.label, ?,"
                        + " git_memory.digest(b.value, b.description, b.\"limit\", b.read_only, b.metadata_::json)"
                        + " FROM blocks_agents l JOIN block b ON b.id = l.block_id WHERE l.agent_id = ?",
                sha,
                agent);
        run(sidecar, FIRST_OWNERS_SHA, agent);
        run(sidecar, "INSERT INTO agents_tags (agent_id, tag) VALUES (?, ?) ON CONFLICT DO NOTHING", agent, TAG);
    }

    private static final String FIRST_OWNERS_SHA = """
            UPDATE block b
               SET git_sha = (SELECT f.commit_sha
                                FROM blocks_agents o
                                JOIN git_memory.repo r ON r.agent_id = o.agent_id AND r.state = 'enabled'
                                JOIN git_memory.file f ON f.agent_id = o.agent_id AND f.label = o.block_label
                               WHERE o.block_id = b.id
                               ORDER BY o.agent_id COLLATE "C"
                               LIMIT 1)
              FROM blocks_agents l
             WHERE l.agent_id = ?
               AND b.id = l.block_id
            """;

    /** Git's head gets other content for a label: the ledger says so, the row does not yet. */
    static String gitSays(Connection sidecar, Memory memory, String value) throws SQLException {
        String sha = newSha();
        gitSays(sidecar, memory.agent(), memory.label(), sha, value);
        return sha;
    }

    static void gitSays(Connection sidecar, String agent, String label, String sha, String value) throws SQLException {
        applied(sidecar, agent, sha);
        run(
                sidecar,
                "INSERT INTO git_memory.file (agent_id, label, commit_sha, digest)"
                        + " VALUES (?, ?, ?, git_memory.digest(?, 'who', 1000, false, NULL))"
                        + " ON CONFLICT (agent_id, label) DO UPDATE"
                        + " SET commit_sha = excluded.commit_sha, digest = excluded.digest",
                agent,
                label,
                sha,
                value);
    }

    /** Whoever writes the ledger's files writes the line of their agent, too: it keeps old snapshots from judging by them. */
    static void applied(Connection sidecar, String agent, String sha) throws SQLException {
        run(
                sidecar,
                "UPDATE git_memory.repo SET applied_sha = ?, applied_seq = applied_seq + 1 WHERE agent_id = ?",
                sha,
                agent);
    }

    /** A write through git-memory, as it reaches PostgreSQL. */
    Memory write(Memory memory, String value) throws SQLException {
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        String sha = gitSays(sidecar, memory, value);
        run(sidecar, "UPDATE block SET value = ?, git_sha = ? WHERE id = ?", value, sha, memory.block());
        sidecar.commit();
        return memory.withSha(sha);
    }

    /** The row's value. */
    String value(Memory memory) throws SQLException {
        return string(db.admin(), "SELECT value FROM block WHERE id = ?", memory.block());
    }

    /** The row's commit, or the text null. */
    String sha(Memory memory) throws SQLException {
        return string(db.admin(), "SELECT coalesce(git_sha, 'null') FROM block WHERE id = ?", memory.block());
    }

    /** The ledger's state of an agent. */
    String state(String agent) throws SQLException {
        return string(db.admin(), "SELECT state FROM git_memory.repo WHERE agent_id = ?", agent);
    }

    /** What differs between rows and ledger, of one agent. */
    List<String> drift(String agent) throws SQLException {
        return strings(db.admin(), "SELECT state || ' ' || label FROM git_memory.drift WHERE agent_id = ?", agent);
    }
}
