package dev.gitmemory.testing;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.RefusedException;
import dev.gitmemory.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An empty store on a full disk: it can be read and takes nothing. */
public final class FullStore implements ObjectStore {

    @Override
    public Created create(String key, byte[] content) throws IOException {
        throw new RefusedException(new StoreException("No space left on device, for " + key, null));
    }

    @Override
    public byte @Nullable [] read(String key) {
        return null;
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) {
        return null;
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) {
        return List.of();
    }

    @Override
    public void delete(String key) {}

    @Override
    public URI uri() {
        return URI.create("full:/");
    }

    @Override
    public void close() {}
}
