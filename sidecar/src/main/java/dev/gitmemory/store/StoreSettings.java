package dev.gitmemory.store;

import java.time.Duration;

/**
 * How a store is opened.
 *
 * @param uri {@code file:///path} for a folder, which is made if it is missing, {@code gs://bucket/prefix} for Google
 *     Cloud Storage, or {@code memory:} for the heap
 * @param parallelism how many requests may be under way at the same time; the others wait for their turn
 * @param timeout how long a request over the network waits for a connection, and for the next byte of an answer
 * @param retryFor how long a request over the network that fails in passing is repeated before its caller is told
 */
public record StoreSettings(String uri, int parallelism, Duration timeout, Duration retryFor) {

    public static final int DEFAULT_PARALLELISM = 64;
    public static final int DEFAULT_TIMEOUT_MILLIS = 10_000;
    public static final int DEFAULT_RETRY_FOR_MILLIS = 5_000;

    /** @throws IllegalArgumentException if a number is not positive */
    public StoreSettings {
        if (parallelism < 1 || timeout.toMillis() < 1 || retryFor.isNegative()) {
            throw new IllegalArgumentException(
                    "Need a parallelism and a time-out of 1 or more, and a time to retry of 0" + " or more, got "
                            + parallelism + ", " + timeout + " and " + retryFor);
        }
    }

    /** The defaults, for a store. */
    public StoreSettings(String uri) {
        this(
                uri,
                DEFAULT_PARALLELISM,
                Duration.ofMillis(DEFAULT_TIMEOUT_MILLIS),
                Duration.ofMillis(DEFAULT_RETRY_FOR_MILLIS));
    }

    /**
     * How long a request waits for its turn: as long as those before it may take. A request that has not got a turn
     * then would not get an answer either.
     */
    Duration patience() {
        return timeout.plus(retryFor);
    }
}
