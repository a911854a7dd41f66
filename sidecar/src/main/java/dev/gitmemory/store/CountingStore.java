package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what is asked of another store, whose owner it becomes. Thread-safe. */
public final class CountingStore implements ObjectStore {

    private final ObjectStore store;
    private final LongAdder creates = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder lists = new LongAdder();

    public CountingStore(ObjectStore store) {
        this.store = store;
    }

    /** Calls of {@link #create} since the start or the last {@link #reset}, failed ones included. */
    public long creates() {
        return creates.sum();
    }

    /** Calls of both forms of {@link #read}. */
    public long reads() {
        return reads.sum();
    }

    /** Calls of {@link #list}. */
    public long lists() {
        return lists.sum();
    }

    /** Sets all counts to 0. */
    public void reset() {
        creates.reset();
        reads.reset();
        lists.reset();
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        creates.increment();
        return store.create(key, content);
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        reads.increment();
        return store.read(key);
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        reads.increment();
        return store.read(key, offset, length);
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        lists.increment();
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(String key) throws IOException {
        store.delete(key);
    }

    @Override
    public boolean isKnownToLack(String key) throws InvalidKeyException {
        return store.isKnownToLack(key);
    }

    @Override
    public @Nullable Object identity(String key) throws InvalidKeyException {
        return store.identity(key);
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
        store.close();
    }
}
