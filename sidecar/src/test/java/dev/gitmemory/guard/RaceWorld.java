package dev.gitmemory.guard;

import static dev.gitmemory.guard.RaceSql.link;
import static dev.gitmemory.guard.RaceSql.row;
import static dev.gitmemory.guard.RaceSql.tag;
import static dev.gitmemory.guard.RaceSql.untag;

import java.util.List;

/** Where races take place, and what must hold when they are over; the letters are those of {@link RaceAttempt}. */
final class RaceWorld {
    private RaceWorld() {}

    static final String BLOCK = "INSERT INTO block (id, label, value, description, \"limit\", organization_id) VALUES ";

    /** Before agents are taken over. */
    static final List<String> WORLD = List.of(
            "INSERT INTO agents (id, organization_id) VALUES ('{a}', 'org'), ('{b}', 'org'), ('{p}', 'org'), ('{z}', 'org'),"
                    + " ('{k}', 'org'), ('{u}', 'org')",
            BLOCK + row("n", "note") + ", " + row("m", "other") + ", " + row("s", "shared") + ", " + row("t", "half")
                    + ", " + row("q", "plain") + ", " + row("y", "waiting") + ", " + row("v", "former") + ", "
                    + row("f", "free"),
            "INSERT INTO blocks_agents VALUES " + link("a", "n", "note") + ", " + link("a", "s", "shared") + ", "
                    + link("a", "t", "half") + ", " + link("b", "m", "other") + ", " + link("b", "s", "shared") + ", "
                    + link("p", "t", "half") + ", " + link("p", "q", "plain") + ", " + link("z", "y", "waiting")
                    + ", " + link("u", "v", "former"),
            "INSERT INTO agents_tags VALUES ('{u}', 'mood')");

    static final List<String> AFTER_TAKING_OVER = List.of(untag("u"), tag("z"), tag("k"));

    static final String COPY =
            "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
                    + " SELECT '{%s}', label, value, description, \"limit\", read_only, metadata_, organization_id, %s"
                    + " FROM block WHERE id = '{n}'";

    private static final String AGENTS = "ARRAY['{a}', '{b}', '{p}', '{z}', '{k}', '{u}']";

    /** Queries that have nothing to say when all is well. */
    static final List<String> CHECKS = List.of(
            "SELECT concat_ws(' ', 'drift', d.state, d.agent_id, d.label, 'expected', d.expected, 'found', d.found)"
                    + " FROM unnest(" + AGENTS + ") AS a CROSS JOIN LATERAL git_memory.drift_of(a) AS d",
            "WITH ours AS MATERIALIZED (SELECT b.id, b.git_sha FROM block b WHERE b.id = ANY (ARRAY(SELECT unnest(ARRAY['{n}',"
                    + " '{n}-new', '{m}', '{s}', '{t}', '{q}', '{q}-new', '{y}', '{v}', '{f}', '{f}-new', '{x}'])"
                    + " UNION SELECT l.block_id FROM blocks_agents l WHERE l.agent_id = ANY (" + AGENTS + "))))"
                    + " SELECT concat_ws(' ', 'block', b.id, 'carries', b.git_sha, 'and owes', git_memory.owed_sha(b.id)) FROM ours b"
                    + " WHERE b.git_sha IS DISTINCT FROM git_memory.owed_sha(b.id)"
                    + " AND NOT EXISTS (SELECT FROM blocks_agents l JOIN git_memory.repo r ON r.agent_id = l.agent_id"
                    + " AND r.state = 'enabled' WHERE l.block_id = b.id)",
            "SELECT 'purged and tagged ' || t.agent_id FROM agents_tags t JOIN git_memory.tombstone p ON p.agent_id = t.agent_id"
                    + " WHERE t.tag = 'git-memory-enabled' AND t.agent_id = ANY (" + AGENTS + ")",
            "SELECT 'enabled without the tag ' || r.agent_id FROM git_memory.repo r WHERE r.state = 'enabled' AND r.agent_id = ANY ("
                    + AGENTS + ") AND NOT EXISTS (SELECT FROM agents_tags t WHERE t.agent_id = r.agent_id"
                    + " AND t.tag = 'git-memory-enabled')");
}
