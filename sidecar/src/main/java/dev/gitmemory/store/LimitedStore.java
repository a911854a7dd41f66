package dev.gitmemory.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A limit to how many requests to a store are under way at the same time; the others wait, those first that came
 * first, and fail when it takes too long. Thread-safe.
 *
 * <p>Without it a sidecar that opens thousands of repositories after a restart would have as many requests under way,
 * and all of them would run into their time-outs together.
 */
final class LimitedStore extends WrappedStore {

    private final int parallelism;
    private final Duration patience;
    private final Semaphore turns;
    private final Timer waits;

    /** @param patience how long a request waits for its turn before it fails */
    LimitedStore(ObjectStore store, int parallelism, Duration patience, MeterRegistry metrics) {
        super(store);
        this.parallelism = parallelism;
        this.patience = patience;
        this.turns = new Semaphore(parallelism, true);
        this.waits = Timer.builder("git.memory.store.wait")
                .description("How long requests to the object storage waited for their turn, of those that had to")
                .register(metrics);
        Gauge.builder("git.memory.store.active", turns, t -> parallelism - t.availablePermits())
                .description("Requests to the object storage that are under way")
                .register(metrics);
        Gauge.builder("git.memory.store.waiting", turns, Semaphore::getQueueLength)
                .description("Requests to the object storage that wait for their turn")
                .register(metrics);
    }

    @Override
    <T> @Nullable T around(Operation operation, String key, Request<T> request) throws IOException {
        if (!turns.tryAcquire()) {
            await(operation, key);
        }
        try {
            return request.send();
        } finally {
            turns.release();
        }
    }

    /** Waits through interrupts: who waits may do so for others, and it does not take long. */
    private void await(Operation operation, String key) throws StoreException {
        boolean interrupted = false;
        long begin = System.nanoTime();
        try {
            while (true) {
                long left = patience.toNanos() - (System.nanoTime() - begin);
                try {
                    if (turns.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw tooBusy(operation, key);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            waits.record(Duration.ofNanos(System.nanoTime() - begin));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private StoreException tooBusy(Operation operation, String key) {
        return new StoreException(
                "Can't %s '%s' in %s: it waited %d ms for its turn behind %d requests under way, and %d more wait; the storage is slow, or store-parallelism too low"
                        .formatted(
                                operation.name().toLowerCase(Locale.ROOT),
                                key,
                                uri(),
                                patience.toMillis(),
                                parallelism - turns.availablePermits(),
                                turns.getQueueLength()),
                null);
    }
}
