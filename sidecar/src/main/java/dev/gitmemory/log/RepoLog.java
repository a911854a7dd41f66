package dev.gitmemory.log;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.ObjectTooLargeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one repository in an object store: numbered entries {@code <prefix>/log/<20 digits>.bundle}, from 1,
 * without gaps, and checkpoints {@code <prefix>/checkpoint/<20 digits>.bundle}, each named after the last entry that it
 * covers. Both are created and never changed. Entries before the newest checkpoint's may be missing; that one is kept.
 * Where entries are deleted, {@code <prefix>/retention/<20 digits>.txt} holds the time since which a checkpoint is known.
 * Thread-safe.
 */
final class RepoLog {

    private static final int PAGE = 1000;
    private static final int LONGEST_NOTE = 100;
    private static final Pattern NAME = Pattern.compile("([0-9]{20})\\.bundle");
    private static final Pattern NOTE = Pattern.compile("([0-9]{20})\\.txt");

    private final ObjectStore store;
    private final StoredPack.Finder finder;
    private final Owner owner;
    private final String folder;
    private final String checkpoints;
    private final String known;

    /** @param finder looks for blobs whose bundle was deleted */
    RepoLog(ObjectStore store, String prefix, StoredPack.Finder finder) {
        this.store = store;
        this.finder = finder;
        this.owner = Owner.of(prefix);
        this.folder = prefix + "/log/";
        this.checkpoints = prefix + "/checkpoint/";
        this.known = prefix + "/retention/";
    }

    /** Whose log it is. */
    Owner owner() {
        return owner;
    }

    /** The key of entry {@code number}. */
    String key(long number) {
        return folder + "%020d.bundle".formatted(number);
    }

    /** The key of the checkpoint up to entry {@code number}. */
    String checkpointKey(long number) {
        return checkpoints + "%020d.bundle".formatted(number);
    }

    /** The bundle with this key as a source of big blobs. */
    ObjectSource stored(String key) {
        return new StoredPack(store, key, finder);
    }

    /** By when a write that begins now on this thread is over. */
    Deadline deadline() {
        return store.deadline();
    }

    ObjectStore.Created create(long number, byte[] entry) throws IOException {
        return store.create(key(number), entry);
    }

    ObjectStore.Created createCheckpoint(long number, byte[] checkpoint) throws IOException {
        return store.create(checkpointKey(number), checkpoint);
    }

    /** Whether the entry is certainly not there, as far as that can be told without a request. */
    boolean isKnownToLack(long number) throws IOException {
        return store.isKnownToLack(key(number));
    }

    /**
     * The entry, or null if there is none.
     *
     * @throws CorruptLogException if it is larger than it can be
     */
    byte @Nullable [] read(long number) throws IOException {
        return read(key(number));
    }

    /**
     * The checkpoint, or null if there is none.
     *
     * @throws CorruptLogException if it is larger than it can be
     */
    byte @Nullable [] readCheckpoint(long number) throws IOException {
        return read(checkpointKey(number));
    }

    private byte @Nullable [] read(String key) throws IOException {
        try {
            return store.read(key);
        } catch (ObjectTooLargeException e) {
            throw new CorruptLogException(key, e.getMessage() + "; put the object as it was back", e);
        }
    }

    void delete(long number) throws IOException {
        store.delete(key(number));
    }

    void deleteCheckpoint(long number) throws IOException {
        store.delete(checkpointKey(number));
    }

    /**
     * How the end of the log compares with an entry: -1 when the log ends before {@code number}, 0 when it is the last
     * entry, 1 when there are later ones. One small request.
     */
    int compareEnd(long number) throws IOException {
        List<String> next = listed(folder, key(number - 1), 2 + SystemFiles.MOST_BEHIND);
        return next.isEmpty() ? -1 : Long.compare(number(folder, next.get(next.size() - 1)), number);
    }

    /** Whether there is a checkpoint that covers an entry after {@code number}. One small request. */
    boolean hasCheckpointAfter(long number) throws IOException {
        return !listed(checkpoints, checkpointKey(number), 1 + SystemFiles.MOST_BEHIND)
                .isEmpty();
    }

    private List<String> listed(String in, String startAfter, int limit) throws IOException {
        return store.list(in, startAfter, limit).stream()
                .map(ObjectStore.Entry::key)
                .filter(key -> !SystemFiles.has(key))
                .toList();
    }

    /** The sizes of the checkpoints by their numbers, ascending. */
    SortedMap<Long, Long> checkpoints() throws IOException {
        return numbered(checkpoints, checkpoints, Long.MAX_VALUE);
    }

    /** The numbers of the entries before {@code end} that are still there, ascending. */
    List<Long> entriesBefore(long end) throws IOException {
        return List.copyOf(numbered(folder, folder, end).keySet());
    }

    /** Since when checkpoints are known to be there, by their numbers, ascending; see {@link #noteCheckpoint}. */
    SortedMap<Long, Instant> knownSince() throws IOException {
        SortedMap<Long, Instant> since = new TreeMap<>();
        for (String key : listed(known, known, PAGE)) {
            byte[] note = store.read(key, 0, LONGEST_NOTE);
            if (note != null) {
                since.put(number(NOTE, known, key), instant(key, note));
            }
        }
        return since;
    }

