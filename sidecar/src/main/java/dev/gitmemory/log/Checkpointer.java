package dev.gitmemory.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Makes checkpoints of one log.
 *
 * <p>A checkpoint is checked before anybody relies on it: of what is new each object is inflated from it again and
 * hashed, with what the checkpoint before has it must be as many as the log has, and stored it must read back as the same
 * bytes. Of several processes that make
 * the same one the first to store it wins, as with entries.
 *
 * <p>Old checkpoints are removed once a newer one is stored, but for one: whoever has listed it and reads it now looks
 * again when it is gone. The newest is never removed. Thread-safe; runs one at a time.
 */
final class Checkpointer {

    private static final int KEPT = 2;

    /** One part in so many of the heap may be taken for a checkpoint: other agents need the rest. */
    static final int HEAP_SHARE = 2;

    /**
     * A log at one moment.
     *
     * @param objects how many there are
     * @param checkpoint the newest checkpoint that is known; 0 for none
     * @param fresh the objects that this checkpoint lacks
     * @param bytes about how large a checkpoint of it would be
     */
    record Snapshot(LogState state, long objects, long checkpoint, List<LoggedObject> fresh, long bytes) {}

    /** Takes the number and the size of a checkpoint. */
    @FunctionalInterface
    interface Told {
        void accept(long number, long size);
    }

    /** How often a checkpoint is on the heap while it is made: as it was before, its new section, and all of it. */
    private static final int TIMES_ON_HEAP = 2;

    private final RepoLog log;
    private final long heapBytes;

    /** @param heapBytes how much heap it may take: whatever else this process does needs some, too */
    Checkpointer(RepoLog log, long heapBytes) {
        this.log = log;
        this.heapBytes = heapBytes;
    }

    /**
     * Makes a checkpoint if the newest entry has none.
     *
     * @param snapshot takes one of the log
     * @param checkpointed told of the number of a checkpoint that is there
     * @return whether it has made one
     */
    synchronized boolean run(Supplier<Snapshot> snapshot, Told checkpointed, LoggedObjects objects) throws IOException {
        SortedMap<Long, Long> known = log.checkpoints();
        Snapshot now = snapshot.get();
        long newest = known.isEmpty() ? 0 : known.lastKey();
        if (newest > now.checkpoint() && newest <= now.state().entry()) {
            checkpointed.accept(newest, known.getOrDefault(newest, 0L)); // another process has made it
            now = snapshot.get();
        }
        long number = now.state().entry();
        boolean made = newest < number;
        if (made) {
            checkpointed.accept(number, make(now, objects));
            known = log.checkpoints();
        }
        List<Long> numbers = List.copyOf(known.keySet());
        for (long old : numbers.subList(0, Math.max(0, numbers.size() - KEPT))) {
            log.deleteCheckpoint(old);
        }
        return made;
    }

    /** Answers its size. */
    private long make(Snapshot now, LoggedObjects objects) throws IOException {
        requireHeap(now);
        byte[] before = before(now.checkpoint());
        byte[] checkpoint;
        try (LogObjectReader reader = new LogObjectReader(objects, null, null)) {
            checkpoint = CheckpointCodec.encode(refs(now.state()), before, now.fresh(), reader);
        }
        long number = now.state().entry();
        long held = CheckpointCodec.count(checkpoint);
        if (held != now.objects()) {
            throw new IOException("The checkpoint for '%s' would hold %d objects of the log's %d; it was not stored"
                    .formatted(log.checkpointKey(number), held, now.objects()));
        }
        IOException failure = null;
        try {
            log.createCheckpoint(number, checkpoint);
        } catch (IOException e) {
            failure = e; // it may have been stored all the same
        }
        requireStored(number, checkpoint, failure);
        return checkpoint.length;
    }

    /** As its newest entry has them. */
    private SortedMap<String, ObjectId> refs(LogState state) {
        return state.owned() ? log.owner().sign(state.targets()) : state.targets();
    }

    private void requireHeap(Snapshot now) throws IOException {
        long needed = TIMES_ON_HEAP * now.bytes();
        if (needed > heapBytes) {
            throw new IOException(
                    "The checkpoint for '%s' takes about %d MiB of heap, and may take %d MiB here; 'git-memory compact' with -Xmx%dm makes it"
                            .formatted(
                                    log.checkpointKey(now.state().entry()),
                                    needed >> 20,
                                    heapBytes >> 20,
                                    ((HEAP_SHARE * needed) >> 20) + 1));
        }
    }

    private byte @Nullable [] before(long number) throws IOException {
        if (number == 0) {
            return null;
        }
        byte[] before = log.readCheckpoint(number);
        if (before == null) {
            throw new VanishedException(log.checkpointKey(number)); // two newer ones have come meanwhile
        }
        return before;
    }

    private void requireStored(long number, byte[] checkpoint, @Nullable IOException failure) throws IOException {
        byte[] stored;
        try {
            stored = log.readCheckpoint(number);
        } catch (IOException e) {
            if (failure != null) {
                e.addSuppressed(failure);
            }
            throw e;
        }
        if (stored == null) {
            throw failure == null ? new VanishedException(log.checkpointKey(number)) : failure;
        }
        if (!Arrays.equals(stored, checkpoint)) {
            // Two processes make the same sections unless they began after different checkpoints.
            requireSame(number, stored, checkpoint);
        }
    }

    private void requireSame(long number, byte[] stored, byte[] checkpoint) throws IOException {
        String key = log.checkpointKey(number);
        Bundle theirs = Fetched.checkpoint(log, number, stored).bundle();
        Bundle ours = CheckpointCodec.decode(checkpoint);
        boolean same = theirs.header().equals(ours.header())
                && List.copyOf(new TreeSet<>(theirs.objects())).equals(List.copyOf(new TreeSet<>(ours.objects())));
        if (!same) {
            throw new CorruptLogException(key, "another checkpoint is stored under this number; delete it", null);
        }
    }
}
