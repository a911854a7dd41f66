package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the checkpoints that are due, one at a time and in the background: a writer only counts. Who has written the
 * entry that makes one due makes it; of several processes the one that stores it first. Thread-safe.
 */
final class Checkpoints implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    private static final int LONGEST_CLOSE_SECONDS = 30;

    /** For each byte of an entry at most so many bytes of checkpoints are written. */
    private static final int MOST_WRITTEN = 32;

    /** A checkpoint is written for so many times the setting's entries at the latest, however long the history is. */
    private static final int MOST_SPANS = 8;

    private final CheckpointSettings settings;
    private final ExecutorService background = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "git-memory-checkpoint");
        thread.setDaemon(true);
        return thread;
    });

    /** Logs with a checkpoint under way, or whose last one failed, and the entry before which none is begun. */
    private final Map<String, Long> notBefore = new ConcurrentHashMap<>();

    private final LongAdder made = new LongAdder();
    private final LongAdder failed = new LongAdder();

    Checkpoints(CheckpointSettings settings) {
        this.settings = settings;
    }

    /** An entry was appended. */
    void appended(BundleLog written) {
        if (!isDue(written) || written.state().entry() < notBefore.getOrDefault(written.name(), 0L)) {
            return;
        }
        Long before = notBefore.put(written.name(), Long.MAX_VALUE);
        if (before != null && before == Long.MAX_VALUE) {
            return; // another thread was faster
        }
        try {
            background.execute(() -> make(written));
        } catch (RejectedExecutionException e) {
            notBefore.remove(written.name()); // closed: the next process makes it
        }
    }

    long made() {
        return made.sum();
    }

    long failed() {
        return failed.sum();
    }

    private boolean isDue(BundleLog written) {
        long entries = written.entriesSinceCheckpoint();
        long bytes = written.bytesSinceCheckpoint();
        boolean worthIt =
                bytes * MOST_WRITTEN >= written.checkpointBytes() || entries >= (long) settings.entries() * MOST_SPANS;
        return (entries >= settings.entries() && worthIt) || bytes >= settings.bytes();
    }

    private void make(BundleLog written) {
        try {
            if (written.checkpoint()) {
                made.increment();
            }
            notBefore.remove(written.name());
        } catch (IOException | RuntimeException | Error e) { // or this log would never get one again
            failed.increment();
            long entry = written.state().entry();
            notBefore.put(written.name(), entry + Math.min(settings.entries(), 1000));
            log.warn(
                    "No checkpoint of '{}' up to entry {}, which goes on without; trying again in a while: {}",
                    written.name(),
                    entry,
                    e.getMessage());
        }
    }

    @Override
    public void close() {
        background.shutdown();
        try {
            if (!background.awaitTermination(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("A checkpoint did not end within {} s; it is left behind", LONGEST_CLOSE_SECONDS);
                background.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever stops this is in a hurry; a crash would do no harm either
            background.shutdownNow();
        }
    }
}
