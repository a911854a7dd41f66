package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Another store, whose owner it becomes, with something around each request. */
abstract class WrappedStore implements ObjectStore {

    /** What is asked of a store. */
    enum Operation {
        CREATE,
        READ,
        LIST,
        DELETE
    }

    /** One request to the store within. */
    @FunctionalInterface
    interface Request<T> {
        @Nullable
        T send() throws IOException;
    }

    private final ObjectStore store;

    WrappedStore(ObjectStore store) {
        this.store = store;
    }

    /**
     * Sends the request and hands its answer on.
     *
     * @param key what it is about: a key, or the prefix of some
     */
    abstract <T> @Nullable T around(Operation operation, String key, Request<T> request) throws IOException;

    @Override
    public Created create(String key, byte[] content) throws IOException {
        return Objects.requireNonNull(around(Operation.CREATE, key, () -> store.create(key, content)));
    }

    @Override
    public final byte @Nullable [] read(String key) throws IOException {
        return around(Operation.READ, key, () -> store.read(key));
    }

    @Override
    public final byte @Nullable [] read(String key, long offset, int length) throws IOException {
        return around(Operation.READ, key, () -> store.read(key, offset, length));
    }

    @Override
    public final List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        return Objects.requireNonNull(around(Operation.LIST, prefix, () -> store.list(prefix, startAfter, limit)));
    }

    @Override
    public final void delete(String key) throws IOException {
        around(Operation.DELETE, key, () -> {
            store.delete(key);
            return key;
        });
    }

    @Override
    public final boolean isKnownToLack(String key) throws InvalidKeyException {
        return store.isKnownToLack(key);
    }

    @Override
    public final @Nullable Object identity(String key) throws InvalidKeyException {
        return store.identity(key);
    }

    @Override
    public Deadline deadline() {
        return store.deadline();
    }

    @Override
    public final URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        store.close();
    }
}
