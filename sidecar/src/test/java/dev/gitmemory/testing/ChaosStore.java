package dev.gitmemory.testing;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A store of which one request in twenty goes wrong, in one of four ways: it fails before it takes effect, it takes effect
 * and the answer is lost, it takes long, or it is refused because there are too many. Thread-safe.
 */
public final class ChaosStore extends ForwardingStore {

    static final int ONE_IN = 20;
    private static final Duration SLOW = Duration.ofMillis(50);

    private final Random random;

    public ChaosStore(ObjectStore store, long seed) {
        super(store);
        this.random = new Random(seed);
    }

    private interface Request<T extends @Nullable Object> {
        T send() throws IOException;
    }

    private <T extends @Nullable Object> T perhaps(String what, Request<T> request) throws IOException {
        if (random.nextInt(ONE_IN) > 0) {
            return request.send();
        }
        switch (random.nextInt(4)) {
            case 0 -> throw new IOException("injected: " + what + " failed");
            case 1 -> {
                request.send();
                throw new IOException("injected: the answer to " + what + " is lost");
            }
            case 2 -> {
                LockSupport.parkNanos(SLOW.toNanos());
                return request.send();
            }
            default -> throw new IOException("injected: " + what + " was refused, 429 Too Many Requests");
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        return perhaps("create '" + key + "'", () -> super.create(key, content));
    }

    @Override
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    public byte @Nullable [] read(String key) throws IOException {
        return perhaps("read '" + key + "'", () -> super.read(key));
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        return perhaps("read '" + key + "'", () -> super.read(key, offset, length));
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        return perhaps("list '" + prefix + "'", () -> super.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(String key) throws IOException {
        perhaps("delete '" + key + "'", () -> {
            super.delete(key);
            return true;
        });
    }
}
