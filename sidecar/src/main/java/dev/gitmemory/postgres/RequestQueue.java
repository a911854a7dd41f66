package dev.gitmemory.postgres;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The requests that procedures and {@code submit_} functions have made. A sidecar takes one, renews its lease while it
 * carries the request out, and finishes it; see the migration {@code R__10_requests.sql} for what is taken when.
 */
public final class RequestQueue {

    private final Handle handle;

    RequestQueue(Handle handle) {
        this.handle = handle;
    }

    /** What went wrong, for the caller: an SQLSTATE, and a message. */
    public record Failure(String state, String message) {}

    /**
     * One sidecar's hold on one request.
     *
     * @param sidecar its number
     * @param number 1 for the first time that anybody took the request
     */
    public record Attempt(UUID requestId, int sidecar, int number) {}

    /**
     * A request that was taken.
     *
     * @param agentId null for all agents
     * @param arguments a JSON object
     * @param roleName on whose behalf
     * @param loginName who had logged in
     * @param progress what an earlier attempt left behind, a JSON object; null if it left nothing
     */
    public record Taken(
            Attempt attempt,
            String kind,
            @Nullable String agentId,
            String arguments,
            String roleName,
            String loginName,
            @Nullable String progress) {}

    /** Takes the next request. Empty if there is none, or another sidecar was quicker. */
    public Optional<Taken> take(int sidecar, Duration lease) {
        return handle.createQuery("""
                        SELECT id, kind, agent_id, arguments, role_name, login_name, attempts, progress
                          FROM git_memory.take_request(:sidecar, make_interval(secs => :lease))
                        """)
                .bind("sidecar", sidecar)
                .bind("lease", lease.toMillis() / 1000.0)
                .map((row, context) -> new Taken(
                        new Attempt(row.getObject("id", UUID.class), sidecar, row.getInt("attempts")),
                        row.getString("kind"),
                        row.getString("agent_id"),
                        row.getString("arguments"),
                        row.getString("role_name"),
                        row.getString("login_name"),
                        row.getString("progress")))
                .findOne();
    }

    /**
     * Renews the leases of requests that the sidecar still holds, and answers which these are. One that has ended stays
     * ended, for whoever renews may have begun before its request was released.
     */
    public List<UUID> renew(int sidecar, Collection<UUID> requestIds, Duration lease) {
        return handle.createQuery("""
                        UPDATE git_memory.request
                           SET lease_until = clock_timestamp() + make_interval(secs => :lease)
                         WHERE id = ANY (:requests)
                           AND worker = :sidecar
                           AND state = 'taken'
                           AND lease_until \\> clock_timestamp()
                        RETURNING id
                        """)
                .bind("lease", lease.toMillis() / 1000.0)
                .bindArray("requests", UUID.class, requestIds)
                .bind("sidecar", sidecar)
                .mapTo(UUID.class)
                .list();
    }

    /**
     * Ends a request with a result.
     *
     * @param result a JSON object
     * @return false if the attempt does not hold the request any more; nothing was changed then
     */
    public boolean finish(Attempt attempt, String result) {
        return end(attempt, "done", result, null);
    }

    /** Ends a request that failed; as {@link #finish}. */
    public boolean fail(Attempt attempt, Failure failure) {
        return end(attempt, "failed", null, failure);
    }

    private boolean end(Attempt attempt, String state, @Nullable String result, @Nullable Failure failure) {
        return handle.createUpdate("""
                        UPDATE git_memory.request
                           SET state = :state,
                               arguments = '{}',
                               progress = NULL,
                               result = CAST(:result AS jsonb),
                               error = CASE
                                           WHEN CAST(:error AS text) IS NOT NULL
                                           THEN jsonb_build_object('state', CAST(:error AS text),
                                                                   'message', CAST(:message AS text))
                                       END,
                               finished_at = clock_timestamp()
                         WHERE id = :request
                           AND state = 'taken'
                           AND worker = :sidecar
                           AND attempts = :attempt
                        """)
                        .bind("state", state)
                        .bind("result", result)
                        .bind("error", failure == null ? null : failure.state())
                        .bind("message", failure == null ? null : failure.message())
                        .bind("request", attempt.requestId())
                        .bind("sidecar", attempt.sidecar())
                        .bind("attempt", attempt.number())
                        .execute()
                > 0;
    }

    /** Lets anybody take the request at once, since this attempt can't go on. */
    public void release(Attempt attempt) {
        handle.createUpdate("""
                        UPDATE git_memory.request
                           SET lease_until = clock_timestamp()
                         WHERE id = :request
                           AND state = 'taken'
                           AND worker = :sidecar
                           AND attempts = :attempt
                        """)
                .bind("request", attempt.requestId())
                .bind("sidecar", attempt.sidecar())
                .bind("attempt", attempt.number())
                .execute();
    }

    /** Says how far a long request has got: what people read is in its member {@code text}. As {@link #finish}. */
    public boolean progress(Attempt attempt, String progress) {
        return handle.createUpdate("""
                        UPDATE git_memory.request
                           SET progress = CAST(:progress AS jsonb)
                         WHERE id = :request
                           AND state = 'taken'
                           AND worker = :sidecar
                           AND attempts = :attempt
                        """)
                        .bind("progress", progress)
                        .bind("request", attempt.requestId())
                        .bind("sidecar", attempt.sidecar())
                        .bind("attempt", attempt.number())
                        .execute()
                > 0;
    }

    /** Forgets requests that were finished that long ago; answers how many. */
    public int forgetFinished(Duration age) {
        return handle.createUpdate("""
                        DELETE FROM git_memory.request
                         WHERE finished_at \\< clock_timestamp() - make_interval(secs => :age)
                        """).bind("age", age.toSeconds()).execute();
    }
}
