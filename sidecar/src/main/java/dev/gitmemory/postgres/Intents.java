package dev.gitmemory.postgres;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * What a write means for rows beyond what its commit can say: git knows a block by its label alone, so the commit that
 * creates, attaches, renames or detaches one carries a request number, and this table tells which row that request is
 * about. It is written before the commit and taken away by the transaction that applies the commit; the number can't
 * be guessed, so nobody can point a pushed commit at somebody else's row.
 */
public final class Intents {

    /** What to do with the row. */
    public enum Kind {
        /** The new label is this row: store it under this id, or link the row that has it. */
        LINK,
        /** The label that disappears is no longer linked, but its row stays. */
        DETACH
    }

    /** One request's meaning for one label of one agent. */
    public record Intent(UUID requestId, String agentId, String label, String blockId, Kind kind) {}

    private final Handle handle;

    Intents(Handle handle) {
        this.handle = handle;
    }

    public void add(Intent intent) {
        handle.createUpdate("""
                        INSERT INTO git_memory.intent (request_id, agent_id, label, block_id, kind)
                        VALUES (:request, :agent, :label, :block, :kind)
                            ON CONFLICT DO NOTHING
                        """)
                .bind("request", intent.requestId())
                .bind("agent", intent.agentId())
                .bind("label", intent.label())
                .bind("block", intent.blockId())
                .bind("kind", intent.kind().name())
                .execute();
    }

    /** The intents of these requests of an agent. */
    public List<Intent> of(String agentId, Collection<UUID> requestIds) {
        return handle.createQuery("""
                        SELECT request_id, agent_id, label, block_id, kind
                          FROM git_memory.intent
                         WHERE agent_id = :agent
                           AND request_id = ANY (:requests)
                        """)
                .bind("agent", agentId)
                .bindArray("requests", UUID.class, requestIds)
                .map(ConstructorMapper.of(Intent.class))
                .list();
    }

    /** Forgets what writers left that died before they committed: a day later nothing can be under way any more. */
    public void forgetAbandoned() {
        handle.execute("""
                DELETE FROM git_memory.intent i
                 WHERE i.created_at \\< now() - interval '1 day'
                   AND NOT EXISTS (SELECT
                                     FROM git_memory.repo r
                                    WHERE r.agent_id = i.agent_id
                                      AND r.in_flight_at IS NOT NULL)
                """);
    }

    /** Forgets requests that were applied or never reached git. */
    public void remove(Collection<UUID> requestIds) {
        handle.createUpdate("DELETE FROM git_memory.intent WHERE request_id = ANY (:requests)")
                .bindArray("requests", UUID.class, requestIds)
                .execute();
    }
}
