package dev.gitmemory.service;

import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.GuardRefusedException;
import dev.gitmemory.postgres.Listener;
import dev.gitmemory.postgres.OutOfHeapException;
import dev.gitmemory.postgres.RequestQueue.Failure;
import dev.gitmemory.postgres.RequestQueue.Taken;
import dev.gitmemory.postgres.RowsLockedException;
import dev.gitmemory.postgres.UnfitDatabaseException;
import dev.gitmemory.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what procedures and {@code submit_} functions ask for: a few requests at a time, those of one agent one
 * after the other, in the order in which the database gives them out. Any number of sidecars share the work.
 *
 * <p>A notification wakes it; since one may be missed it also looks by itself, soon after something happened and then
 * less and less often, once a second at last. Thread-safe.
 */
public final class SqlRequests implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SqlRequests.class);

    private static final String REQUESTS = "git_memory_request";
    private static final String AGENTS = "git_memory";
    private static final int THREADS = 8;
    private static final int COMPARING_THREADS = 4;
    /** Characters of arguments: few requests have more. */
    private static final int LARGE = 1 << 20;

    private static final Duration FIRST_LOOK = Duration.ofMillis(2);
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration FORGETTING = Duration.ofMinutes(1);
    /** Of half a second each. */
    private static final int PAUSES_WHILE_HELD = 16;

    private static final Duration GRACE = Duration.ofSeconds(30);

    private final Database database;
    private final Steps steps;
    private final Duration retention;
    private final Leases leases;
    private final Listener listener;
    private final SqlOperations operations;
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS, threads("sql-request"));
    private final ExecutorService comparing = Executors.newFixedThreadPool(COMPARING_THREADS, threads("compare"));
    private final Thread dispatcher = new Thread(this::dispatch, "sql-requests");
    private final Semaphore free = new Semaphore(THREADS);

    /** One at a time, and nothing is taken meanwhile: each takes many times the memory of its text. */
    private final Semaphore large = new Semaphore(1);

    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean closed;

    private SqlRequests(GitMemory memory, Database database, Duration retention, Runnable agentsChanged) {
        this.database = database;
        this.steps = memory.steps();
        this.retention = retention;
        this.operations = new SqlOperations(memory, new AllAgents(database, comparing, () -> closed));
        this.leases = new Leases(database);
        this.listener = Listener.start(database, List.of(REQUESTS, AGENTS), channel -> {
            if (channel.equals(AGENTS)) {
                agentsChanged.run();
            } else {
                wake();
            }
        });
        dispatcher.setDaemon(true);
        dispatcher.start();
        listener.awaitConnected(); // whoever hears that this has started may ask for something now
    }

    /**
     * Starts to take requests. Callers see that it is there when this returns, unless PostgreSQL is out of reach for long.
     *
     * @param retention how long finished requests and their results are kept
     * @param agentsChanged called when an agent has got or lost the tag by plain SQL, and after every connect; quick
     */
    public static SqlRequests start(GitMemory memory, Database database, Duration retention, Runnable agentsChanged) {
        return new SqlRequests(memory, database, retention, agentsChanged);
    }

    private void wake() {
        wakeUps.release();
    }

    private void dispatch() {
        Duration pause = FIRST_LOOK;
        long forgotAt = System.nanoTime() - FORGETTING.toNanos();
        boolean failing = false;
        while (!closed) {
            try {
                boolean took = takeAll();
                if (System.nanoTime() - forgotAt >= FORGETTING.toNanos()) {
                    forgotAt = System.nanoTime();
                    forgetFinished();
                }
                if (failing) {
                    log.info("Taking SQL requests again");
                }
                failing = false;
                boolean woken = await(pause);
                pause = took || woken ? FIRST_LOOK : shorter(pause.multipliedBy(2), SWEEP);
            } catch (ConstraintException e) {
                log.debug("Another sidecar took a request of the same agent at the same moment", e);
            } catch (DatabaseUnavailableException e) {
                if (!failing) {
                    log.warn(
                            "SQL requests can't be taken, trying again every {} s: {}",
                            SWEEP.toSeconds(),
                            e.getMessage());
                }
                failing = true;
                await(SWEEP);
            } catch (RuntimeException | Error e) {
                log.error("SQL requests can't be taken; trying again", e);
                await(SWEEP);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean await(Duration pause) {
        try {
            boolean woken = wakeUps.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
            wakeUps.drainPermits();
            return woken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts this thread but who ends the process
            closed = true;
            return false;
        }
    }

    /** Takes as many as there are threads for; whether there were any. */
    private boolean takeAll() {
        boolean took = false;
        // Without its lock this sidecar looks dead, and what it took would be taken from it.
        while (!closed && listener.isConnected() && large.availablePermits() > 0 && free.tryAcquire()) {
            Leases.@Nullable Lease lease = null;
            boolean isLarge = false;
            boolean handedOver = false;
            try {
                int sidecar = listener.sidecar();
                Optional<Taken> request =
                        database.inTransaction(tx -> tx.requests().take(sidecar, Leases.LEASE));
                if (request.isEmpty()) {
                    return took;
                }
                if (isLarge(request.get())) {
                    large.acquireUninterruptibly(); // at once: this thread alone takes requests, and saw that it is
                    isLarge = true; // free
                }
                Leases.Lease held = leases.add(request.get().attempt());
                lease = held;
                workers.execute(() -> work(request.get(), held));
                handedOver = true;
                took = true;
            } finally {
                if (!handedOver) {
                    giveBack(lease, isLarge);
                }
            }
        }
        return took;
    }

    /** Of one that was carried out, or that no thread was found for: that one others take when its lease has ended. */
    private void giveBack(Leases.@Nullable Lease lease, boolean isLarge) {
        if (lease != null) {
            leases.remove(lease);
        }
        if (isLarge) {
            large.release();
        }
        free.release();
    }

    private static boolean isLarge(Taken request) {
        return request.arguments().length() > LARGE;
    }

    private void forgetFinished() {
        int forgotten = database.inTransaction(tx -> tx.requests().forgetFinished(retention));
        if (forgotten > 0) {
            log.debug("Forgot {} SQL requests that were finished {} ago", forgotten, retention);
        }
    }

    private void work(Taken request, Leases.Lease lease) {
        try {
            String id =
                    request.agentId() == null ? request.attempt().requestId().toString() : request.agentId();
            steps.reached(Steps.Step.REQUEST_TAKEN, id);
            Once once = new Once(request.attempt().requestId(), request.attempt(), lease::isHeld);
            String result = operations.run(request, once);
            steps.reached(Steps.Step.REQUEST_CARRIED_OUT, id);
            report(() -> database.execute(tx -> tx.requests().finish(request.attempt(), result)));
            steps.reached(Steps.Step.REQUEST_ANSWERED, id);
        } catch (Once.Lost | CancellationException e) {
            log.info("SQL request {} goes on elsewhere: {}", request.attempt().requestId(), e.getMessage());
            report(() -> database.execute(tx -> tx.requests().release(request.attempt())));
        } catch (CompletionException e) {
            failed(request, e.getCause() instanceof RuntimeException cause ? cause : e);
        } catch (RuntimeException e) {
            failed(request, e);
        } catch (Error e) {
            failed(
                    request,
                    new IllegalStateException("the request was too much for this process", e)); // and for the next
        } finally {
            giveBack(lease, isLarge(request));
            wake(); // the agent's next one may be taken now
        }
    }

    private void failed(Taken request, RuntimeException reason) {
        if (reason instanceof DatabaseUnavailableException
                || reason.getCause() instanceof DatabaseUnavailableException
                || reason instanceof Once.Unfinished) {
            if (reason instanceof RowsLockedException || reason.getCause() instanceof RowsLockedException) {
                pauseWhileHeld(); // attempts are counted, and this one may have been short
            }
            // What it did is not known; the next attempt finds out.
            log.warn(
                    "SQL request {} waits for PostgreSQL: {}", request.attempt().requestId(), reason.getMessage());
            report(() -> database.execute(tx -> tx.requests().release(request.attempt())));
            return;
        }
        Failure failure = failure(request, reason);
        report(() -> database.execute(tx -> tx.requests().fail(request.attempt(), failure)));
    }

    private static Failure failure(Taken request, RuntimeException reason) {
        String message = String.valueOf(reason.getMessage());
        if (reason instanceof UnfitDatabaseException || reason.getCause() instanceof UnfitDatabaseException) {
            log.warn("SQL request {} failed: {}", request.attempt().requestId(), message);
            return new Failure("MG107", message);
        }
        if (reason instanceof MemoryException memory) {
            if (memory.reason() == Reason.UNAVAILABLE || memory.reason() == Reason.UNKNOWN) {
                log.warn("SQL request {} failed: {}", request.attempt().requestId(), message);
            }
            return new Failure(state(memory.reason()), StoreException.forClients(memory));
        }
        if (reason instanceof RuleViolation) {
            return new Failure("MG105", message);
        }
        if (reason instanceof OutOfHeapException) {
            log.warn("SQL request {} failed: {}", request.attempt().requestId(), message);
            return new Failure("MG107", message);
        }
        if (reason instanceof ConstraintException || reason instanceof GuardRefusedException) {
            return new Failure("MG103", message);
        }
        UUID number = request.attempt().requestId();
        log.error("SQL request {} ({} of role {}) failed", number, request.kind(), request.roleName(), reason);
        return new Failure(
                "MG107", "an error of git-memory's own; the sidecar's log tells more under the request's number");
    }

    private static String state(Reason reason) {
        return switch (reason) {
            case MALFORMED -> "MG101";
            case NOT_FOUND -> "MG102";
            case CONFLICT -> "MG103";
            case STALE -> "MG104";
            case RULE -> "MG105";
            case UNAVAILABLE -> "MG106";
            case UNKNOWN -> "MG109";
            case GONE -> "MG108";
        };
    }

    /** Writes what became of a request, and tries until PostgreSQL takes it: nobody else can know. */
    private void report(Runnable write) {
        while (true) {
            try {
                write.run();
                return;
            } catch (DatabaseUnavailableException e) {
                if (closed || !pauseBeforeReporting()) {
                    return; // the lease ends, and another sidecar finds out what was done
                }
            } catch (RuntimeException | Error e) {
                log.error("What became of a SQL request could not be written; it will be tried again", e);
                return;
            }
        }
    }

    private void pauseWhileHeld() {
        for (int i = 0; i < PAUSES_WHILE_HELD && !closed; i++) {
            if (!pauseBeforeReporting()) {
                return;
            }
        }
    }

    private static boolean pauseBeforeReporting() {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Takes no more, lets those under way end, and leaves the others to other sidecars. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            dispatcher.join(GRACE.toMillis()); // what it has just taken has to be carried out
            workers.shutdown();
            if (!workers.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                log.warn(
                        "{} SQL requests did not end within {} s; other sidecars take them up",
                        THREADS - free.availablePermits(),
                        GRACE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever stops this is in a hurry: the threads are daemons
        }
        comparing.shutdownNow();
        leases.close();
        listener.close();
    }
}
