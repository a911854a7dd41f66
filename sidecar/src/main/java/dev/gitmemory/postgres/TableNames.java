package dev.gitmemory.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What the application's tables are called.
 *
 * <p>Names are taken literally, upper and lower case differ, and need no quotes; the accessors return them as given.
 * {@link #sql} makes the form for a statement.
 *
 * @param schema the schema that holds them all
 * @param blocks memory blocks
 * @param blocksAgents which agent has which block, under which label
 * @param agentsTags tags of agents
 * @param blocksTags tags of blocks
 * @param agents agents
 * @param organizations who owns agents and blocks
 */
public record TableNames(
        String schema,
        String blocks,
        String blocksAgents,
        String agentsTags,
        String blocksTags,
        String agents,
        String organizations) {

    /** The names that existing applications use. */
    public static final TableNames DEFAULT =
            new TableNames("public", "block", "blocks_agents", "agents_tags", "blocks_tags", "agents", "organizations");

    /** PostgreSQL cuts longer identifiers off, and then two names may mean one table. */
    private static final int MAX_BYTES = 63;

    /**
     * Checks each name.
     *
     * @throws IllegalArgumentException if one is empty, longer than PostgreSQL keeps, or has a character that
     *     cannot stand in a migration: a quote, a backslash, a dollar sign or a control character
     */
    public TableNames {
        check("app-schema", schema);
        check("blocks-table", blocks);
        check("blocks-agents-table", blocksAgents);
        check("agents-tags-table", agentsTags);
        check("blocks-tags-table", blocksTags);
        check("agents-table", agents);
        check("organizations-table", organizations);
    }

    /** {@return a table's name with its schema, quoted} */
    public String sql(String table) {
        return '"' + schema + "\".\"" + table + '"';
    }

    /** {@return these names as Flyway placeholders} */
    public Map<String, String> placeholders() {
        return Map.of(
                "app_schema", schema,
                "blocks_table", blocks,
                "blocks_agents_table", blocksAgents,
                "agents_tags_table", agentsTags,
                "blocks_tags_table", blocksTags,
                "agents_table", agents,
                "organizations_table", organizations);
    }

    /** The inverse of {@link #placeholders}. */
    static TableNames ofPlaceholders(Map<String, String> names) {
        return new TableNames(
                name(names, "app_schema"),
                name(names, "blocks_table"),
                name(names, "blocks_agents_table"),
                name(names, "agents_tags_table"),
                name(names, "blocks_tags_table"),
                name(names, "agents_table"),
                name(names, "organizations_table"));
    }

    private static String name(Map<String, String> names, String placeholder) {
        String name = names.get(placeholder);
        if (name == null) {
            throw new IllegalArgumentException("no " + placeholder);
        }
        return name;
    }

    /** Says what keeps a name from being a table's or schema's; empty when nothing does. */
    public static Optional<String> problemWith(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("is longer than the " + MAX_BYTES + " bytes of a name");
        }
        if (name.chars().anyMatch(c -> "\"'\\$".indexOf(c) >= 0 || Character.isISOControl(c))) {
            return Optional.of("has a quote, a backslash, a dollar sign or a control character");
        }
        return Optional.empty();
    }

    private static void check(String setting, String name) {
        problemWith(name).ifPresent(problem -> {
            throw new IllegalArgumentException(setting + " " + problem);
        });
    }
}
