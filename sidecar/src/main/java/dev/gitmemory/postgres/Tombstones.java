package dev.gitmemory.postgres;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/** What is left of agents whose memory was purged. */
public final class Tombstones {

    private static final String TOMBSTONE = """
            SELECT agent_id, organization_id, role_name, asked_at, purged_at, removed
              FROM git_memory.tombstone
            """;

    private final Handle handle;

    Tombstones(Handle handle) {
        this.handle = handle;
    }

    /**
     * An agent's.
     *
     * @param organizationId names the repository together with the agent's id
     * @param roleName who asked for it
     * @param purgedAt null while it is under way
     * @param removed objects that were removed from the object storage
     */
    public record Tombstone(
            String agentId,
            String organizationId,
            String roleName,
            Instant askedAt,
            @Nullable Instant purgedAt,
            long removed) {}

    public Optional<Tombstone> find(String agentId) {
        return handle.createQuery(TOMBSTONE + "WHERE agent_id = :agent")
                .bind("agent", agentId)
                .map(ConstructorMapper.of(Tombstone.class))
                .findOne();
    }

    /** Sets one up unless there is one; from the end of the transaction on nobody takes the agent over. */
    public Tombstone place(String agentId, String organizationId, String roleName) {
        handle.createUpdate("""
                        INSERT INTO git_memory.tombstone (agent_id, organization_id, role_name)
                        VALUES (:agent, :organization, :role)
                            ON CONFLICT (agent_id) DO NOTHING
                        """)
                .bind("agent", agentId)
                .bind("organization", organizationId)
                .bind("role", roleName)
                .execute();
        return Objects.requireNonNull(find(agentId).orElse(null));
    }

    /**
     * Removes all else that git-memory's tables hold of the agent: finished requests and their results, but for those to
     * purge it, whose callers may not have read them yet, and what requests about all agents have told of it.
     */
    public void forgetAgent(String agentId) {
        for (String sql : List.of(
                "DELETE FROM git_memory.repo WHERE agent_id = :agent", // and what hangs on it
                "DELETE FROM git_memory.intent WHERE agent_id = :agent",
                "DELETE FROM git_memory.request WHERE agent_id = :agent AND finished_at IS NOT NULL AND kind \\<\\> 'purge_agent'")) {
            handle.createUpdate(sql).bind("agent", agentId).execute();
        }
        handle.createUpdate("""
                        UPDATE git_memory.request
                           SET result = jsonb_set(result, '{notices}', (
                                   SELECT coalesce(jsonb_agg(told.notice ORDER BY told.ordinality), '[]')
                                     FROM jsonb_array_elements_text(result -> 'notices')
                                          WITH ORDINALITY AS told (notice, ordinality)
                                    WHERE NOT starts_with(told.notice, :told)))
                         WHERE agent_id IS NULL
                           AND EXISTS (SELECT
                                         FROM jsonb_array_elements_text(result -> 'notices') AS told (notice)
                                        WHERE starts_with(told.notice, :told))
                        """).bind("told", agentId + ": ").execute();
    }

    /**
     * What requests about all agents may tell: lines that begin with an agent's id and a colon, without those of agents
     * that were purged.
     */
    public List<String> withoutPurged(List<String> notices) {
        return handle.createQuery("""
                        SELECT told.notice
                          FROM unnest(:notices) WITH ORDINALITY AS told (notice, ordinality)
                         WHERE NOT EXISTS (SELECT
                                             FROM git_memory.tombstone
                                            WHERE starts_with(told.notice, agent_id || ': '))
                         ORDER BY told.ordinality
                        """)
                .bindArray("notices", String.class, notices)
                .mapTo(String.class)
                .list();
    }

    /** The object storage was looked through now. */
    public void swept(String agentId, long removed) {
        handle.createUpdate("""
                        UPDATE git_memory.tombstone
                           SET purged_at = coalesce(purged_at, now()),
                               swept_at = now(),
                               removed = removed + :removed
                         WHERE agent_id = :agent
                        """).bind("agent", agentId).bind("removed", removed).execute();
    }

    /**
     * Those whose purge was cut short, by id; and those whose repository has to be looked through once more, for a
     * writer that was behind may have left something: every ten minutes, until more than an hour has passed.
     */
    public List<Tombstone> due() {
        return handle.createQuery(TOMBSTONE + """
                         WHERE purged_at IS NULL
                            OR (swept_at \\< purged_at + interval '65 min'
                                AND swept_at \\< now() - interval '10 min')
                         ORDER BY agent_id COLLATE "C"
                        """)
                .map(ConstructorMapper.of(Tombstone.class))
                .list();
    }
}
