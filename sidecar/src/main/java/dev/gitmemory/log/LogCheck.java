package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that the store has of a repository, and says all that is wrong with it.
 *
 * <p>Nothing is taken from memory, nothing is changed. What is checked: each entry by its checksums; the chain from
 * entry to entry; that whatever an object refers to is there, and so the whole history of every ref; that
 * {@code main} only ever moves on; that a checkpoint holds what the entries up to it hold, no less and no more, and the
 * same refs; and that nothing else is in the folder.
 */
public final class LogCheck {

    /** Entries that are read at the same time and held until it is their turn. */
    private static final int AHEAD = 16;

    private static final String PUT_BACK = "put the object as it was back, from a backup of the store";

    /**
     * What came of it.
     *
     * @param ignored keys of files that operating systems and copying programs have left; they do no harm
     * @param newest the number of the newest entry, readable or not; 0 if there is none
     * @param entries how many there are
     * @param checkpoints how many there are
     * @param objects different git objects in those that can be read
     * @param headSha the commit of main in the newest entry that can be read; null if there is none
     * @param purged whether it was purged: there should be nothing left but a tombstone
     */
    public record Result(
            List<LogFinding> findings,
            List<String> ignored,
            long newest,
            long entries,
            long checkpoints,
            long objects,
            @Nullable String headSha,
            boolean purged) {
        public Result {
            findings = List.copyOf(findings);
            ignored = List.copyOf(ignored);
        }
    }

    /** Told how far it has come, in objects of the store. */
    @FunctionalInterface
    public interface Progress {
        void at(long done, long total);
    }

    private final RepoLog log;
    private final ExecutorService readers;
    private final Progress progress;
    private final List<LogFinding> findings = new ArrayList<>();
    private final CheckedObjects objects = new CheckedObjects();
    private final LogInventory inventory;
    private final EntryCheck entryCheck;
    private long done;

    private LogCheck(ObjectStore store, String prefix, ExecutorService readers, Progress progress) throws IOException {
        this.log = new RepoLog(store, prefix, id -> null); // each bundle is read as a whole
        this.readers = readers;
        this.progress = progress;
        this.inventory = LogInventory.of(store, prefix, findings);
        this.entryCheck = new EntryCheck(log, objects, findings);
    }

    /**
     * Checks the repository under {@code prefix}; one without objects has no findings.
     *
     * @param readers reads objects of the store in parallel
     * @throws IOException if the store can't be listed
     */
    public static Result run(ObjectStore store, String prefix, ExecutorService readers, Progress progress)
            throws IOException {
        return new LogCheck(store, prefix, readers, progress).run();
    }

    private Result run() throws IOException {
        Result purged = purged();
        if (purged != null) {
            return purged;
        }
        long newest =
                inventory.checkpoints().isEmpty() ? 0 : inventory.checkpoints().last();
        Bundle base = newest == 0 ? null : readCheckpoint(newest);
        if (base != null) {
            try {
                objects.addCheckpoint(base);
            } catch (IOException e) {
                addUnreadable(log.checkpointKey(newest), e);
                base = null;
            }
        }
        checkEntries(base == null ? 0 : newest);
        for (long number : inventory.checkpoints()) {
            Bundle checkpoint = number == newest ? base : readCheckpoint(number);
            if (checkpoint != null) {
                compare(number, checkpoint);
            }
        }
        ObjectId head = entryCheck.head();
        return new Result(
                findings,
                inventory.ignored(),
                inventory.entries().isEmpty() ? 0 : inventory.entries().last(),
                inventory.entries().size(),
                inventory.checkpoints().size(),
                objects.count(),
                head == null ? null : head.name(),
                false);
    }

    /** What there is of a repository that was purged; null if it was not. */
    private @Nullable Result purged() throws IOException {
        long newest = inventory.entries().isEmpty() ? 0 : inventory.entries().last();
        byte[] last;
        try {
            last = newest == 0 ? null : log.read(newest);
        } catch (IOException e) {
            return null; // told when its turn comes
        }
        if (last == null || !Tombstone.is(last)) {
            return null;
        }
        inventory.entries().headSet(newest).forEach(number -> left(log.key(number)));
        inventory.checkpoints().headSet(newest).forEach(number -> left(log.checkpointKey(number)));
        if (!inventory.checkpoints().contains(newest)) {
            left(log.checkpointKey(newest));
        }
        return new Result(
                findings,
                inventory.ignored(),
                newest,
                inventory.entries().size(),
                inventory.checkpoints().size(),
                0,
                null,
                true);
    }

    private void left(String key) {
        findings.add(new LogFinding(
                key, "the repository was purged, and this is not as purging leaves it", "purge the agent again"));
    }

