package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.RequestQueue.Attempt;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    private final Map<UUID, Lease> leases = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread t = new Thread(task, "leases");
        t.setDaemon(true);
        return t;
    });

    private final ScheduledFuture<?> renewals;

    Leases(Database database) {
        this.database = database;
        this.renewals = thread.scheduleWithFixedDelay(
                this::renew, RENEWED_EVERY.toMillis(), RENEWED_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One request's. */
    static final class Lease {
        private final Attempt attempt;
        private volatile long renewedAt = System.nanoTime();
        private volatile boolean lost;

        private Lease(Attempt attempt) {
            this.attempt = attempt;
        }

        boolean isHeld() {
            return !lost && System.nanoTime() - renewedAt < LEASE.minus(MARGIN).toNanos();
        }
    }

    /** A request that was just taken. */
    Lease add(Attempt attempt) {
        Lease lease = new Lease(attempt);
        Lease before = leases.put(attempt.requestId(), lease);
        if (before != null) {
            before.lost = true; // this sidecar was taken for dead, by itself under a new number
        }
        return lease;
    }

    void remove(Lease lease) {
        leases.remove(lease.attempt.requestId(), lease);
    }

    private void renew() {
        try {
            if (leases.isEmpty()) {
                return;
            }
            long now = System.nanoTime();
            Map<UUID, Lease> held = Map.copyOf(leases);
            Set<UUID> renewed = new HashSet<>();
            bySidecar(held.values())
                    .forEach((sidecar, ids) -> renewed.addAll(
                            database.inTransaction(tx -> tx.requests().renew(sidecar, ids, LEASE))));
            held.forEach((id, lease) -> {
                if (renewed.contains(id)) {
                    lease.renewedAt = now;
                } else {
                    lease.lost = true;
                }
            });
        } catch (DatabaseUnavailableException e) {
            log.debug("Leases can't be renewed while PostgreSQL is away", e);
        } catch (RuntimeException | Error e) {
            log.error("Leases were not renewed; trying again", e); // thrown on, it would end the schedule
        }
    }

    /** Nearly always one: its number changes only when another session has its lock. */
    private static Map<Integer, List<UUID>> bySidecar(Collection<Lease> leases) {
        return leases.stream()
                .map(lease -> lease.attempt)
                .collect(Collectors.groupingBy(
                        Attempt::sidecar, Collectors.mapping(Attempt::requestId, Collectors.toList())));
    }

    @Override
    public void close() {
        renewals.cancel(false);
        thread.shutdown();
    }
}
