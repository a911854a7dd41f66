package dev.gitmemory.repo;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Leaves room for other processes that write to the same log. Not thread-safe.
 *
 * <h2>Why</h2>
 *
 * Who has just written an entry can send the next at once. Who lost must read the winner's entry first, and so comes
 * too late again, every time, while the winner has anything to write. A writer can't see that others lose.
 *
 * <h2>How</h2>
 *
 * After some entries in a row without a pause, a writer lets one and a half round trips pass: a loser, who reads while
 * it tries, needs one to write on top of what it has just read. How many in a row depends on what it has seen: one when
 * another process has just come in between; one more after each pause that nobody used, up to {@value #MOST_IN_A_ROW}.
 * So processes that compete take turns, and one that is alone loses next to nothing; drafts that come during a pause go
 * into the next entry. Time that passes without anything to write is a pause, too.
 */
final class Courtesy {

    static final int MOST_IN_A_ROW = 32;

    /** A store that has become very slow must not slow writers further. */
    private static final long LONGEST_PAUSE_NANOS = 250_000_000;

    private final LongSupplier clockNanos;
    private final LongConsumer sleepNanos;
    private int allowedInARow = MOST_IN_A_ROW;
    private int inARow;
    private long lastWriteEnded;
    private long pause;

    /**
     * @param clockNanos as {@link System#nanoTime}
     * @param sleepNanos waits so long, or shorter
     */
    Courtesy(LongSupplier clockNanos, LongConsumer sleepNanos) {
        this.clockNanos = clockNanos;
        this.sleepNanos = sleepNanos;
    }

    /** Waits if it is the others' turn. */
    void beforeWrite() {
        if (inARow == 0) {
            return;
        }
        long waited = clockNanos.getAsLong() - lastWriteEnded;
        if (waited < pause && inARow < allowedInARow) {
            return;
        }
        if (waited < pause) {
            sleepNanos.accept(pause - waited);
        }
        inARow = 0;
        allowedInARow = Math.min(allowedInARow + 1, MOST_IN_A_ROW);
    }

    /** An entry of ours was written; the request took so long. */
    void wrote(long tookNanos) {
        inARow++;
        lastWriteEnded = clockNanos.getAsLong();
        pause = Math.min(tookNanos + tookNanos / 2, LONGEST_PAUSE_NANOS);
    }

    /** Another process's entry came first. */
    void overtaken() {
        inARow = 0;
        allowedInARow = 1;
    }
}
