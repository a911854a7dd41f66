package dev.gitmemory.cli;

import dev.gitmemory.repo.TransferProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Progress as lines for people, from the third second on and one every two seconds. Not thread-safe. */
final class ProgressLines implements TransferProgress {

    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

    private final PrintStream out;
    private final BooleanSupplier cancelled;
    private final LongSupplier nanoTime;
    private long lastNanos;

    /** @param cancelled whether the command was asked to stop */
    ProgressLines(PrintStream out, BooleanSupplier cancelled) {
        this(out, cancelled, System::nanoTime);
    }

    ProgressLines(PrintStream out, BooleanSupplier cancelled, LongSupplier nanoTime) {
        this.out = out;
        this.cancelled = cancelled;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    @Override
    public void at(String what, long done, long total) {
        long now = nanoTime.getAsLong();
        if (now - lastNanos >= PAUSE_NANOS) {
            lastNanos = now;
            out.println(total > 0 ? "%s: %d of %d".formatted(what, done, total) : "%s: %d".formatted(what, done));
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }
}
