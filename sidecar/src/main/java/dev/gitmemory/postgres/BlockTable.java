package dev.gitmemory.postgres;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Reads rows of the application's blocks table. */
public final class BlockTable {

    /**
     * What git can have of a row, and what the row says of git. Casts, here and below: a statement that was prepared before the
     * application gave a column another type must not return another type then.
     */
    private static final String CONTENTS = """
            SELECT b.id::text AS id,
                   b.organization_id::text AS organization_id,
                   b.label::text AS label,
                   b.value::text AS value,
                   b.description::text AS description,
                   b."limit"::bigint AS "limit",
                   b.read_only,
                   b.metadata_::text AS metadata_,
                   nullif(b.git_sha, 'pending') AS git_sha
            """;

    private static final String ROW = CONTENTS + """
                   , ARRAY(SELECT t.tag::text FROM <blocks_tags> t WHERE t.block_id = b.id
                      AND texteq(t.block_id COLLATE "C", b.id) ORDER BY t.tag) AS tags
                   <extras>
              FROM <block> b
            """;

    private final Handle handle;
    private final BlockColumns columns;

    BlockTable(Handle handle, BlockColumns columns) {
        this.handle = handle;
        this.columns = columns;
    }

    public Optional<BlockRow> find(String blockId) {
        return select("WHERE b.id = :id AND texteq(b.id COLLATE \"C\", :id)")
                .bind("id", blockId)
                .map(this::row)
                .findOne();
    }

    public boolean isThere(String blockId) {
        return handle.createQuery(
                        "SELECT EXISTS (SELECT FROM <block> WHERE id = :id AND texteq(id COLLATE \"C\", :id))")
                .bind("id", blockId)
                .mapTo(Boolean.class)
                .one();
    }

    /** The row, locked until the end of the transaction. */
    public Optional<BlockRow> lock(String blockId) {
        return select("WHERE b.id = :id AND texteq(b.id COLLATE \"C\", :id) FOR UPDATE OF b")
                .bind("id", blockId)
                .map(this::row)
                .findOne();
    }

    /** The block that the agent is linked to under this label. */
    public Optional<BlockRow> ofAgent(String agentId, String label) {
        return select("JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE \"C\", b.id) "
                        + "WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE \"C\", :agent) "
                        + "AND l.block_label = :label AND texteq(l.block_label COLLATE \"C\", :label)")
                .bind("agent", agentId)
                .bind("label", label)
                .map(this::row)
                .findOne();
    }

    /** All blocks that the agent is linked to, by label. */
    public List<BlockRow> ofAgent(String agentId) {
        return select("""
                        JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE "C", b.id)
                        WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                        ORDER BY l.block_label COLLATE "C"
                        """).bind("agent", agentId).map(this::row).list();
    }

    /**
     * Locks the rows and links of all blocks that the agent is linked to. Writes in flight are waited for; under READ
     * COMMITTED the next statement sees their outcome.
     */
    public void lockRows(String agentId) {
        handle.createQuery("""
                        SELECT b.id::text
                          FROM <block> b
                          JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE "C", b.id)
                         WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                         ORDER BY b.id COLLATE "C"
                           FOR UPDATE OF b, l
                        """).bind("agent", agentId).mapTo(String.class).list();
    }

    /** How large the blocks are that the agent is linked to, by label. */
    public List<BlockSize> sizesOfAgent(String agentId) {
        return handle.createQuery("""
                        SELECT b.id::text AS id,
                               b.label::text AS label,
                               nullif(b.git_sha, 'pending') AS git_sha,
                               octet_length(b.value)::bigint AS value_bytes,
                               coalesce(octet_length(b.description), 0)::bigint AS description_bytes,
                               coalesce(octet_length(b.metadata_::text), 0)::bigint AS metadata_bytes
                          FROM <block> b
                          JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE "C", b.id)
                         WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                         ORDER BY l.block_label COLLATE "C"
                        """)
                .bind("agent", agentId)
                .map((r, context) -> new BlockSize(
                        r.getString("id"),
                        r.getString("label"),
                        r.getString("git_sha"),
                        r.getLong("value_bytes"),
                        r.getLong("description_bytes"),
                        r.getLong("metadata_bytes")))
                .list();
    }

