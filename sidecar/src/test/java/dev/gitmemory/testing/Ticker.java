package dev.gitmemory.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock in nanoseconds that only goes on when it is told to. Thread-safe. */
public final class Ticker implements LongSupplier {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10); // as with System.nanoTime, it may overflow

    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }
}
