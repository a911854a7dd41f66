package dev.gitmemory.log;

import dev.gitmemory.store.InvalidKeyException;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What could not be used when a log was read last, so that it is not read again for each who asks: a large object that is
 * bad costs the same each time. It is looked at again when the store can tell, without a request, that another object is
 * in its place, or after a pause that grows from a second to a minute. Thread-safe.
 */
public final class KnownDamage {

    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final int DOUBLINGS = 6;

    private record Known(
            CorruptLogException failure, @Nullable Object identity, int times, long untilNanos) {}

    private final ObjectStore store;
    private final LongSupplier nanoTime;
    private volatile @Nullable Known known;

    /** Knows of nothing yet. */
    public KnownDamage(ObjectStore store) {
        this(store, System::nanoTime);
    }

    KnownDamage(ObjectStore store, LongSupplier nanoTime) {
        this.store = store;
        this.nanoTime = nanoTime;
    }

    /** Reads a log, or writes to it, which reads it first. */
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /** Reads unless that would most likely fail as it did last time, and remembers what came of it. */
    <T extends @Nullable Object> T sparing(Reading<T> reading) throws IOException {
        check();
        try {
            T read = reading.run();
            forget();
            return read;
        } catch (CorruptLogException e) {
            remember(e);
            throw e;
        }
    }

    /**
     * Spares a reading that would most likely fail as the last one did.
     *
     * @throws CorruptLogException if so, with the same words; nothing was asked for
     */
    public void check() throws CorruptLogException {
        Known last = known;
        if (last == null || nanoTime.getAsLong() - last.untilNanos() >= 0) {
            return;
        }
        if (Objects.equals(last.identity(), identity(last.failure().key()))) {
            throw last.failure().again();
        }
        known = null;
    }

    /** Remembers a failure; one that is only about something missing is not, since no object is read for it. */
    public void remember(CorruptLogException failure) {
        if (failure.isAboutMissing()) {
            return;
        }
        Known last = known;
        Object identity = identity(failure.key());
        int times = 0;
        if (last != null && last.failure().key().equals(failure.key()) && Objects.equals(last.identity(), identity)) {
            times = last.times() + 1;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(times, DOUBLINGS));
        long nanos = Math.min(pause.toNanos(), LONGEST_PAUSE.toNanos());
        known = new Known(failure, identity, times, nanoTime.getAsLong() + nanos);
    }

    /** The log could be read. */
    void forget() {
        known = null;
    }

    private @Nullable Object identity(String key) {
        try {
            return store.identity(key);
        } catch (InvalidKeyException e) {
            return null; // no object has such a key
        }
    }
}
