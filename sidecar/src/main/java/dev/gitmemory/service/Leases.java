package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the requests that this sidecar carries out from being given to another one. Thread-safe. */
final class Leases implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    /** How long a sidecar that says nothing keeps what it has taken. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration RENEWED_EVERY = Duration.ofSeconds(5);

    /** Given up by its holder this long before others may take it: clocks do not run alike. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Database database;
    private final int sidecar;
    private final Map<UUID, Lease> leases = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread t = new Thread(task, "leases");
        t.setDaemon(true);
        return t;
    });

    private final ScheduledFuture<?> renewals;

    Leases(Database database, int sidecar) {
        this.database = database;
        this.sidecar = sidecar;
        this.renewals = thread.scheduleWithFixedDelay(
                this::renew, RENEWED_EVERY.toMillis(), RENEWED_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One request's. */
    static final class Lease {
        private final UUID requestId;
        private volatile long renewedAt = System.nanoTime();
        private volatile boolean lost;

        private Lease(UUID requestId) {
            this.requestId = requestId;
        }

        boolean isHeld() {
            return !lost && System.nanoTime() - renewedAt < LEASE.minus(MARGIN).toNanos();
        }
    }

    /** A request that was just taken. */
    Lease add(UUID requestId) {
        Lease lease = new Lease(requestId);
        leases.put(requestId, lease);
        return lease;
    }

    void remove(Lease lease) {
        leases.remove(lease.requestId, lease);
    }

    private void renew() {
        try {
            if (leases.isEmpty()) {
                return;
            }
            long now = System.nanoTime();
            Map<UUID, Lease> held = Map.copyOf(leases);
            Set<UUID> renewed =
                    new HashSet<>(database.inTransaction(tx -> tx.requests().renew(sidecar, held.keySet(), LEASE)));
            held.forEach((id, lease) -> {
                if (renewed.contains(id)) {
                    lease.renewedAt = now;
                } else {
                    lease.lost = true;
                }
            });
        } catch (DatabaseUnavailableException e) {
            log.debug("Leases can't be renewed while PostgreSQL is away", e);
        } catch (RuntimeException e) {
            log.error("Leases were not renewed; trying again", e); // thrown on, it would end the schedule
        }
    }

    @Override
    public void close() {
        renewals.cancel(false);
        thread.shutdown();
    }
}