    /**
     * What git can have of the blocks that the agent is linked to, by label: without tags, and without the columns that
     * PostgreSQL alone keeps.
     *
     * @param without ids of blocks that are not to be read
     */
    public List<BlockRow> contentsOfAgent(String agentId, List<String> without) {
        return handle.createQuery(CONTENTS + """
                          FROM <block> b
                          JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE "C", b.id)
                         WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                           AND b.id \\<\\> ALL (:without)
                         ORDER BY l.block_label COLLATE "C"
                        """)
                .bind("agent", agentId)
                .bindArray("without", String.class, without)
                .map((r, context) -> row(r, List.of(), Map.of()))
                .list();
    }

    /** The blocks that the filter lets through, in the order in which they were created. */
    public List<BlockRow> list(BlockFilter filter, Page page) {
        String sql =
                "WHERE " + filter.condition(columns) + """

                          AND (CAST(:after AS text) IS NULL
                               OR (b.created_at, b.id)
                                  \\%1$s (SELECT c.created_at, c.id FROM <block> c WHERE c.id = :after))
                          AND (CAST(:before AS text) IS NULL
                               OR (b.created_at, b.id)
                                  \\%2$s (SELECT c.created_at, c.id FROM <block> c WHERE c.id = :before))
                        ORDER BY b.created_at %3$s, b.id %3$s
                        LIMIT :limit
                        """.formatted(page.behind(), page.ahead(), page.direction());
        return page.inOrder(paged(filter.bind(select(sql)), page));
    }

    /** How many blocks the filter lets through. */
    public long count(BlockFilter filter) {
        return filter.bind(handle.createQuery("SELECT count(*) FROM <block> b WHERE " + filter.condition(columns)))
                .mapTo(Long.class)
                .one();
    }

    /** The blocks that the agent is linked to, by label. */
    public List<BlockRow> ofAgent(String agentId, Page page) {
        String sql = """
                        JOIN <blocks_agents> l ON l.block_id = b.id AND texteq(l.block_id COLLATE "C", b.id)
                        WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                          AND (CAST(:after AS text) IS NULL
                               OR (l.block_label COLLATE "C", b.id COLLATE "C")
                                  \\%1$s (SELECT m.block_label COLLATE "C", m.block_id COLLATE "C" FROM <blocks_agents> m
                                        WHERE m.agent_id = :agent AND m.block_id = :after))
                          AND (CAST(:before AS text) IS NULL
                               OR (l.block_label COLLATE "C", b.id COLLATE "C")
                                  \\%2$s (SELECT m.block_label COLLATE "C", m.block_id COLLATE "C" FROM <blocks_agents> m
                                        WHERE m.agent_id = :agent AND m.block_id = :before))
                        ORDER BY l.block_label COLLATE "C" %3$s, b.id COLLATE "C" %3$s
                        LIMIT :limit
                        """.formatted(page.behind(), page.ahead(), page.direction());
        return page.inOrder(paged(select(sql).bind("agent", agentId), page));
    }

    private List<BlockRow> paged(Query query, Page page) {
        return query.bind("after", page.after())
                .bind("before", page.before())
                .bind("limit", page.limit())
                .map(this::row)
                .list();
    }

    private Query select(String rest) {
        return handle.createQuery(ROW + rest).define("extras", columns.selection());
    }

    private BlockRow row(ResultSet r, StatementContext context) throws SQLException {
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        for (ExtraColumn column : columns.extras()) {
            others.put(column.field(), r.getObject(column.column()));
        }
        return row(r, strings(r.getArray("tags")), others);
    }

    private static BlockRow row(ResultSet r, List<String> tags, Map<String, @Nullable Object> others)
            throws SQLException {
        return new BlockRow(
                r.getString("id"),
                r.getString("organization_id"),
                r.getString("label"),
                r.getString("value"),
                r.getString("description"),
                r.getLong("limit"),
                r.getBoolean("read_only"),
                r.getString("metadata_"),
                r.getString("git_sha"),
                tags,
                others);
    }

    private static List<String> strings(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
