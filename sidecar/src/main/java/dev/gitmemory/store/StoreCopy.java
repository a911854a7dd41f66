package dev.gitmemory.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Copies all objects of a store to another place. The id comes first, so that a copy that was cut short is known by it, and
 * the next one goes on. What is there already, of the same size, stays. Used once, by one thread.
 */
public final class StoreCopy {

    private static final int PAGE = 1000;
    private static final int THREADS = 8;

    /** Larger ones are copied one at a time: each is on the heap as a whole. */
    private static final long SMALL_BYTES = 16L << 20;

    private final ObjectStore from;
    private final ObjectStore to;
    private final LongConsumer progress;
    private long copied;
    private long present;

    /** @param progress told how many objects the copy has */
    public StoreCopy(ObjectStore from, ObjectStore to, LongConsumer progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
    }

    /**
     * What was done.
     *
     * @param copied objects that were copied by this call
     * @param present objects that were there before
     */
    public record Result(long copied, long present) {}

    /**
     * Copies what is missing.
     *
     * @throws StoreException if the source has no id, the other place has another one or something of its own, or an object
     *     there has another size than its original; nothing was changed but what was copied before
     * @throws IOException if one of them failed; the next call goes on
     */
    public Result run() throws IOException {
        copyId();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            String after = "";
            while (true) {
                List<ObjectStore.Entry> page = from.list("", after, PAGE);
                if (page.isEmpty()) {
                    return new Result(copied, present);
                }
                String last = page.get(page.size() - 1).key();
                copy(page, there(after, last), threads);
                after = last;
                progress.accept(copied + present);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void copyId() throws IOException {
        UUID id = StoreIdentity.read(from)
                .orElseThrow(() -> new StoreException("The store '" + from.uri() + "' has no id", null));
        Optional<UUID> other = StoreIdentity.read(to);
        if (other.isEmpty()) {
            if (!to.list("", "", 1).isEmpty()) {
                throw new StoreException(
                        "There is something at '" + to.uri() + "' that is no copy of this store: it has no object '"
                                + StoreIdentity.KEY + "'. Name a place that is empty",
                        null);
            }
            copied += copy(StoreIdentity.KEY) ? 1 : 0;
            present -= copied; // where the other objects are copied it is there
            other = StoreIdentity.read(to);
        }
        if (!other.equals(Optional.of(id))) {
            throw new StoreException(
                    "At '" + to.uri() + "' is another store, with the id "
                            + other.map(UUID::toString).orElse("that is missing") + " and not " + id
                            + ". Name a place that is empty",
                    null);
        }
    }

    /** The sizes of the objects that the copy has between two keys. */
    private Map<String, Long> there(String after, String last) throws IOException {
        Map<String, Long> sizes = new HashMap<>();
        String at = after;
        while (true) {
            List<ObjectStore.Entry> page = to.list("", at, PAGE);
            for (ObjectStore.Entry entry : page) {
                at = entry.key();
                if (Keys.ORDER.compare(at, last) > 0) {
                    return sizes;
                }
                sizes.put(at, entry.size());
            }
            if (page.size() < PAGE) {
                return sizes;
            }
        }
    }

    private void copy(List<ObjectStore.Entry> page, Map<String, Long> there, ExecutorService threads)
            throws IOException {
        List<Future<Boolean>> copies = new ArrayList<>();
        List<ObjectStore.Entry> large = new ArrayList<>();
        for (ObjectStore.Entry entry : page) {
            Long size = there.get(entry.key());
            if (size != null && size != entry.size()) {
                throw differs(entry.key());
            }
            if (size != null) {
                present++;
            } else if (entry.size() > SMALL_BYTES) {
                large.add(entry);
            } else {
                copies.add(threads.submit(() -> copy(entry.key())));
            }
        }
        for (Future<Boolean> each : copies) {
            count(await(each));
        }
        for (ObjectStore.Entry entry : large) {
            count(copy(entry.key()));
        }
    }

    private void count(boolean stored) {
        copied += stored ? 1 : 0;
    }

    /** Answers false where the object is gone since it was listed. */
    private boolean copy(String key) throws IOException {
        byte[] content = from.read(key);
        if (content == null) {
            return false;
        }
        if (to.create(key, content) == ObjectStore.Created.EXISTED) {
            throw differs(key);
        }
        return true;
    }

    private StoreException differs(String key) {
        return new StoreException(
                "The object '" + key + "' is at '" + to.uri()
                        + "' already, and is not the same: it was cut short when it was copied by other means, or somebody writes"
                        + " there. Remove it there, and copy again",
                null);
    }

    private static boolean await(Future<Boolean> copy) throws IOException {
        try {
            return copy.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while objects were copied", e);
        }
    }
}
