package dev.gitmemory.testing;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The store of a process that dies at a request of the test's choice: none goes through from then on. */
public final class DyingStore extends ForwardingStore {

    /** Whether the last request still takes effect. */
    public enum When {
        BEFORE,
        AFTER
    }

    private int last;
    private final When when;
    private final AtomicInteger requests = new AtomicInteger();

    public DyingStore(ObjectStore store, When when) {
        super(store);
        this.last = Integer.MAX_VALUE;
        this.when = when;
    }

    /** The process ends at the request after so many more, less one. */
    public void dieAfter(int further) {
        last = requests.get() + further;
    }

    private void begin() throws IOException {
        int number = requests.incrementAndGet();
        if (number > last || (number == last && when == When.BEFORE)) {
            throw new IOException("injected: the process is dead");
        }
    }

    private void end() throws IOException {
        if (requests.get() >= last) {
            throw new IOException("injected: the process is dead");
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        begin();
        Created created = super.create(key, content);
        end();
        return created;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        begin();
        byte[] content = super.read(key);
        end();
        return content;
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        begin();
        byte[] content = super.read(key, offset, length);
        end();
        return content;
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        begin();
        List<Entry> entries = super.list(prefix, startAfter, limit);
        end();
        return entries;
    }

    @Override
    public void delete(String key) throws IOException {
        begin();
        super.delete(key);
        end();
    }
}
