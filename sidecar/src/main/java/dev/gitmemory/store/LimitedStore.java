package dev.gitmemory.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit to how many requests to a store are under way at the same time, and to how long each may take; the others
 * wait, those first that came first, and are not sent when their time is over before that. Thread-safe.
 *
 * <p>Without it a sidecar that opens thousands of repositories after a restart would have as many requests under way,
 * and all of them would run into their time-outs together.
 */
final class LimitedStore extends WrappedStore {

    private final int parallelism;
    private final Duration deadline;
    private final LongSupplier nanoTime;
    private final Semaphore turns;
    private final Timer waits;

    /** @param deadline how long a request may take, with waiting for its turn, that is part of nothing with a deadline */
    LimitedStore(ObjectStore store, int parallelism, Duration deadline, LongSupplier nanoTime, MeterRegistry metrics) {
        super(store);
        this.parallelism = parallelism;
        this.deadline = deadline;
        this.nanoTime = nanoTime;
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
    public Deadline deadline() {
        Deadline current = Deadline.current();
        return current == Deadline.NONE ? Deadline.after(deadline, nanoTime) : current;
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        Deadline limit = deadline();
        return limit.during(() -> {
            limit.moved(content.length);
            return super.create(key, content);
        });
    }

    @Override
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    <T> @Nullable T around(Operation operation, String key, Request<T> request) throws IOException {
        Deadline limit = deadline();
        return limit.during(() -> {
            awaitTurn(limit, operation, key);
            try {
                return request.send();
            } finally {
                turns.release();
            }
        });
    }

    private void awaitTurn(Deadline limit, Operation operation, String key) throws NotSentException {
        if (!limit.isOver() && turns.tryAcquire()) {
            return;
        }
        long begin = System.nanoTime();
        boolean came = limit.await(nanos -> nanos > 0 && turns.tryAcquire(nanos, TimeUnit.NANOSECONDS));
        waits.record(Duration.ofNanos(System.nanoTime() - begin));
        if (!came) {
            throw tooLate(limit, operation, key);
        }
    }

    private NotSentException tooLate(Deadline limit, Operation operation, String key) {
        String what = "Can't %s '%s'".formatted(operation.name().toLowerCase(Locale.ROOT), key);
        String why =
                ": its time was over after %d ms (setting store-deadline), with %d requests under way and %d more that wait; the storage is slow, or store-parallelism too low"
                        .formatted(
                                limit.elapsedMillis(), parallelism - turns.availablePermits(), turns.getQueueLength());
        return new NotSentException(what + " in " + uri() + why, what + why);
    }
}
