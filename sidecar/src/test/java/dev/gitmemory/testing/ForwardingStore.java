package dev.gitmemory.testing;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.InvalidKeyException;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that hands every request on; a subclass changes what it wants to. */
public class ForwardingStore implements ObjectStore {

    private final ObjectStore store;

    protected ForwardingStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        return store.create(key, content);
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        return store.read(key);
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        return store.read(key, offset, length);
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
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
