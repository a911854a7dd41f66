package dev.gitmemory.postgres;

import java.time.Duration;

/**
 * How long a migration waits for locks.
 *
 * @param timeout how long one try waits, and so at most how long an application waits behind it
 * @param patience how long it goes on trying, pauses included; zero tries once
 */
public record LockSettings(Duration timeout, Duration patience) {
    /** Tries of two seconds, for a minute. */
    public static final LockSettings DEFAULT = new LockSettings(Duration.ofSeconds(2), Duration.ofMinutes(1));

    /**
     * Checks the durations.
     *
     * @throws IllegalArgumentException if the time-out is not at least a millisecond, or the patience is negative
     */
    public LockSettings {
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException("The time-out of locks must be at least 1 ms, is " + timeout);
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("The patience with locks must not be negative, is " + patience);
        }
    }
}
