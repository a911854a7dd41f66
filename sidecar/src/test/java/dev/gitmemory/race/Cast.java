package dev.gitmemory.race;

import static java.util.Map.entry;

import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.GitMemory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The agents and blocks of one race, in an organisation of their own. Statements call them by letters in braces; only those
 * that are called are made.
 *
 * <ul>
 *   <li>a, enabled, has n (system/note) and s (system/shared)
 *   <li>b, enabled, has m (system/other)
 *   <li>p, without the tag, has q (system/plain) and shares s
 *   <li>z, with the tag, not taken over, has y (system/waiting); without a call for y it has no block
 *   <li>u, once enabled and disabled since, has v (system/former)
 *   <li>f (system/free) belongs to no agent; c neither: it is a copy of n with its commit, where that can be
 *   <li>x and w are ids that are free
 * </ul>
 */
final class Cast {

    /** What everybody else's presence follows from, by letter. */
    private static final Map<String, Set<String>> AGENTS = Map.ofEntries(
            entry("a", Set.of("a")),
            entry("n", Set.of("a")),
            entry("c", Set.of("a")),
            entry("s", Set.of("a", "p")),
            entry("b", Set.of("b")),
            entry("m", Set.of("b")),
            entry("p", Set.of("p")),
            entry("q", Set.of("p")),
            entry("z", Set.of("z")),
            entry("y", Set.of("z")),
            entry("u", Set.of("u")),
            entry("v", Set.of("u")),
            entry("f", Set.of("f")),
            entry("o", Set.of()),
            entry("x", Set.of()),
            entry("w", Set.of()));

    private static final Pattern NAME = Pattern.compile("\\{([a-z])}");
    private static final String COPY =
            "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
                    + " SELECT '{c}', label, value, description, \"limit\", read_only, metadata_, organization_id, %s"
                    + " FROM block WHERE id = '{n}'";

    private final long number;

    private Cast(long number) {
        this.number = number;
    }

    /** The letters in texts. */
    static Set<String> names(Iterable<String> texts) {
        Set<String> names = new TreeSet<>();
        for (String text : texts) {
            Matcher name = NAME.matcher(text);
            while (name.find()) {
                names.add(name.group(1));
            }
        }
        return names;
    }

    /** The agents, and the block of nobody's, that letters have to do with. */
    static Set<String> agents(Set<String> names) {
        return names.stream().flatMap(name -> of(name).stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> of(String name) {
        return AGENTS.getOrDefault(name, Set.of());
    }

    /**
     * Makes them.
     *
     * @param number of the race, which no other has
     * @param app in no transaction
     */
    static Cast make(long number, Set<String> names, Connection app, GitMemory memory) throws SQLException {
        Cast cast = new Cast(number);
        Set<String> agents = agents(names);
        List<String> sql = new ArrayList<>();
        sql.add("INSERT INTO organizations (id, name) VALUES ('{o}', 'race')");
        for (String agent : agents) {
            switch (agent) {
                case "a" -> {
                    agent(sql, "a");
                    block(sql, "n", "system/note", "a");
                }
                case "b" -> {
                    agent(sql, "b");
                    block(sql, "m", "system/other", "b");
                }
                case "p" -> {
                    agent(sql, "p");
                    block(sql, "q", "system/plain", "p");
                }
                case "z" -> {
                    agent(sql, "z");
                    if (names.contains("y")) {
                        block(sql, "y", "system/waiting", "z");
                    }
                    sql.add("INSERT INTO agents_tags VALUES ('{z}', 'git-memory-enabled')");
                }
                case "u" -> {
                    agent(sql, "u");
                    block(sql, "v", "system/former", "u");
                }
                default -> block(sql, "f", "system/free", "");
            }
        }
        if (names.contains("s")) {
            block(sql, "s", "system/shared", "a");
            sql.add("INSERT INTO blocks_agents VALUES ('{p}', '{s}', 'system/shared')");
        }
        cast.run(app, String.join("; ", sql));
        for (String enabled : List.of("a", "b", "u")) {
            if (agents.contains(enabled)) {
                memory.enable(cast.id(enabled), Caller.system());
            }
        }
        if (agents.contains("u")) {
            cast.run(app, "DELETE FROM agents_tags WHERE agent_id = '{u}'");
        }
        if (names.contains("c")) {
            cast.copy(app);
        }
        return cast;
    }

    private static void agent(List<String> sql, String name) {
        sql.add("INSERT INTO agents (id, name, organization_id) VALUES ('{%s}', 'race', '{o}')".formatted(name));
    }

    private static void block(List<String> sql, String name, String label, String agent) {
        sql.add("INSERT INTO block (id, label, value, description, \"limit\", metadata_, organization_id) VALUES ('{"
                + name + "}', '" + label + "', 'first', 'what for', 5000, '{\"k\": 1}', '{o}')");
        if (!agent.isEmpty()) {
            sql.add("INSERT INTO blocks_agents VALUES ('{%s}', '{%s}', '%s')".formatted(agent, name, label));
        }
    }

    private void copy(Connection app) throws SQLException {
        try {
            run(app, COPY.formatted("git_sha"));
        } catch (SQLException e) {
            if (!String.valueOf(e.getSQLState()).startsWith("MG")) {
                throw e;
            }
            run(app, COPY.formatted("NULL")); // nobody may have a commit without an agent
        }
    }

    private void run(Connection app, String sql) throws SQLException {
        try (Statement statement = app.createStatement()) {
            statement.execute(sql(sql));
        }
    }

    /** The id that a letter stands for. */
    String id(String name) {
        return name + number;
    }

    /** The text with ids for letters. */
    String sql(String text) {
        return NAME.matcher(text).replaceAll(name -> id(name.group(1)));
    }

    RepoId repository(String agent) {
        return new RepoId(id("o"), id(agent));
    }
}
