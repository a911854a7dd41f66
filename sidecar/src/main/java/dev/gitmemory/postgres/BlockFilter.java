package dev.gitmemory.postgres;

import java.util.List;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks a list has; what is null or empty does not matter. Parts of texts are found in any case.
 *
 * @param labelPart what the label holds
 * @param valuePart what the value holds
 * @param descriptionPart what the description holds
 * @param templateName the name of the template that the block was made from, or is
 * @param hiddenToo whether hidden blocks belong to it
 * @param tags tags of which a block has one, or all
 * @param allTags whether it has to have all of them
 * @param agents how many agents have the block
 * @param agentsOver more agents than these have it
 * @param agentsUnder fewer agents than these have it
 */
public record BlockFilter(
        @Nullable String label,
        @Nullable String labelPart,
        @Nullable String valuePart,
        @Nullable String descriptionPart,
        @Nullable String templateName,
        @Nullable String projectId,
        boolean templatesOnly,
        boolean hiddenToo,
        List<String> tags,
        boolean allTags,
        List<Integer> agents,
        @Nullable Integer agentsOver,
        @Nullable Integer agentsUnder) {

    private static final String TAGS = """
            (SELECT count(DISTINCT t.tag)
               FROM <blocks_tags> t
              WHERE t.block_id = b.id
                AND texteq(t.block_id COLLATE "C", b.id)
                AND t.tag = ANY (:tags)) \\>= %s
            """;

    private static final String AGENTS = """
            (SELECT count(*)
               FROM <blocks_agents> l
              WHERE l.block_id = b.id
                AND texteq(l.block_id COLLATE "C", b.id))
            """;

    /** Copies the lists. */
    public BlockFilter {
        tags = List.copyOf(tags);
        agents = List.copyOf(agents);
    }

    /** The condition on {@code b}, a row of the blocks table; only what was asked for is in it. */
    String condition(BlockColumns columns) {
        StringBuilder sql = new StringBuilder("true");
        add(sql, label, "b.label = :label AND texteq(b.label COLLATE \"C\", :label)");
        add(sql, labelPart, holds("label", ":label_part"));
        add(sql, valuePart, holds("value", ":value_part"));
        add(sql, descriptionPart, holds("description", ":description_part"));
        add(sql, templateName, column(columns, ExtraColumn.TEMPLATE_NAME, " = :template_name"));
        add(sql, projectId, column(columns, ExtraColumn.PROJECT_ID, " = :project"));
        if (templatesOnly) {
            add(sql, true, column(columns, ExtraColumn.IS_TEMPLATE, ""));
        }
        if (!hiddenToo && columns.has(ExtraColumn.HIDDEN)) {
            add(sql, true, "b.hidden IS NOT TRUE");
        }
        if (!tags.isEmpty()) {
            add(sql, true, TAGS.formatted(allTags ? ":all_tags" : "1"));
        }
        if (!agents.isEmpty()) {
            add(sql, true, AGENTS + " = ANY (:agents)");
        }
        add(sql, agentsOver, AGENTS + " \\> :agents_over");
        add(sql, agentsUnder, AGENTS + " \\< :agents_under");
        return sql.toString();
    }

    private static void add(StringBuilder sql, @Nullable Object asked, String condition) {
        if (asked != null) {
            sql.append("\n AND ").append(condition);
        }
    }

    /** Case is compared by the database's rules, whatever collation the application gave its column. */
    private static String holds(String column, String part) {
        return "position(lower(%s) IN lower(b.%s COLLATE \"default\")) \\> 0".formatted(part, column);
    }

    /** No block has anything in a column that the table lacks. */
    private static String column(BlockColumns columns, ExtraColumn column, String condition) {
        return columns.has(column) ? "b." + column.column() + condition : "false";
    }

    Query bind(Query query) {
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind("label", label)
                .bind("label_part", labelPart)
                .bind("value_part", valuePart)
                .bind("description_part", descriptionPart)
                .bind("template_name", templateName)
                .bind("project", projectId)
                .bindArray("tags", String.class, tags)
                .bind("all_tags", tags.stream().distinct().count())
                .bindArray("agents", Integer.class, agents)
                .bind("agents_over", agentsOver)
                .bind("agents_under", agentsUnder);
    }
}
