package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A log as it lies in the object store, whether or not some process has it open as a {@link BundleLog}: what can be
 * asked and done without reading it whole. Holds no state; thread-safe.
 */
public final class StoredLog {

    /** Enough for some hundred refs. */
    private static final int HEADER_BYTES = 1 << 15;

    private final ObjectStore store;
    private final String prefix;

    /**
     * Names a log; asks for nothing yet.
     *
     * @param prefix the folder of the repository in the store, without a slash at the end
     */
    public StoredLog(ObjectStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    /** Whether the store has anything of the repository, be it a tombstone. */
    public boolean isThere() throws IOException {
        return new LogPurge(store, prefix).isThere();
    }

    /**
     * How the end of the log compares with an entry. One small request.
     *
     * @param number 1 or more
     * @return -1 when the log ends before it, 0 when it is the last entry, 1 when there are later ones
     */
    public int compareEnd(long number) throws IOException {
        return entries().compareEnd(number);
    }

    /**
     * Whether an entry is there and says that {@code main} is at a commit. One small request; false, too, where its header
     * is too long to be read so, or damaged.
     *
     * @param number 1 or more
     */
    public boolean leavesMainAt(long number, String sha) throws IOException {
        byte[] begin = store.read(entries().key(number), 0, HEADER_BYTES);
        if (begin == null) {
            return false;
        }
        try {
            ObjectId main = BundleCodec.start(begin).header().refs().get(LogState.MAIN);
            return main != null && main.name().equals(sha);
        } catch (MalformedBundleException e) {
            return false; // whoever opens the log is told
        }
    }

    /**
     * Deletes entries that a checkpoint has covered for some time; the entry after which it is named stays. Each is
     * compared with the newest checkpoint before. A crash anywhere in it leaves entries that the next call deletes.
     *
     * @param keep one hour or longer, counted from the first call that sees the checkpoint
     * @return how many entries were deleted
     * @throws CorruptLogException if an entry or the checkpoint can't be used, or the checkpoint lacks an object of an
     *     entry; neither this entry nor a later one was deleted
     * @throws IOException if the store failed
     */
    public int deleteCovered(Duration keep, Instant now) throws IOException {
        return new EntryRetention(entries()).run(keep, now);
    }

    /**
     * Removes the repository for good, readable or not, and leaves a tombstone: from then on opening it, reading on and
     * appending fail with {@link PurgedException}, wherever it is open. May be run again and again, and should be after
     * an hour, for then nobody can have written anything any more.
     *
     * @return how many objects were removed
     * @throws IOException if the store failed; what was done stays done, and the next call goes on
     */
    public long purge() throws IOException {
        return new LogPurge(store, prefix).run();
    }

    private RepoLog entries() {
        return new RepoLog(store, prefix, id -> null);
    }
}
