package dev.gitmemory.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a store is opened.
 *
 * @param uri {@code file:///path} for a folder, which is made if it is missing, {@code gs://bucket/prefix} for Google
 *     Cloud Storage, or {@code memory:} for the heap
 * @param parallelism how many requests may be under way at the same time; the others wait for their turn
 * @param timeout how long a request over the network waits for a connection, and for the next byte of an answer, before it
 *     is sent again; see {@link #attemptTimeout}
 * @param retryFor how long a request over the network that fails in passing is repeated before its caller is told, within
 *     the deadline
 * @param deadline how long a write may wait for the store, with all of its requests and their turns; and so may a
 *     request that is part of nothing larger. See {@link Deadline}.
 * @param endpoint the address of Google Cloud Storage where it is another than Google's public one; null for that one
 */
public record StoreSettings(
        String uri,
        int parallelism,
        Duration timeout,
        Duration retryFor,
        Duration deadline,
        @Nullable String endpoint) {

    public static final int DEFAULT_PARALLELISM = 64;
    public static final int DEFAULT_TIMEOUT_MILLIS = 5_000;
    public static final int DEFAULT_RETRY_FOR_MILLIS = 20_000;
    public static final int DEFAULT_DEADLINE_MILLIS = 20_000;

    /** @throws IllegalArgumentException if a number is not positive */
    public StoreSettings {
        if (parallelism < 1 || timeout.toMillis() < 1 || retryFor.isNegative() || deadline.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "Need a parallelism, a time-out and a deadline of 1 or more, and a time to retry of 0 or more, got "
                            + parallelism + ", " + timeout + ", " + deadline + " and " + retryFor);
        }
    }

    /**
     * How long one attempt of a request waits for a connection, and for the next byte: {@code timeout}, and a third of the
     * deadline at most, so that an attempt that gets no answer leaves time for others.
     */
    public Duration attemptTimeout() {
        Duration most = deadline.dividedBy(3);
        Duration wait = timeout.compareTo(most) < 0 ? timeout : most;
        return wait.toMillis() < 1 ? Duration.ofMillis(1) : wait;
    }

    /** With Google's public address. */
    public StoreSettings(String uri, int parallelism, Duration timeout, Duration retryFor, Duration deadline) {
        this(uri, parallelism, timeout, retryFor, deadline, null);
    }

    /** The defaults, for a store. */
    public StoreSettings(String uri) {
        this(
                uri,
                DEFAULT_PARALLELISM,
                Duration.ofMillis(DEFAULT_TIMEOUT_MILLIS),
                Duration.ofMillis(DEFAULT_RETRY_FOR_MILLIS),
                Duration.ofMillis(DEFAULT_DEADLINE_MILLIS));
    }
}
