package dev.gitmemory.service;

import dev.gitmemory.postgres.RowsLockedException;
import java.time.Duration;

/** How long the reconciler leaves an agent alone that has failed. */
final class Pauses {

    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_WHILE_HELD = Duration.ofSeconds(3);
    private static final int TRIED_AT_ONCE = 3;

    private Pauses() {}

    /**
     * The pause after a failure. It grows, and stays short while another transaction holds the agent's rows, for that may end
     * at any moment; with many such agents it grows as well, since each attempt waits a little.
     *
     * @param times how often the agent has failed, this time included
     * @param failing how many agents fail
     */
    static Duration after(int times, Throwable reason, int failing) {
        if (times < TRIED_AT_ONCE) {
            return Duration.ZERO;
        }
        Duration longest = reason instanceof RowsLockedException
                ? shorter(LONGEST, LONGEST_WHILE_HELD.multipliedBy(1 + failing / 2))
                : LONGEST;
        return shorter(longest, Duration.ofSeconds(1L << Math.min(times - TRIED_AT_ONCE, 10)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
