package dev.gitmemory.race;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks at what a race has left behind: rows, ledger, git. Used by one thread. */
final class Check {

    private static final String ROWS = """
            SELECT b.id,
                   b.git_sha,
                   git_memory.owed_sha(b.id) AS owed,
                   EXISTS (SELECT FROM blocks_agents l WHERE l.block_id = b.id) AS linked,
                   EXISTS (SELECT
                             FROM blocks_agents l
                             JOIN git_memory.repo r ON r.agent_id = l.agent_id AND r.state = 'enabled'
                            WHERE l.block_id = b.id) AS enabled
              FROM block b
             WHERE b.organization_id = ?
            """;
    private static final String AGENTS = """
            SELECT a.id,
                   coalesce(r.state, 'none') AS state,
                   EXISTS (SELECT
                             FROM agents_tags t
                            WHERE t.agent_id = a.id
                              AND t.tag = 'git-memory-enabled') AS tagged,
                   EXISTS (SELECT FROM git_memory.tombstone p WHERE p.agent_id = a.id) AS purged
              FROM agents a
              LEFT JOIN git_memory.repo r ON r.agent_id = a.id
             WHERE a.organization_id = ?
            """;
    private static final String BLOCKS = """
            SELECT l.block_label, b.value, b.description, b."limit", b.read_only, r.applied_sha
              FROM git_memory.repo r
              LEFT JOIN blocks_agents l ON l.agent_id = r.agent_id
              LEFT JOIN block b ON b.id = l.block_id
             WHERE r.agent_id = ?
            """;
    private static final String DRIFT = """
            SELECT concat_ws(' ', d.state, d.agent_id, d.label, d.block_id, 'expected', d.expected, 'found', d.found)
              FROM agents a
             CROSS JOIN LATERAL git_memory.drift_of(a.id) AS d
             WHERE a.organization_id = ?
            """;

    private final Connection admin;
    private final GitMemory memory;
    private final MemoryRepositories repositories;

    /** @param admin of a superuser, in no transaction */
    Check(Connection admin, GitMemory memory, MemoryRepositories repositories) {
        this.admin = admin;
        this.memory = memory;
        this.repositories = repositories;
    }

    /** Rows that carry a commit without an enabled agent, with it: what was so before is nobody's fault. */
    Set<String> marks(Cast cast) throws SQLException {
        List<Violation> found = new ArrayList<>();
        Set<String> marks = new HashSet<>();
        rows(cast, Set.of(), marks, true, found);
        return marks;
    }

    /**
     * What may not be.
     *
     * @param level of the transactions: a tag in an old snapshot may miss a link, whose row stays unmarked until the agent is
     *     taken over
     * @param marksBefore of {@link #marks}
     */
    List<Violation> violations(
            Cast cast, Level level, Set<String> marksBefore, Operation operation, OperationPlayer player)
            throws SQLException {
        List<Violation> found = new ArrayList<>();
        for (String drift : drift(cast)) {
            found.add(new Violation("rows are not what the ledger says", drift));
        }
        Set<String> strays = rows(cast, marksBefore, new HashSet<>(), level == Level.READ_COMMITTED, found);
        if (is("SELECT EXISTS (SELECT FROM agents WHERE id = ?)", cast.id(operation.agent()))) {
            // Whoever deletes an agent leaves its blocks, as ever.
            strays.forEach(id -> found.add(new Violation("a row was made that belongs to nobody", "block " + id)));
        }
        for (String agent : enabled(cast, found)) {
            if (!player.isAcknowledged()) {
                follow(agent, found);
            }
            boolean isIts = agent.equals(cast.id(operation.agent()));
            Map<String, String> files = compare(new RepoId(cast.id("o"), agent), found);
            if (player.isAcknowledged() && isIts && !isDone(operation, cast, files)) {
                found.add(new Violation("git does not have what was acknowledged", files.toString()));
            }
        }
        return found;
    }

    /** A block is removed by its id: where the label has moved to another row before, it is none of the agent's. */
    private boolean isDone(Operation operation, Cast cast, Map<String, String> files) throws SQLException {
        return operation.isIn(files)
                || (operation.removes()
                        && !is(
                                "SELECT EXISTS (SELECT FROM blocks_agents WHERE agent_id = ? AND block_id = ?)",
                                cast.id(operation.agent()),
                                cast.id("n")));
    }

