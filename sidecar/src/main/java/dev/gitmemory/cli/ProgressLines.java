package dev.gitmemory.cli;

import dev.gitmemory.repo.TransferProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Progress as lines for people, from the third second on and one every two seconds; what was told of is told of once
 * more when it is done, so that nothing seems to stop in the middle. Not thread-safe.
 */
final class ProgressLines implements TransferProgress {

    private static final long NOTHING = -1;
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

    private final PrintStream out;
    private final BooleanSupplier cancelled;
    private final LongSupplier nanoTime;
    private long lastNanos;
    private String task = "";
    private long done;
    private long total;
    private long told = NOTHING;

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
        if (!what.equals(task)) {
            tellEnd();
            task = what;
            told = NOTHING;
        }
        this.done = done;
        this.total = total;
        long now = nanoTime.getAsLong();
        if (now - lastNanos >= PAUSE_NANOS) {
            lastNanos = now;
            print();
        } else if (done == total) {
            tellEnd();
        }
    }

    private void tellEnd() {
        if (told != NOTHING && told != done) {
            print();
        }
    }

    private void print() {
        told = done;
        out.println(total > 0 ? "%s: %d of %d".formatted(task, done, total) : "%s: %d".formatted(task, done));
    }

    @Override
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }
}
