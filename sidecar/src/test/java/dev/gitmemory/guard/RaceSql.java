package dev.gitmemory.guard;

/** The statements of races, in the letters of {@link RaceAttempt}: what an application writes, and what a sidecar applies. */
final class RaceSql {
    private RaceSql() {}

    static String row(String block, String label) {
        return "('{%s}', 'system/%s', 'first', 'who', 1000, 'org')".formatted(block, label);
    }

    static String link(String agent, String block, String label) {
        return "('{%s}', '{%s}', 'system/%s')".formatted(agent, block, label);
    }

    static String insert(String agent, String block, String label) {
        return "INSERT INTO blocks_agents VALUES " + link(agent, block, label);
    }

    static String unlink(String agent, String block) {
        return "DELETE FROM blocks_agents WHERE agent_id = '{%s}' AND block_id = '{%s}'".formatted(agent, block);
    }

    static String move(String agent, String from, String to) {
        return "UPDATE blocks_agents SET block_id = '{%s}' WHERE agent_id = '{%s}' AND block_id = '{%s}'"
                .formatted(to, agent, from);
    }

    static String moveTo(String agent, String from, String to, String label) {
        return move(agent, from, to).replace(" WHERE", ", block_label = 'system/" + label + "' WHERE");
    }

    static String update(String block, String change) {
        return "UPDATE block SET " + change + " WHERE id = '{" + block + "}'";
    }

    static String tag(String agent) {
        return "INSERT INTO agents_tags VALUES ('{%s}', 'git-memory-enabled')".formatted(agent);
    }

    static String untag(String agent) {
        return "DELETE FROM agents_tags WHERE agent_id = '{%s}' AND tag = 'git-memory-enabled'".formatted(agent);
    }

    static String sha(int commit) {
        return "'" + String.valueOf(commit).repeat(40) + "'";
    }

    static String says(String agent, String label, int commit) {
        return "INSERT INTO git_memory.file (agent_id, label, commit_sha, digest) VALUES ('{%s}', 'system/%s', %s,"
                        .formatted(agent, label, sha(commit))
                + " git_memory.digest('from git " + commit + "', 'who', 1000, false, NULL))"
                + " ON CONFLICT (agent_id, label) DO UPDATE SET commit_sha = excluded.commit_sha, digest = excluded.digest";
    }

    static String forgets(String agent, String label) {
        return "DELETE FROM git_memory.file WHERE agent_id = '{%s}' AND label = 'system/%s'".formatted(agent, label);
    }

    /** The block that an agent has under a label. */
    static String blockOf(String agent, String label) {
        return "(SELECT block_id FROM blocks_agents WHERE agent_id = '{%s}' AND block_label = 'system/%s')"
                .formatted(agent, label);
    }

    static String content(String block, int commit) {
        return "UPDATE block SET value = 'from git %d', description = 'who', \"limit\" = 1000, read_only = false, metadata_ = NULL, git_sha = %s WHERE id = %s"
                .formatted(commit, sha(commit), block);
    }
}
