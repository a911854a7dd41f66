package dev.gitmemory.postgres;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The part of the ledger that knows the agents' commits. */
public final class Commits {

    private final Handle handle;

    Commits(Handle handle) {
        this.handle = handle;
    }

    /**
     * A commit, for queries in SQL.
     *
     * @param requestId the request that its message in git names; null for none
     */
    public record Commit(
            String sha,
            @Nullable String parentSha,
            long seq,
            String authorType,
            String authorId,
            String authorName,
            String message,
            Instant committedAt,
            List<String> labels,
            @Nullable UUID requestId) {}

    /**
     * What the ledger knows of a request in an agent's history.
     *
     * @param isEnabled whether the agent is git's
     * @param appliedSeq the log entry up to which it knows, 0 for none
     * @param appliedSha the commit of that; null for none
     * @param commitSha the request's commit; null where the history up to there has none
     */
    public record Trace(
            boolean isEnabled,
            long appliedSeq,
            @Nullable String appliedSha,
            @Nullable String commitSha) {}

    /** Looks for a request in an agent's history as far as PostgreSQL has followed it; empty without a repository. */
    public Optional<Trace> trace(String agentId, UUID requestId) {
        return handle.createQuery("""
                        SELECT r.state = 'enabled' AS is_enabled,
                               r.applied_seq,
                               r.applied_sha,
                               (SELECT c.sha
                                  FROM git_memory.commit c
                                 WHERE c.agent_id = r.agent_id
                                   AND c.request_id = :request
                                 ORDER BY c.seq
                                 LIMIT 1) AS commit_sha
                          FROM git_memory.repo r
                         WHERE r.agent_id = :agent
                        """)
                .bind("request", requestId)
                .bind("agent", agentId)
                .map(ConstructorMapper.of(Trace.class))
                .findOne();
    }

    /** Records commits; those recorded before stay as they are. */
    public void put(String agentId, List<Commit> commits) {
        if (commits.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                INSERT INTO git_memory.commit (agent_id, sha, parent_sha, seq, author_type, author_id, author_name,
                                               message, committed_at, labels, request_id)
                VALUES (:agent, :sha, :parent, :seq, :type, :author, :name, :message, :at, :labels,
                        CAST(:request AS uuid))
                    ON CONFLICT (agent_id, sha) DO NOTHING
                """);
        for (Commit commit : commits) {
            batch.bind("agent", agentId)
                    .bind("sha", commit.sha())
                    .bind("parent", commit.parentSha())
                    .bind("seq", commit.seq())
                    .bind("type", commit.authorType())
                    .bind("author", commit.authorId())
                    .bind("name", commit.authorName())
                    .bind("message", commit.message())
                    .bind("at", commit.committedAt())
                    .bindArray("labels", String.class, commit.labels())
                    .bind(
                            "request",
                            commit.requestId() == null
                                    ? null
                                    : commit.requestId().toString())
                    .add();
        }
        batch.execute();
    }

    /** All commits of an agent, their SHAs only. */
    public List<String> shas(String agentId) {
        return handle.createQuery("SELECT sha FROM git_memory.commit WHERE agent_id = :agent")
                .bind("agent", agentId)
                .mapTo(String.class)
                .list();
    }

    /** Those of an agent's commits that are named, newest first. */
    public List<Commit> named(String agentId, Collection<String> shas) {
        return handle.createQuery("""
                        SELECT sha, parent_sha, seq, author_type, author_id, author_name, message, committed_at, labels,
                               request_id
                          FROM git_memory.commit
                         WHERE agent_id = :agent
                           AND sha = ANY (:shas)
                         ORDER BY seq DESC, committed_at DESC, sha
                        """)
                .bind("agent", agentId)
                .bindArray("shas", String.class, shas)
                .map(ConstructorMapper.of(Commit.class))
                .list();
    }

    /** Forgets commits that git has no more. */
    public void forget(String agentId, Collection<String> shas) {
        handle.createUpdate("DELETE FROM git_memory.commit WHERE agent_id = :agent AND sha = ANY (:shas)")
                .bind("agent", agentId)
                .bindArray("shas", String.class, shas)
                .execute();
    }
}
