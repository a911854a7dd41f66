package dev.gitmemory.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.gitmemory.postgres.RowsLockedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A {@link Lane} for each key, kept as long as it is used, or known to be held up. Thread-safe. */
final class Lanes<K> {

    private static final Duration REMEMBERED = Duration.ofMinutes(2);

    private final LoadingCache<K, Lane> lanes =
            Caffeine.newBuilder().weakValues().build(key -> new Lane());

    /** Keeps what the other may drop. */
    private final Cache<K, Lane> heldUp =
            Caffeine.newBuilder().expireAfterAccess(REMEMBERED).build();

    /** As {@link Lane#take}. */
    <T, X extends Exception> T take(
            K key, Supplier<Optional<T>> done, Lane.Patience patience, Lane.Attempt<T, X> attempt) throws X {
        Lane lane = lanes.get(key);
        try {
            return lane.take(done, patience, attempt);
        } catch (RowsLockedException e) {
            heldUp.put(key, lane);
            throw e;
        }
    }
}
