package dev.gitmemory.cli;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.InvalidKeyException;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes every request to a store take some time, as one over a network does, and counts. Closing it leaves the store
 * open. Thread-safe.
 */
final class SlowStore implements ObjectStore {

    private final ObjectStore store;
    private final long nanos;
    private final AtomicLong requests = new AtomicLong();

    /** The longest row of requests that began after the one before them had ended, among those that have ended. */
    private final AtomicLong sequential = new AtomicLong();

    SlowStore(ObjectStore store, int millis) {
        this.store = store;
        this.nanos = millis * 1_000_000L;
    }

    /** Requests since the last {@link #reset}. */
    long requests() {
        return requests.get();
    }

    /** How many of these one had to wait for one after the other. */
    long sequential() {
        return sequential.get();
    }

    void reset() {
        requests.set(0);
        sequential.set(0);
    }

    private interface Request<T extends @Nullable Object> {
        T send() throws IOException;
    }

    private <T extends @Nullable Object> T slowly(Request<T> request) throws IOException {
        requests.incrementAndGet();
        long place = sequential.get() + 1;
        long end = System.nanoTime() + nanos;
        T answer = request.send();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        sequential.accumulateAndGet(place, Math::max);
        return answer;
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        return slowly(() -> store.create(key, content));
    }

    @Override
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    public byte @Nullable [] read(String key) throws IOException {
        return slowly(() -> store.read(key));
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        return slowly(() -> store.read(key, offset, length));
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        return slowly(() -> store.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(String key) throws IOException {
        slowly(() -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public boolean isKnownToLack(String key) throws InvalidKeyException {
        return store.isKnownToLack(key);
    }

    @Override
    public Deadline deadline() {
        return store.deadline();
    }

    @Override
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        // The store is its owner's.
    }
}