    private boolean is(String sql, String... parameters) throws SQLException {
        try (PreparedStatement query = admin.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setString(i + 1, parameters[i]);
            }
            ResultSet answer = query.executeQuery();
            return answer.next() && answer.getBoolean(1);
        }
    }

    private List<String> drift(Cast cast) throws SQLException {
        List<String> drift = new ArrayList<>();
        try (PreparedStatement query = query(DRIFT, cast);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                drift.add(rows.getString(1));
            }
        }
        return drift;
    }

    /** Returns the rows that somebody has made and that belong to nobody. */
    private Set<String> rows(
            Cast cast, Set<String> marksBefore, Set<String> marks, boolean areAllMarked, List<Violation> found)
            throws SQLException {
        Set<String> ids = new HashSet<>();
        Set<String> unlinked = new HashSet<>();
        try (PreparedStatement query = query(ROWS, cast);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                String id = rows.getString("id");
                String sha = rows.getString("git_sha");
                String owed = rows.getString("owed");
                ids.add(id);
                if (!rows.getBoolean("linked")) {
                    unlinked.add(id);
                }
                if (!rows.getBoolean("enabled") && !same(sha, owed)) {
                    marks.add(id + " " + sha);
                    if (!marksBefore.contains(id + " " + sha) && (areAllMarked || sha != null)) {
                        String kind = owed == null
                                ? "a row without an enabled agent carries a commit"
                                : "a row of a waiting agent is not marked";
                        found.add(new Violation(kind, "block " + id + " carries " + sha + ", and owes " + owed));
                    }
                }
            }
        }
        unlinked.removeIf(id -> !id.startsWith("block-") && !ids.contains(id + "-new"));
        return unlinked;
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }

    private List<String> enabled(Cast cast, List<Violation> found) throws SQLException {
        List<String> enabled = new ArrayList<>();
        try (PreparedStatement query = query(AGENTS, cast);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                String agent = rows.getString("id");
                boolean tagged = rows.getBoolean("tagged");
                boolean isEnabled = rows.getString("state").equals("enabled");
                if (tagged && rows.getBoolean("purged")) {
                    found.add(new Violation("an agent that was purged has the tag", agent));
                }
                if (isEnabled && !tagged) {
                    found.add(new Violation("the ledger was not told that the tag is gone", agent));
                }
                if (isEnabled && tagged) {
                    enabled.add(agent);
                }
            }
        }
        return enabled;
    }

    /** What was not acknowledged may be in git only; PostgreSQL has to be able to follow, and to equal git before that else. */
    private void follow(String agent, List<Violation> found) {
        try {
            for (Difference difference : memory.sync(agent)) {
                found.add(new Violation("rows are not what git says", agent + ", " + difference));
            }
        } catch (RuntimeException e) {
            found.add(new Violation("PostgreSQL can't follow git", agent + ": " + e.getMessage()));
        }
    }

    /** The files of git's head. */
    private Map<String, String> compare(RepoId id, List<Violation> found) throws SQLException {
        try {
            Head head = repositories.open(id).refresh();
            Map<String, String> files =
                    head == null ? Map.of() : repositories.open(id).files(head.sha());
            Map<String, String> git = new TreeMap<>();
            files.forEach((path, text) -> Label.ofPath(path)
                    .ifPresent(label -> git.put(label.text(), text(BlockMarkdown.parse(label, text)))));
            Map<String, String> rows = new TreeMap<>();
            String applied = rows(id.agentId(), rows);
            if (!git.equals(rows)
                    || !String.valueOf(head == null ? null : head.sha()).equals(applied)) {
                found.add(new Violation(
                        "rows are not what git says",
                        "%s at %s, applied %s: git says %s, rows say %s"
                                .formatted(id.agentId(), head, applied, git, rows)));
            }
            return files;
        } catch (IOException e) {
            found.add(new Violation("git can't be read", String.valueOf(e.getMessage())));
            return Map.of();
        }
    }

    private String rows(String agent, Map<String, String> blocks) throws SQLException {
        String applied = "";
        try (PreparedStatement query = admin.prepareStatement(BLOCKS)) {
            query.setString(1, agent);
            ResultSet rows = query.executeQuery();
            while (rows.next()) {
                applied = rows.getString("applied_sha");
                if (rows.getString("block_label") != null) {
                    blocks.put(
                            rows.getString("block_label"),
                            text(
                                    rows.getString("value"),
                                    rows.getString("description"),
                                    rows.getInt("limit"),
                                    rows.getBoolean("read_only")));
                }
            }
        }
        return applied;
    }

    private static String text(Block block) {
        return text(block.value(), block.description(), block.limit(), block.readOnly());
    }

    private static String text(@Nullable String value, @Nullable String description, int limit, boolean isReadOnly) {
        return "%s (%s, %d, %s)".formatted(value, description, limit, isReadOnly);
    }

    private PreparedStatement query(String sql, Cast cast) throws SQLException {
        PreparedStatement query = admin.prepareStatement(sql);
        query.setString(1, cast.id("o"));
        return query;
    }
}