    /** @param covered the newest checkpoint that can be read, which has all entries before it; 0 if there is none */
    private void checkEntries(long covered) {
        SortedSet<Long> there = inventory.entries();
        List<Long> listed = List.copyOf(there);
        List<Future<byte @Nullable []>> reads = new ArrayList<>();
        for (long number : listed.subList(0, Math.min(AHEAD, listed.size()))) {
            reads.add(readers.submit(() -> log.read(number)));
        }
        long expected = covered > 0 && !listed.isEmpty() ? Math.min(listed.get(0), covered) : 1;
        for (int i = 0; i < listed.size(); i++) {
            long number = listed.get(i);
            if (expected < number) {
                missing(expected, number, covered);
            }
            expected = number + 1;
            Future<byte @Nullable []> read = reads.get(i);
            reads.set(i, CompletableFuture.completedFuture(null)); // its bytes may go
            if (i + AHEAD < listed.size()) {
                long ahead = listed.get(i + AHEAD);
                reads.add(readers.submit(() -> log.read(ahead)));
            }
            if (covered > 0 && number == covered + 1) {
                entryCheck.startOver();
            }
            check(number, read, covered);
            progress.at(++done, there.size() + inventory.checkpoints().size());
        }
        for (long number : inventory.checkpoints()) {
            if (there.isEmpty() || number > there.last()) {
                findings.add(new LogFinding(
                        log.key(number),
                        "this entry is missing, and so is any later one, though there is checkpoint '"
                                + log.checkpointKey(number) + "'",
                        PUT_BACK + "; if the checkpoint is a stray file, move that away instead"));
                entryCheck.covered();
            }
        }
    }

    /** The entries from {@code first} on that are not there before {@code next}, which is: one finding for all. */
    private void missing(long first, long next, long covered) {
        long last = Math.min(next, covered) - 1;
        if (first <= last) {
            findings.add(
                    new LogFinding(
                            log.key(first),
                            EntryCheck.areMissing(first, last) + ", though an earlier one is there",
                            "nothing is lost, checkpoint '" + log.checkpointKey(covered)
                                    + "' has all of it; put back what you can, or delete all entries before them, too, as --log-retention-days would"));
            entryCheck.covered();
        }
        long uncovered = Math.max(first, covered);
        if (uncovered < next) {
            int later = inventory.entries().tailSet(next).size();
            entryCheck.missing(uncovered, next - 1, later > 0 && later < next - uncovered);
        }
    }

    private void check(long number, Future<byte @Nullable []> read, long covered) {
        try {
            byte[] bytes = read.get();
            if (bytes == null) {
                missing(number, number + 1, covered);
            } else {
                entryCheck.check(number, bytes);
            }
        } catch (ExecutionException e) {
            entryCheck.unreadable(number, e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while '" + log.key(number) + "' was read", e);
        }
    }

    /** The checkpoint, or null if it can't be used, which is a finding then. */
    private @Nullable Bundle readCheckpoint(long number) {
        String key = log.checkpointKey(number);
        progress.at(++done, inventory.entries().size() + inventory.checkpoints().size());
        try {
            byte[] bytes = log.readCheckpoint(number);
            if (bytes == null) {
                return null; // an older one goes when a newer one comes
            }
            Bundle checkpoint = CheckpointCodec.decode(bytes);
            log.owner().check(checkpoint.header(), false);
            List<CheckedObjects.Lack> lacks = CheckedObjects.lackingIn(checkpoint);
            if (!lacks.isEmpty()) {
                add(
                        number,
                        "%d objects that it needs are not in it, such as %s %s"
                                .formatted(
                                        lacks.size(),
                                        lacks.get(0).what(),
                                        lacks.get(0).id().name()));
                return null;
            }
            return checkpoint;
        } catch (MalformedBundleException e) {
            add(number, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            addUnreadable(key, e);
        }
        return null;
    }

    private void compare(long number, Bundle checkpoint) {
        SortedMap<String, ObjectId> refs = entryCheck.refsAt(number);
        if (refs != null && !refs.equals(checkpoint.header().refs())) {
            add(
                    number,
                    "its refs are not those of entry " + number + ": "
                            + text(checkpoint.header().refs(), refs) + ", not "
                            + text(refs, checkpoint.header().refs()));
        }
        Set<ObjectId> own = new HashSet<>();
        checkpoint.objects().forEach(object -> own.add(object.copy()));
        Set<ObjectId> entries = objects.upTo(number);
        Set<ObjectId> lacking = new HashSet<>(entries);
        lacking.removeAll(own);
        if (!lacking.isEmpty()) {
            add(
                    number,
                    "it lacks %d objects of the entries up to it, such as %s".formatted(lacking.size(), any(lacking)));
        }
        own.removeAll(entries);
        boolean allThere =
                !inventory.entries().isEmpty() && inventory.entries().first() == 1 && entryCheck.isComplete();
        if (allThere && !own.isEmpty()) {
            add(number, "it holds %d objects that no entry up to it has, such as %s".formatted(own.size(), any(own)));
        }
    }

    /** The refs that are not so in the others. */
    private static String text(SortedMap<String, ObjectId> refs, SortedMap<String, ObjectId> others) {
        List<String> different = refs.entrySet().stream()
                .filter(ref -> !ref.getValue().equals(others.get(ref.getKey())))
                .map(ref -> ref.getKey() + " at " + ref.getValue().name())
                .toList();
        return different.isEmpty() ? "no more" : String.join(", ", different);
    }

    private static String any(Set<ObjectId> ids) {
        return ids.stream().sorted().findFirst().map(ObjectId::name).orElseThrow();
    }

    private void add(long checkpoint, String what) {
        findings.add(new LogFinding(
                log.checkpointKey(checkpoint),
                what,
                PUT_BACK + "; if all entries up to it are there and without findings, it may be deleted instead"));
    }

    private void addUnreadable(String key, IOException e) {
        findings.add(new LogFinding(
                key, "it can't be read: " + e.getMessage(), "see to it that this account may, or " + PUT_BACK));
    }
}
