package dev.gitmemory.race;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Players tell the driver that something has happened. Thread-safe. */
public final class Bell {

    private final Semaphore rung = new Semaphore(0);

    void ring() {
        rung.release();
    }

    /** Waits until it rings, but not long: there may be other things to look at. */
    void hear() {
        try {
            if (rung.tryAcquire(1, TimeUnit.MILLISECONDS)) {
                rung.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
