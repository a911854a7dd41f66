package dev.gitmemory.log;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;

/**
 * Deletes entries that a checkpoint covers.
 *
 * <h2>Why a number is never used twice</h2>
 *
 * Creating an object fails where there is one, and no longer where one was deleted. So a process that has slept since
 * before entry k was written could store another entry k once the first is deleted, and take it for committed. That is
 * prevented from both sides:
 *
 * <ul>
 *   <li>An entry is deleted only when a checkpoint beyond it has been there for {@link #SHORTEST} or longer. The time is
 *       taken from a note in the store, written when the checkpoint was seen first, so that it counts across processes.
 *   <li>Whoever reads or writes an entry relies on what it knows for {@link Trust#LASTS} only, and looks for newer
 *       checkpoints otherwise, after the answer has come, too. One beyond its own state tells it that the number was
 *       given away; what it may have written under it is in no log.
 * </ul>
 *
 * The times are by two machines' clocks, which may differ by {@code SHORTEST - LASTS}.
 */
final class EntryRetention {

    /** The least time between a checkpoint and the deletion of what it covers: one hour. */
    static final Duration SHORTEST = Duration.ofHours(1);

    /** A busy log has many checkpoints within the time that entries are kept; not each is noted. */
    private static final int NOTES_PER_SPAN = 10;

    private final RepoLog log;

    EntryRetention(RepoLog log) {
        this.log = log;
    }

    int run(Duration keep, Instant now) throws IOException {
        if (keep.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("Entries must be kept for " + SHORTEST + " at least, not " + keep);
        }
        SortedMap<Long, Long> checkpoints = log.checkpoints();
        if (checkpoints.isEmpty()) {
            return 0;
        }
        long newest = checkpoints.lastKey();
        SortedMap<Long, Instant> knownSince = log.knownSince();
        Instant lastNote = Instant.MIN;
        long covered = 0;
        for (var known : knownSince.entrySet()) {
            lastNote = known.getValue();
            if (known.getKey() <= newest && !now.isBefore(lastNote.plus(keep))) {
                covered = known.getKey();
            }
        }
        if (!now.isBefore(lastNote.plus(keep.dividedBy(NOTES_PER_SPAN)))) {
            log.noteCheckpoint(newest, now);
        }
        List<Long> old = log.entriesBefore(covered);
        if (!old.isEmpty()) {
            delete(old, newest);
        }
        for (long number : knownSince.headMap(covered).keySet()) {
            log.deleteNote(number);
        }
        return old.size();
    }

    private void delete(List<Long> numbers, long newest) throws IOException {
        Set<AnyObjectId> covered = new HashSet<>(verified(newest).objects());
        for (long number : numbers) {
            byte[] bytes = log.read(number);
            if (bytes != null) { // another process may be at it, too
                for (LoggedObject object : decode(number, bytes).objects()) {
                    if (!covered.contains(object)) {
                        throw new CorruptLogException(
                                log.key(number),
                                "it holds object " + object.name() + ", which checkpoint " + newest
                                        + " lacks; it was not deleted. It may be left of a process that died while it"
                                        + " wrote on top of an old state: then move it away",
                                null);
                    }
                }
                log.delete(number);
            }
        }
    }

    /** The newest checkpoint, which fits the entry that it is named after. */
    private Bundle verified(long number) throws IOException {
        byte[] checkpoint = log.readCheckpoint(number);
        byte[] last = log.read(number);
        if (checkpoint == null || last == null) {
            throw new VanishedException(checkpoint == null ? log.checkpointKey(number) : log.key(number)).corrupt();
        }
        Bundle bundle = Fetched.checkpoint(log, number, checkpoint).bundle();
        LogMemory memory = new LogMemory(log);
        memory.installCheckpoint(number, bundle, decode(number, last));
        requireClosed(bundle, log.checkpointKey(number));
        return bundle;
    }

    /** Whatever an object refers to is there, too. */
    private static void requireClosed(Bundle checkpoint, String key) throws IOException {
        Set<AnyObjectId> held = new HashSet<>(checkpoint.objects());
        for (LoggedObject object : checkpoint.objects()) {
            if (object.type() != Constants.OBJ_BLOB) {
                References.<IOException>of(object.type(), object.data(), (id, what) -> {
                    if (!held.contains(id)) {
                        throw new CorruptLogException(
                                key,
                                "it lacks the " + what + " " + id.name() + " of object " + object.name()
                                        + "; no entry was deleted",
                                null);
                    }
                });
            }
        }
    }

    private Bundle decode(long number, byte[] entry) throws IOException {
        return Fetched.entry(log, number, entry).bundle();
    }
}
