package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.ExtraColumn;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps out what the indexes of the application's tables can't hold, before it is committed: PostgreSQL would refuse the row
 * when git has the write already.
 *
 * <p>An entry of a B-tree index holds the texts of its columns, together at most 2,704 bytes. PostgreSQL may compress them;
 * that is not relied on.
 */
final class IndexEntries {

    /** What the texts of an entry may have together, in bytes of UTF-8; the rest is for what PostgreSQL adds. */
    static final int MAX_BYTES = 2_600;

    /** As long as any id that is given to a new block. */
    private static final String NEW_ID = "block-" + new UUID(0, 0);

    private IndexEntries() {}

    /** @throws RuleViolation of the first field whose entries would be too long */
    static void requireNew(String organizationId, @Nullable String agentId, NewBlock created) {
        require(
                "label",
                agentId == null ? "" : agentId,
                NEW_ID,
                created.block().label().text());
        requireTags(NEW_ID, created.tags());
        requireExtras(organizationId, created.extras());
    }

    /**
     * As {@link #requireNew}, for the fields that are given.
     *
     * @param agents that have the block
     */
    static void requirePatched(BlockRow row, Collection<String> agents, BlockPatch patch) {
        if (patch.label().value() != null && !patch.label().value().text().equals(row.label())) {
            String label = patch.label().value().text();
            require("label", row.id(), label);
            agents.forEach(agent -> require("label", agent, row.id(), label));
        }
        if (patch.tags().value() != null) {
            requireTags(row.id(), patch.tags().value());
        }
        requireExtras(row.organizationId(), patch.extras());
    }

    /** As {@link #requireNew}, for a block that an agent gets. */
    static void requireLinked(Agent agent, BlockRow row) {
        require("label", agent.id(), row.id(), row.label());
    }

    /** As {@link #requireNew}, for a label that a block gets. */
    static void requireLabel(String agentId, String blockId, Label label) {
        require("label", agentId, blockId, label.text());
    }

    /** Whether a block's row can have this label. */
    static boolean fit(String blockId, String label) {
        return bytes(blockId, label) <= MAX_BYTES;
    }

    /** Whether a new block, and a new agent's link to it, can have this label. */
    static boolean fitNew(String label) {
        return bytes(NEW_ID, NEW_ID, label) <= MAX_BYTES; // an agent's id is as long
    }

    private static void requireTags(String blockId, List<String> tags) {
        tags.forEach(tag -> require("tags", blockId, tag));
    }

    private static void requireExtras(String organizationId, Map<ExtraColumn, @Nullable Object> extras) {
        extras.forEach((column, value) -> {
            if (value instanceof String text) {
                require(column.field(), organizationId, text);
            }
        });
    }

    private static void require(String field, String... texts) {
        int bytes = bytes(texts);
        if (bytes > MAX_BYTES) {
            throw new RuleViolation(
                    field,
                    "%s is too long for PostgreSQL's indexes: with the ids that stand beside it, it has %d bytes; at most %d are allowed"
                            .formatted(field, bytes, MAX_BYTES));
        }
    }

    private static int bytes(String... texts) {
        return Stream.of(texts)
                .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }
}