    /** Writes down, once, that the checkpoint was there at this time. */
    void noteCheckpoint(long number, Instant at) throws IOException {
        store.create(noteKey(number), (at + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    void deleteNote(long number) throws IOException {
        store.delete(noteKey(number));
    }

    private String noteKey(long number) {
        return known + "%020d.txt".formatted(number);
    }

    private static Instant instant(String key, byte[] note) throws CorruptLogException {
        try {
            return Instant.parse(new String(note, StandardCharsets.US_ASCII).strip());
        } catch (DateTimeParseException e) {
            // Not with the cause, which quotes what is there.
            throw new CorruptLogException(key, "this object must hold a time; delete it", null);
        }
    }

    private SortedMap<Long, Long> numbered(String in, String startAfter, long end) throws IOException {
        SortedMap<Long, Long> sizes = new TreeMap<>();
        String after = startAfter;
        List<ObjectStore.Entry> page;
        do {
            page = store.list(in, after, PAGE);
            for (ObjectStore.Entry entry : page) {
                if (SystemFiles.has(entry.key())) {
                    after = entry.key();
                    continue;
                }
                long number = number(in, entry.key());
                if (number >= end) {
                    return sizes;
                }
                sizes.put(number, entry.size());
                after = entry.key();
            }
        } while (page.size() == PAGE);
        return sizes;
    }

    /**
     * What there is to read.
     *
     * @param checkpoint the number of the newest checkpoint; 0 if there is none
     * @param page the entries that were listed on the way: from the checkpoint's on, or from 1 on
     * @param complete whether {@code page} has all of them
     */
    record Survey(long checkpoint, List<Long> page, boolean complete) {}

    /**
     * Finds the newest checkpoint, in one request nearly always: checkpoints are listed before entries, and few.
     *
     * @throws CorruptLogException if there is anything else in their folders
     * @throws PurgedException if that was left when the repository was purged
     */
    Survey survey() throws IOException {
        String root = folder.substring(0, folder.length() - "log/".length());
        long checkpoint = 0;
        List<Long> entries = new ArrayList<>();
        String after = root;
        while (true) {
            List<ObjectStore.Entry> page = store.list(root, after, PAGE);
            for (ObjectStore.Entry entry : page) {
                after = entry.key();
                if (SystemFiles.has(after)) {
                    continue;
                }
                try {
                    if (folder.equals(after + "/") || checkpoints.equals(after + "/")) {
                        throw foreign(after, null); // or all that is to be behind it would be taken for missing
                    }
                    if (after.startsWith(checkpoints)) {
                        checkpoint = Math.max(checkpoint, number(checkpoints, after));
                    } else if (after.startsWith(folder) && number(folder, after) >= checkpoint) {
                        entries.add(number(folder, after));
                    }
                } catch (CorruptLogException e) {
                    requireNotPurged(checkpoint);
                    throw e;
                }
            }
            boolean last = page.size() < PAGE || (after.compareTo(folder) > 0 && !after.startsWith(folder));
            if (last || after.startsWith(folder)) {
                return new Survey(checkpoint, entries, last);
            }
        }
    }

    /** Purging leaves what is none of a log's where it is. */
    private void requireNotPurged(long checkpoint) throws IOException {
        String key = checkpointKey(checkpoint);
        byte[] begin = checkpoint == 0 ? null : store.read(key, 0, Tombstone.bytes().length);
        if (begin != null && Tombstone.is(begin)) {
            throw new PurgedException(key);
        }
    }

    /**
     * The number of the newest entry, 0 if there is none.
     *
     * @throws VanishedException if one is missing before it and after the checkpoint's
     * @throws CorruptLogException if there is anything else in the folder
     */
    long newest(Survey survey) throws IOException {
        List<Long> entries = new ArrayList<>(survey.page());
        long first = Math.max(survey.checkpoint(), 1);
        if (!survey.complete()) {
            long listed = entries.isEmpty() ? first - 1 : entries.get(entries.size() - 1);
            entries.addAll(numbered(folder, key(listed), Long.MAX_VALUE).keySet());
        }
        long newest = first - 1;
        for (long number : entries) {
            if (number != newest + 1) {
                throw VanishedException.before(key(newest + 1), key(number), number - newest - 1);
            }
            newest = number;
        }
        if (newest < survey.checkpoint()) {
            throw VanishedException.under(checkpointKey(survey.checkpoint()), key(survey.checkpoint()));
        }
        return newest;
    }

    private static long number(String in, String key) throws CorruptLogException {
        return number(NAME, in, key);
    }

    private static long number(Pattern form, String in, String key) throws CorruptLogException {
        Matcher name = form.matcher(key.substring(in.length()));
        if (name.matches()) {
            try {
                long number = Long.parseLong(name.group(1));
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw foreign(key, e);
            }
        }
        throw foreign(key, null);
    }

    private static CorruptLogException foreign(String key, @Nullable Throwable cause) {
        return new CorruptLogException(key, "this object does not belong here; move it away", cause);
    }
}
