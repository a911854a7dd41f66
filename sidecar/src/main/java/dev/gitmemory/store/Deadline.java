package dev.gitmemory.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * By when all must be over that is asked of a store for one purpose, such as a write. Thread-safe.
 *
 * <h2>How it is handed on</h2>
 *
 * What a thread does {@link #during} a deadline is subject to it, and so is every request that it sends to a store. Who
 * lets other threads do a part of the work hands {@link #current} on to them. A store begins a deadline of its own for a
 * request without one ({@link ObjectStore#deadline}), so that nothing waits for ever.
 *
 * <p>Big objects take their time: each MiB that is sent or has arrived puts a deadline off by one second. An answer that
 * comes in drops does not.
 */
public final class Deadline {

    /** The deadline of what may take any time. */
    public static final Deadline NONE = new Deadline(Long.MAX_VALUE, () -> 0);

    private static final long NANOS_PER_MIB = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadLocal<Deadline> CURRENT = ThreadLocal.withInitial(() -> NONE);

    private final LongSupplier nanoTime;
    private final long begin;
    private final long nanos;
    private final AtomicLong extension;

    private Deadline(long nanos, LongSupplier nanoTime) {
        this(nanos, nanoTime, nanoTime.getAsLong(), new AtomicLong());
    }

    private Deadline(long nanos, LongSupplier nanoTime, long begin, AtomicLong extension) {
        this.nanos = nanos;
        this.nanoTime = nanoTime;
        this.begin = begin;
        this.extension = extension;
    }

    /**
     * A deadline that much later than now.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    public static Deadline after(Duration time, LongSupplier nanoTime) {
        return new Deadline(time.toNanos(), nanoTime);
    }

    /** What the running thread is subject to; {@link #NONE} if to nothing. */
    public static Deadline current() {
        return CURRENT.get();
    }

    /** Work that is subject to a deadline. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, E extends Exception> {
        /** Does it. */
        T run() throws E;
    }

    /** Does something on this thread that is subject to this deadline, and to no other one. */
    public <T extends @Nullable Object, E extends Exception> T during(Work<T, E> work) throws E {
        Deadline outer = CURRENT.get();
        CURRENT.set(this);
        try {
            return work.run();
        } finally {
            if (outer == NONE) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /** What is left, in nanoseconds; 0 or less when it is over. */
    public long leftNanos() {
        return this == NONE ? Long.MAX_VALUE : nanos + extension.get() - (nanoTime.getAsLong() - begin);
    }

    /** Whether nothing is left. */
    public boolean isOver() {
        return leftNanos() <= 0;
    }

    /** How long it has been running, in milliseconds; 0 for {@link #NONE}. */
    public long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begin);
    }

    /** This one or the other one, whichever is over first. */
    public Deadline orEarlier(Deadline other) {
        return other.leftNanos() < leftNanos() ? other : this;
    }

    /** One that is over when so much is left of this as is a quarter now; it is put off together with this one. */
    public Deadline keepingAQuarter() {
        return this == NONE ? NONE : new Deadline(nanos - leftNanos() / 4, nanoTime, begin, extension);
    }

    /** So many bytes of objects are sent, or have arrived. */
    public void moved(long bytes) {
        if (this != NONE) {
            extension.addAndGet((long) (NANOS_PER_MIB * (bytes / (double) (1 << 20))));
        }
    }

    /** Something that can be waited for. */
    @FunctionalInterface
    public interface Wait {
        /** Waits so long at most, and tells whether it came. */
        boolean atMost(long nanos) throws InterruptedException;
    }

    /**
     * Waits for something until the deadline, through interrupts: who waits may do so for others, too.
     *
     * @return whether it came
     */
    public boolean await(Wait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.atMost(leftNanos());
                } catch (InterruptedException e) {
                    interrupted = true; // told to the thread at the end
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Takes a lock.
     *
     * @param purpose what for, as the beginning of a sentence, for the message
     * @throws NotSentException if others hold it until the deadline
     */
    public void lock(Lock lock, String purpose) throws NotSentException {
        if (this == NONE) {
            lock.lock();
        } else if (!await(nanos -> lock.tryLock(nanos, TimeUnit.NANOSECONDS))) {
            throw new NotSentException("%s: waited %d ms for others who wait for the storage (setting store-deadline)"
                    .formatted(purpose, elapsedMillis()));
        }
    }
}
