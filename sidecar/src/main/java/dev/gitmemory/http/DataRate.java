package dev.gitmemory.http;

import java.time.Duration;

/**
 * The slowest that a body may come.
 *
 * @param bytesPerSecond on average, since the body's beginning
 * @param grace how long nobody asks: a connection may stall for a moment
 */
record DataRate(int bytesPerSecond, Duration grace) {

    /** A modem of the last century was faster. */
    static final DataRate DEFAULT = new DataRate(1024, Duration.ofSeconds(10));

    boolean isTooSlow(long bytes, Duration elapsed) {
        return elapsed.compareTo(grace) > 0 && bytes * 1000 < bytesPerSecond * elapsed.toMillis();
    }
}
