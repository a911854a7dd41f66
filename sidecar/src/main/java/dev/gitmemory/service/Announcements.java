package dev.gitmemory.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gitmemory.postgres.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells PostgreSQL which agents have a writer, before it commits: after a crash between git and PostgreSQL any sidecar
 * finds these agents without asking the object storage about every other.
 *
 * <p>One announcement serves all writes of the next {@link #RENEWED_AFTER}, so a busy agent costs one small UPDATE per
 * span and not per write. It may be taken back after {@link #STALE_AFTER} without renewal: no write lasts as long as
 * the difference of the two. Thread-safe.
 */
final class Announcements {

    static final Duration RENEWED_AFTER = Duration.ofSeconds(20);
    static final Duration STALE_AFTER = Duration.ofMinutes(3);

    private final Database database;
    private final Clock clock;
    private final Cache<String, Instant> announced =
            Caffeine.newBuilder().expireAfterWrite(STALE_AFTER).build();
    private final Lanes<String> lanes = new Lanes<>();

    /** @param database waits once, and shorter than PostgreSQL's {@code deadlock_timeout}, for each lock */
    Announcements(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL is down: nothing may be committed */
    void announce(String agentId) {
        if (!isAnnounced(agentId)) {
            lanes.take(
                    agentId,
                    () -> isAnnounced(agentId) ? Optional.of(true) : Optional.empty(),
                    Lane.Patience.SHARED,
                    () -> mark(agentId));
        }
    }

    private boolean isAnnounced(String agentId) {
        Instant last = announced.getIfPresent(agentId);
        return last != null && clock.instant().isBefore(last.plus(RENEWED_AFTER));
    }

    private boolean mark(String agentId) {
        Instant now = clock.instant();
        boolean marked = database.inTransaction(tx -> tx.ledger().markInFlight(agentId));
        if (marked) {
            announced.put(agentId, now);
        }
        return marked;
    }
}
