package dev.gitmemory.store.gcs;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When the bucket was last seen to be there. The service answers 404 with the reason {@code notFound} to who asks for an
 * object, whether there is no such object or no such bucket; only of a listing and of an upload it can be about nothing
 * but the bucket. Thread-safe.
 */
final class BucketSightings {

    /** How long a bucket that was seen counts as being there: for so long a bucket that is gone may look empty. */
    static final Duration BELIEVED_FOR = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private volatile long last;

    /** @param nanoTime as {@link System#nanoTime} */
    BucketSightings(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        forget();
    }

    /** It has answered in a way that only a bucket can. */
    void seen() {
        last = nanoTime.getAsLong();
    }

    /** It is gone, or may be. */
    void forget() {
        last = nanoTime.getAsLong() - BELIEVED_FOR.toNanos();
    }

    boolean isRecent() {
        return nanoTime.getAsLong() - last < BELIEVED_FOR.toNanos();
    }
}
