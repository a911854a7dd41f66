package dev.gitmemory.postgres;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** What operators have to look at: blocks that git can't have, and what rows held that git did not. */
public final class Reports {

    /** What {@code git_sha} says of a row that nobody has taken over. */
    public static final String PENDING = "pending";

    private final Handle handle;

    Reports(Handle handle) {
        this.handle = handle;
    }

    /** A block that was left out when its agent was taken over; its row is frozen. */
    public record LeftOut(String blockId, String label, String reason) {}

    /** What an agent's blocks were that were left out, by label. */
    public List<LeftOut> leftOut(String agentId) {
        return handle.createQuery("""
                        SELECT block_id, label, reason
                          FROM git_memory.left_out_block
                         WHERE agent_id = :agent
                         ORDER BY label COLLATE "C", block_id COLLATE "C"
                        """)
                .bind("agent", agentId)
                .map(ConstructorMapper.of(LeftOut.class))
                .list();
    }

    /**
     * Why a block was left out.
     *
     * @param exceptAgentId an agent that does not count; "" for none
     * @return empty if it was not
     */
    public Optional<String> whyLeftOut(String blockId, String exceptAgentId) {
        return handle.createQuery("""
                        SELECT reason
                          FROM git_memory.left_out_block
                         WHERE block_id = :block
                           AND agent_id \\<> :except
                         ORDER BY agent_id COLLATE "C"
                         LIMIT 1
                        """)
                .bind("block", blockId)
                .bind("except", exceptAgentId)
                .mapTo(String.class)
                .findOne();
    }

    /** Makes these the agent's blocks that were left out. */
    public void setLeftOut(String agentId, Collection<LeftOut> blocks) {
        handle.createUpdate("DELETE FROM git_memory.left_out_block WHERE agent_id = :agent")
                .bind("agent", agentId)
                .execute();
        if (blocks.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                INSERT INTO git_memory.left_out_block (agent_id, block_id, label, reason)
                VALUES (:agent, :block, :label, :reason)
                """);
        for (LeftOut block : blocks) {
            batch.bind("agent", agentId)
                    .bind("block", block.blockId())
                    .bind("label", block.label())
                    .bind("reason", block.reason())
                    .add();
        }
        batch.execute();
    }

    /** The block is git's now. */
    public void removeLeftOut(String agentId, String blockId) {
        handle.createUpdate("DELETE FROM git_memory.left_out_block WHERE agent_id = :agent AND block_id = :block")
                .bind("agent", agentId)
                .bind("block", blockId)
                .execute();
    }

    /**
     * Keeps what a row holds, before it is overwritten or removed, unless it is what the ledger or git says.
     *
     * @param ledgerDigest what the ledger said of it before; null if nothing
     * @param gitDigest what git says of it; null if nothing
     * @param replacedBy the commit that is to take its place; null where the row is removed
     * @return the number of the report, if there is one
     */
    public Optional<Long> keep(
            String agentId,
            String blockId,
            @Nullable String ledgerDigest,
            @Nullable String gitDigest,
            @Nullable String replacedBy) {
        return handle.createQuery("""
                        INSERT INTO git_memory.overwritten_block
                               (agent_id, block_id, label, value, description, "limit", read_only, metadata, git_sha,
                                replaced_by)
                        SELECT :agent, b.id, b.label, b.value, b.description, b."limit", b.read_only, b.metadata_::json,
                               b.git_sha, :replaced_by
                          FROM <block> b
                         WHERE b.id = :block AND texteq(b.id COLLATE "C", :block)
                           AND git_memory.digest_seen(b.value, b.description, b."limit", b.read_only, b.metadata_::json)
                               IS DISTINCT FROM CAST(:ledger AS text)
                           AND git_memory.digest_seen(b.value, b.description, b."limit", b.read_only, b.metadata_::json)
                               IS DISTINCT FROM CAST(:git AS text)
                        RETURNING id
                        """)
                .bind("agent", agentId)
                .bind("block", blockId)
                .bind("ledger", ledgerDigest)
                .bind("git", gitDigest)
                .bind("replaced_by", replacedBy)
                .mapTo(Long.class)
                .findOne();
    }
}
