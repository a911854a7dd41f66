package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes a repository for good, readable or not, and leaves a {@link Tombstone}. Only objects that have names of a log's
 * are removed.
 *
 * <h2>Against whoever is writing meanwhile</h2>
 *
 * The tombstone takes the next number of the log by the same conditional create as any entry. From then on a writer that
 * knows the newest entry loses that race for ever, and reads why. One that is behind may still store an entry under a
 * number whose object was deleted, and takes it for committed, until it looks for checkpoints, which it does within
 * {@link Trust#LASTS}: it then finds the tombstone's. What it has left by then is removed by a purge that is run again
 * after that time. Nobody reads it before either, since opening begins with the newest checkpoint.
 *
 * <p>Each step may be cut short and all of it be run again, by several processes at once.
 */
final class LogPurge {

    private static final Logger logger = LoggerFactory.getLogger(LogPurge.class);
    private static final int PAGE = 1000;

    /** A number is taken by another writer at most a few times in a row; more means that the store does not do its part. */
    private static final int MOST_ATTEMPTS = 1000;

    private final ObjectStore store;
    private final RepoLog log;
    private final String folder;

    LogPurge(ObjectStore store, String prefix) {
        this.store = store;
        this.log = new RepoLog(store, prefix, id -> null);
        this.folder = prefix + "/";
    }

    /** Answers how many objects were removed, a tombstone not counted. */
    long run() throws IOException {
        long number = setTombstone();
        List<String> kept = List.of(log.key(number), log.checkpointKey(number));
        long removed = 0;
        List<String> foreign = new ArrayList<>();
        for (String key : keys()) {
            if (!LogInventory.isOurs(key.substring(folder.length()))) {
                foreign.add(key);
            } else if (!kept.contains(key)) {
                store.delete(key);
                removed++;
            }
        }
        if (!foreign.isEmpty()) {
            logger.warn(
                    "'{}' was purged, and {} objects in it are none of git-memory's and were left, such as '{}'",
                    folder,
                    foreign.size(),
                    foreign.get(0));
        }
        return removed;
    }

    /** Whether there is anything at all of the repository. */
    boolean isThere() throws IOException {
        return !store.list(folder, folder, 1).isEmpty();
    }

    private List<String> keys() throws IOException {
        List<String> keys = new ArrayList<>();
        String after = folder;
        List<ObjectStore.Entry> page;
        do {
            page = store.list(folder, after, PAGE);
            for (ObjectStore.Entry entry : page) {
                after = entry.key();
                keys.add(after);
            }
        } while (page.size() == PAGE);
        return keys;
    }

    /** Answers its number. The entry comes first: a checkpoint alone would not stop who has read everything before it. */
    private long setTombstone() throws IOException {
        LogInventory inventory = LogInventory.of(store, folder.substring(0, folder.length() - 1), new ArrayList<>());
        long checkpoint =
                inventory.checkpoints().isEmpty() ? 0 : inventory.checkpoints().last();
        if (checkpoint > 0
                && isTombstone(begin(log.checkpointKey(checkpoint)))
                && isTombstone(begin(log.key(checkpoint)))) {
            return checkpoint;
        }
        long newest = inventory.entries().isEmpty() ? 0 : inventory.entries().last();
        long number =
                isTombstone(newest == 0 ? null : begin(log.key(newest))) ? newest : Math.max(newest, checkpoint) + 1;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            if (take(number)) {
                put(log.checkpointKey(number));
                return number;
            }
            number++;
        }
        throw new IOException(
                "'" + folder + "' takes no tombstone: each number up to " + number + " was taken at that moment");
    }

    /** Whether entry {@code number} is a tombstone now; if not it is somebody's. */
    private boolean take(long number) throws IOException {
        IOException failure = null;
        try {
            store.create(log.key(number), Tombstone.bytes());
        } catch (IOException e) {
            failure = e; // it may have been stored all the same
        }
        byte[] there = begin(log.key(number));
        if (there == null) {
            throw failure != null ? failure : new IOException("'" + log.key(number) + "' was stored and is not there");
        }
        return Tombstone.is(there);
    }

    private void put(String checkpointKey) throws IOException {
        store.create(checkpointKey, Tombstone.bytes());
    }

    /** As much of an object as tells a tombstone, whatever else it may be. */
    private byte @Nullable [] begin(String key) throws IOException {
        return store.read(key, 0, Tombstone.bytes().length);
    }

    private static boolean isTombstone(byte @Nullable [] object) {
        return object != null && Tombstone.is(object);
    }
}
