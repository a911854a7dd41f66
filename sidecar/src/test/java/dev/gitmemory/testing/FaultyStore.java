package dev.gitmemory.testing;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.RefusedException;
import dev.gitmemory.store.StoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A store that fails as told: each fault is used up by the next request of its kind. Requests without a fault go
 * through. Thread-safe.
 */
public final class FaultyStore extends ForwardingStore {

    /** What goes wrong with a create. */
    public enum CreateFault {
        /** Nothing: the request goes through. */
        NONE,
        /** It is stored, and the answer is lost. */
        LOST_ANSWER,
        /** It fails before anything is stored. */
        FAILED_BEFORE,
        /** The store says that it does not take it. */
        REFUSED,
        /** It fails, and arrives at the store when {@link #deliverLate} is called. */
        DELAYED,
        /** It is stored, and the answer says that it existed: a retry inside the client met its own object. */
        STORED_BUT_SAYS_EXISTED,
        /** Nothing is stored, and the answer says that it existed. */
        SAYS_EXISTED
    }

    /** A request that is still on its way. */
    @FunctionalInterface
    private interface Late {
        void arrive() throws IOException;
    }

    private final Queue<CreateFault> createFaults = new ArrayDeque<>();
    private final Queue<Late> late = new ArrayDeque<>();
    private int readsToFail;
    private boolean down;

    public FaultyStore(ObjectStore store) {
        super(store);
    }

    /** The next creates fail so, one after the other. */
    public synchronized FaultyStore nextCreates(CreateFault... faults) {
        createFaults.addAll(List.of(faults));
        return this;
    }

    /** So many of the next reads fail. */
    public synchronized FaultyStore failReads(int count) {
        readsToFail = count;
        return this;
    }

    /** While it is down every request fails and nothing is stored. */
    public synchronized void setDown(boolean down) {
        this.down = down;
    }

    /** The delayed creates arrive, in their order; their answers go nowhere. */
    public synchronized void deliverLate() throws IOException {
        for (Late request = late.poll(); request != null; request = late.poll()) {
            request.arrive();
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        switch (nextCreateFault(key)) {
            case NONE -> {
                return super.create(key, content);
            }
            case LOST_ANSWER -> {
                super.create(key, content);
                throw new IOException("injected: the answer to create '" + key + "' is lost");
            }
            case FAILED_BEFORE -> throw new IOException("injected: create '" + key + "' failed");
            case REFUSED ->
                throw new RefusedException(new StoreException("injected: create '" + key + "' was refused", null));
            case DELAYED -> {
                delay(key, content);
                throw new IOException("injected: create '" + key + "' timed out");
            }
            case STORED_BUT_SAYS_EXISTED -> {
                super.create(key, content);
                return Created.EXISTED;
            }
            case SAYS_EXISTED -> {
                return Created.EXISTED;
            }
        }
        throw new AssertionError("no such fault");
    }

    private synchronized CreateFault nextCreateFault(String key) throws IOException {
        checkUp(key);
        CreateFault fault = createFaults.poll();
        return fault == null ? CreateFault.NONE : fault;
    }

    private synchronized void delay(String key, byte[] content) {
        byte[] sent = content.clone();
        late.add(() -> super.create(key, sent));
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        failReadIfTold(key);
        return super.read(key);
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        failReadIfTold(key);
        return super.read(key, offset, length);
    }

    private synchronized void failReadIfTold(String key) throws IOException {
        checkUp(key);
        if (readsToFail > 0) {
            readsToFail--;
            throw new IOException("injected: read '" + key + "' failed");
        }
    }

    private synchronized void checkUp(String key) throws IOException {
        if (down) {
            throw new IOException("injected: the store is down, asked for '" + key + "'");
        }
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        checkUp(prefix);
        return super.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(String key) throws IOException {
        checkUp(key);
        super.delete(key);
    }
}
