package dev.gitmemory.testing;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what is asked of a store. Thread-safe. */
public class CountingStore implements ObjectStore {

    private final ObjectStore store;
    private final LongAdder creates = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder lists = new LongAdder();

    public CountingStore(ObjectStore store) {
        this.store = store;
    }

    public final long creates() {
        return creates.sum();
    }

    public final long reads() {
        return reads.sum();
    }

    public final long lists() {
        return lists.sum();
    }

    public final void reset() {
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
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        lists.increment();
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(String key) throws IOException {
        store.delete(key);
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
