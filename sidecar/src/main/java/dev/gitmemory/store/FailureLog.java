package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators that a store fails, once in a while however many requests fail, and once that it answers again.
 * Thread-safe.
 */
final class FailureLog {

    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(FailureLog.class);

    private final LongSupplier nanoTime;
    private volatile boolean failing;
    private int untold;
    private long lastTold;
    private long lastFailure;

    FailureLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void failed(IOException failure) {
        long now = nanoTime.getAsLong();
        lastFailure = now;
        if (failing && now - lastTold < PAUSE.toNanos()) {
            untold++;
            return;
        }
        log.warn("{}{}", failure.getMessage(), untold == 0 ? "" : " (and " + untold + " more failures before)");
        failing = true;
        lastTold = now;
        untold = 0;
    }

    void succeeded(URI store) {
        if (failing) {
            tellOfRecovery(store);
        }
    }

    private synchronized void tellOfRecovery(URI store) {
        // A success among failures is no recovery.
        if (failing && nanoTime.getAsLong() - lastFailure >= PAUSE.toNanos()) {
            log.info("The store {} has answered every request for {} s", store, PAUSE.toSeconds());
            failing = false;
            untold = 0;
        }
    }
}
