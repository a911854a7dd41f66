package dev.gitmemory.log;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Checks entries one after the other, and goes on behind one that is damaged: what depends on that one is left alone
 * then, so that one fault is one finding. Not thread-safe.
 */
final class EntryCheck {

    private static final String PUT_BACK = "put the object as it was back, from a backup of the store";

    /** An entry that can be read. */
    private record Good(long number, String digest, SortedMap<String, ObjectId> refs) {}

    private final RepoLog log;
    private final CheckedObjects objects;
    private final List<LogFinding> findings;
    private final SortedMap<Long, SortedMap<String, ObjectId>> refsAt = new TreeMap<>();
    private @Nullable Good previous;
    private boolean complete = true;

    /** Whether something before could not be read that the next entries may refer to. */
    private boolean gap;

    /** Whether the entry before was not written on top of the one before that: one of them was replaced. */
    private boolean chainBroken;

    /** Whether the next entry comes after so many missing ones that it may be none. */
    private boolean mayBeStray;

    /** @param objects has those of the newest checkpoint, if that can be read */
    EntryCheck(RepoLog log, CheckedObjects objects, List<LogFinding> findings) {
        this.log = log;
        this.objects = objects;
        this.findings = findings;
    }

    /** The entries from here on refer to nothing that the newest checkpoint does not have. */
    void startOver() {
        gap = false;
    }

    /**
     * Entries that should be there are not.
     *
     * @param doubtful whether so few entries follow that the next one may be a stray file
     */
    void missing(long first, long last, boolean doubtful) {
        add(
                log.key(first),
                areMissing(first, last) + ", though there is a later one",
                PUT_BACK + (doubtful ? "; if '" + log.key(last + 1) + "' is a stray file, move it away instead" : ""));
        broken();
        mayBeStray = doubtful;
    }

    static String areMissing(long first, long last) {
        return first == last ? "this entry is missing" : "entries %d to %d are missing".formatted(first, last);
    }

    /** An entry that nobody misses is not there: a checkpoint has all of it. */
    void covered() {
        previous = null;
        complete = false;
    }

    void unreadable(long number, IOException e) {
        add(log.key(number), "it can't be read: " + e.getMessage(), "see to it that this account may, or " + PUT_BACK);
        broken();
    }

    private void broken() {
        previous = null;
        complete = false;
        gap = true;
    }

    void check(long number, byte[] bytes) {
        String remedy = mayBeStray ? PUT_BACK + "; if it is a stray file, move it away instead" : PUT_BACK;
        mayBeStray = false;
        Bundle entry;
        try {
            entry = BundleCodec.decode(bytes);
            checkPlace(number, entry);
        } catch (MalformedBundleException e) {
            add(log.key(number), String.valueOf(e.getMessage()), remedy);
            broken();
            return;
        }
        try {
            List<CheckedObjects.Lack> lacks = objects.addEntry(number, entry);
            // Behind a gap nobody can tell what else is missing: the gap itself is the finding.
            if (!gap && !lacks.isEmpty()) {
                CheckedObjects.Lack first = lacks.get(0);
                add(
                        log.key(number),
                        "%d objects that it needs are in no entry, such as %s %s of object %s"
                                .formatted(
                                        lacks.size(),
                                        first.what(),
                                        first.id().name(),
                                        first.referrer().name()),
                        PUT_BACK);
            }
        } catch (IOException | RuntimeException e) {
            add(log.key(number), "one of its objects can't be parsed: " + e.getMessage(), PUT_BACK);
            broken();
            return;
        }
        checkRefs(number, entry.header().refs());
        previous = new Good(number, ChainLink.sha256(bytes), entry.header().refs());
        refsAt.put(number, entry.header().refs());
    }

    private void checkPlace(long number, Bundle entry) throws MalformedBundleException {
        BundleHeader header = entry.header();
        Good last = previous;
        log.owner().check(header, last != null && last.refs().containsKey(Owner.REF));
        if (number == 1) {
            if (!header.prerequisites().isEmpty()) {
                throw new MalformedBundleException("it is the first entry and yet has prerequisites");
            }
            return;
        }
        ChainLink link = ChainLink.parse(header);
        if (link.previous() != number - 1) {
            throw new MalformedBundleException("it is entry " + (link.previous() + 1) + " under another number");
        }
        Good before = previous;
        boolean fits = before == null || link.previousDigest().equals(before.digest());
        if (before != null && !fits && !chainBroken) {
            add(
                    log.key(number),
                    "the chain is broken: it was not written on top of '%s' as that is now (SHA-256 %s), but of one with SHA-256 %s"
                            .formatted(log.key(before.number()), before.digest(), link.previousDigest()),
                    "one of the two was replaced: " + PUT_BACK);
        }
        chainBroken = !fits;
        gap |= chainBroken; // what the one that is gone had, nobody can tell
        complete &= !chainBroken;
    }

    private void checkRefs(long number, SortedMap<String, ObjectId> refs) {
        ObjectId main = refs.get(LogState.MAIN);
        if (main == null) {
            add(log.key(number), "it has no " + LogState.MAIN, PUT_BACK);
        }
        for (Map.Entry<String, ObjectId> ref : refs.entrySet()) {
            boolean known = objects.has(ref.getValue());
            if (!known && !gap) {
                add(
                        log.key(number),
                        "its ref %s points to %s, which no entry has"
                                .formatted(ref.getKey(), ref.getValue().name()),
                        PUT_BACK);
            } else if (known && ref.getKey().equals(LogState.MAIN) && !objects.isCommit(ref.getValue())) {
                add(log.key(number), "its " + LogState.MAIN + " is not a commit", PUT_BACK);
            }
        }
        Good before = previous;
        ObjectId mainBefore = before == null ? null : before.refs().get(LogState.MAIN);
        if (before != null && mainBefore != null && main != null && isFork(mainBefore, main)) {
            add(
                    log.key(number),
                    MainRule.broken(mainBefore, main),
                    "find out who wrote it; the history before is in '" + log.key(before.number())
                            + "' and the entries up to it");
        }
    }

    private boolean isFork(ObjectId before, AnyObjectId after) {
        return !gap && !after.equals(before) && objects.isCommit(after) && !objects.continues(after, before);
    }

    private void add(String key, String what, String remedy) {
        findings.add(new LogFinding(key, what, remedy));
    }

    /** Whether every entry so far is there and could be read. */
    boolean isComplete() {
        return complete;
    }

    /** The refs of an entry that could be read, or null. */
    @Nullable
    SortedMap<String, ObjectId> refsAt(long number) {
        return refsAt.get(number);
    }

    /** The newest commit of main that can be read; null if there is none. */
    @Nullable
    ObjectId head() {
        SortedMap<String, ObjectId> newest = refsAt.isEmpty() ? null : refsAt.get(refsAt.lastKey());
        return newest == null ? null : newest.get(LogState.MAIN);
    }
}
