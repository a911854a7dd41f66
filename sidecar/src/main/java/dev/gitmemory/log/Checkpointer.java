package dev.gitmemory.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes checkpoints of one log.
 *
 * <p>A checkpoint is checked twice before anybody relies on it: made, it must hold exactly the objects of the log, each
 * of which is inflated and hashed for that; stored, it must read back as the same bytes. Of several processes that make
 * the same one the first to store it wins, as with entries.
 *
 * <p>Old checkpoints are removed once a newer one is stored, but for one: whoever has listed it and reads it now looks
 * again when it is gone. The newest is never removed. Thread-safe; runs one at a time.
 */
final class Checkpointer {

    private static final int KEPT = 2;

    /**
     * A log at one moment.
     *
     * @param objects how many there are
     * @param checkpoint the newest checkpoint that is known; 0 for none
     * @param fresh the objects that this checkpoint lacks
     */
    record Snapshot(LogState state, long objects, long checkpoint, List<LoggedObject> fresh) {}

    private final RepoLog log;

    Checkpointer(RepoLog log) {
        this.log = log;
    }

    /**
     * Makes a checkpoint if the newest entry has none.
     *
     * @param snapshot takes one of the log
     * @param checkpointed told of the number of a checkpoint that is there
     * @return whether it has made one
     */
    synchronized boolean run(Supplier<Snapshot> snapshot, LongConsumer checkpointed, LoggedObjects objects)
            throws IOException {
        List<Long> known = log.checkpoints();
        Snapshot now = snapshot.get();
        long newest = known.isEmpty() ? 0 : known.get(known.size() - 1);
        if (newest > now.checkpoint() && newest <= now.state().entry()) {
            checkpointed.accept(newest); // another process has made it
            now = snapshot.get();
        }
        long number = now.state().entry();
        boolean made = newest < number && make(now, objects);
        if (made) {
            checkpointed.accept(number);
            known = log.checkpoints();
        }
        for (long old : known.subList(0, Math.max(0, known.size() - KEPT))) {
            log.deleteCheckpoint(old);
        }
        return made;
    }

    private boolean make(Snapshot now, LoggedObjects objects) throws IOException {
        byte[] before = before(now.checkpoint());
        byte[] checkpoint;
        try (LogObjectReader reader = new LogObjectReader(objects, null, null)) {
            checkpoint = CheckpointCodec.encode(now.state().targets(), before, now.fresh(), reader);
        }
        requireComplete(checkpoint, now, objects);
        long number = now.state().entry();
        try {
            log.createCheckpoint(number, checkpoint);
        } catch (IOException e) {
            requireStored(number, checkpoint, e); // it may have been stored all the same
            return true;
        }
        requireStored(number, checkpoint, null);
        return true;
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

    private void requireComplete(byte[] checkpoint, Snapshot now, LoggedObjects objects) throws IOException {
        List<LoggedObject> held = CheckpointCodec.decode(checkpoint).objects();
        long distinct = held.stream().filter(objects::has).distinct().count();
        if (held.size() != now.objects() || distinct != now.objects()) {
            throw new IOException("The checkpoint for '%s' would hold %d objects, %d of the log's %d; it was not stored"
                    .formatted(log.checkpointKey(now.state().entry()), held.size(), distinct, now.objects()));
        }
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
