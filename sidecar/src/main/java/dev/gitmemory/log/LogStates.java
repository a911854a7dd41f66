package dev.gitmemory.log;

import java.io.IOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.revwalk.RevTag;

/** Makes the state after an entry, checking that the entry follows the state before. */
final class LogStates {

    private LogStates() {}

    /**
     * The state after entry {@code number}.
     *
     * @param digest of that entry
     * @throws MalformedBundleException if a ref points to nothing, or {@code main} not to a commit
     */
    static LogState after(SortedMap<String, ObjectId> targets, long number, String digest, Addition objects)
            throws MalformedBundleException {
        SortedMap<String, Ref> refs = new TreeMap<>();
        SortedSet<ObjectId> tips = new TreeSet<>();
        for (var ref : targets.entrySet()) {
            String name = ref.getKey();
            ObjectId id = ref.getValue();
            LoggedObject target = peel(name, id, objects);
            if (name.equals(Owner.REF)) {
                continue; // Owner has compared it
            }
            if (target instanceof LoggedCommit) {
                tips.add(target.copy());
            }
            refs.put(
                    name,
                    target.equals(id)
                            ? new ObjectIdRef.PeeledNonTag(Ref.Storage.PACKED, name, id)
                            : new ObjectIdRef.PeeledTag(Ref.Storage.PACKED, name, id, target.copy()));
        }
        ObjectId main = targets.get(LogState.MAIN);
        if (main == null || !(objects.get(main) instanceof LoggedCommit)) {
            throw new MalformedBundleException("it has no commit at " + LogState.MAIN);
        }
        return new LogState(number, digest, refs, tips, targets.containsKey(Owner.REF));
    }

    private static LoggedObject peel(String name, ObjectId id, Addition objects) throws MalformedBundleException {
        LoggedObject object = find(name, id, objects);
        while (object.type() == Constants.OBJ_TAG) {
            try {
                object = find(name, RevTag.parse(object.data()).getObject(), objects);
            } catch (IOException e) {
                throw new MalformedBundleException("tag " + object.name() + " can't be parsed: " + e.getMessage(), e);
            }
        }
        return object;
    }

    private static LoggedObject find(String name, ObjectId id, Addition objects) throws MalformedBundleException {
        LoggedObject object = objects.get(id);
        if (object == null) {
            throw new MalformedBundleException("its ref " + name + " points to " + id.name() + ", which is missing");
        }
        return object;
    }

    /** @throws MalformedBundleException if {@code entry} was not written on top of {@code before}, or is not the owner's */
    static void checkFollows(Bundle entry, LogState before, Owner owner) throws MalformedBundleException {
        BundleHeader header = entry.header();
        owner.check(header, before.owned());
        if (before.entry() == 0) {
            if (!header.prerequisites().isEmpty()) {
                throw new MalformedBundleException("it is the first entry and yet has prerequisites");
            }
            return;
        }
        ChainLink link = ChainLink.parse(header);
        if (link.previous() != before.entry()) {
            throw new MalformedBundleException("it says that it follows entry " + link.previous());
        }
        if (!link.previousDigest().equals(before.digest())
                || !header.prerequisites().equals(before.tips())) {
            throw new MalformedBundleException("it was not written on top of entry " + before.entry()
                    + " as that is now (SHA-256 " + before.digest() + "), but of one with SHA-256 "
                    + link.previousDigest() + ": one of the two was replaced or damaged");
        }
    }

    /**
     * Checks of {@code entry} what can be checked without the one before it.
     *
     * @throws MalformedBundleException if it is not entry {@code number}
     */
    static void checkIsEntry(Bundle entry, long number) throws MalformedBundleException {
        if (number > 1 && ChainLink.parse(entry.header()).previous() != number - 1) {
            throw new MalformedBundleException("it is not entry " + number);
        }
    }

    /** The header of the next entry after {@code before}. */
    static BundleHeader next(LogState before, SortedMap<String, ObjectId> refs, String writer) {
        if (before.entry() == 0) {
            return new BundleHeader(new TreeSet<>(), "", refs);
        }
        ChainLink link = new ChainLink(before.entry(), before.digest(), writer);
        return new BundleHeader(before.tips(), link.comment(before.tips(), refs), refs);
    }
}
