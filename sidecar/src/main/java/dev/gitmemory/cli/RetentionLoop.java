package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.service.Compaction;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes entries that checkpoints cover, again and again, until closed. */
final class RetentionLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RetentionLoop.class);

    /** Often enough for a setting in days; a pass asks the store a few things about every agent. */
    private static final Duration PAUSE = Duration.ofHours(6);

    private final Compaction compaction;
    private final Duration keep;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(r -> {
        Thread t = new Thread(r, "retention");
        t.setDaemon(true);
        return t;
    });
    private final ScheduledFuture<?> passes;

    private RetentionLoop(Compaction compaction, Duration keep) {
        this.compaction = compaction;
        this.keep = keep;
        this.passes = thread.scheduleWithFixedDelay(this::pass, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    static RetentionLoop start(Compaction compaction, Duration keep) {
        return new RetentionLoop(compaction, keep);
    }

    /** Catches everything: what it threw would end the schedule without a word. */
    private void pass() {
        try {
            int deleted = compaction.deleteCovered(keep);
            if (deleted > 0) {
                log.info("Deleted {} log entries that checkpoints have covered for {} days", deleted, keep.toDays());
            }
        } catch (DatabaseUnavailableException e) {
            log.warn("{}; old log entries are deleted later", e.getMessage());
        } catch (RuntimeException | Error e) {
            log.error("Deleting old log entries failed; it is tried again in {}", PAUSE, e);
        }
    }

    /** A pass that is cut short goes on with the next one. */
    @Override
    public void close() {
        passes.cancel(true);
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("The deletion of old log entries did not end within 10 s; it is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever stops this is in a hurry: its thread is a daemon
        }
    }
}
