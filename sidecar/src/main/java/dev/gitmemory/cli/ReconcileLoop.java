package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.service.Reconciler;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the reconciler at start, whenever it is woken, and again and again, until closed. */
final class ReconcileLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration WATCH = Duration.ofSeconds(10);

    private final Reconciler reconciler;
    private final ScheduledExecutorService thread = thread("reconciler");
    private final ScheduledExecutorService watching = thread("reconciler-watch");
    private final AtomicBoolean woken = new AtomicBoolean();
    private boolean failing; // the loop's thread only

    private final ScheduledFuture<?> passes;
    private final ScheduledFuture<?> looks;

    private ReconcileLoop(Reconciler reconciler) {
        this.reconciler = reconciler;
        ReconcilerWatch watch = new ReconcilerWatch(reconciler::turn, Clock.systemUTC());
        this.looks = watching.scheduleWithFixedDelay(
                () -> look(watch), WATCH.toMillis(), WATCH.toMillis(), TimeUnit.MILLISECONDS);
        this.passes = thread.scheduleWithFixedDelay(this::pass, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(r -> {
            Thread t = new Thread(r, name);
            t.setDaemon(true);
            return t;
        });
    }

    static ReconcileLoop start(Reconciler reconciler) {
        return new ReconcileLoop(reconciler);
    }

    /** Has a pass made now, for something has happened. Any thread. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                thread.execute(this::wokenPass);
            } catch (RejectedExecutionException e) {
                log.debug("Woken while closing: the next sidecar, or the next start, makes the pass", e);
            }
        }
    }

    private void wokenPass() {
        woken.set(false); // before the pass: what happens during it wakes it again
        pass();
    }

    /** Catches everything: what it threw would end the schedule without a word. */
    private void pass() {
        try {
            reconciler.run();
            if (failing) {
                log.info("PostgreSQL answers again");
            }
            failing = false;
        } catch (DatabaseUnavailableException e) {
            if (!failing) {
                log.warn("{}; trying again every {} s", e.getMessage(), PAUSE.toSeconds());
            }
            failing = true;
        } catch (RuntimeException | Error e) {
            log.error("A pass of the reconciler failed; the next one tries again", e);
        }
    }

    private static void look(ReconcilerWatch watch) {
        try {
            watch.look();
        } catch (RuntimeException | Error e) {
            log.error("The reconciler was not looked after; the next look is in {} s", WATCH.toSeconds(), e);
        }
    }

    @Override
    public void close() {
        looks.cancel(false);
        watching.shutdown();
        passes.cancel(true);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("The reconciler did not end within 10 s; it is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever stops this is in a hurry: its thread is a daemon
        }
    }
}
