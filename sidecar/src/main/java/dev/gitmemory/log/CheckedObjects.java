package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;

/**
 * Which objects the entries of a log and its newest checkpoint have, by id only: a log is checked with a heap that does
 * not depend on what is in its files. Not thread-safe.
 */
final class CheckedObjects {

    /** An object that something refers to and nothing has. */
    record Lack(ObjectId referrer, String what, ObjectId id) {}

    private final Map<ObjectId, Long> entryOf = new HashMap<>();
    private final Map<ObjectId, List<ObjectId>> parents = new HashMap<>();
    private final Set<ObjectId> checkpointed = new HashSet<>();

    /** Takes the objects of a checkpoint, which count as known from the start. */
    void addCheckpoint(Bundle checkpoint) throws IOException {
        for (LoggedObject object : checkpoint.objects()) {
            checkpointed.add(object.copy());
            noteParents(object);
        }
    }

    /** Takes the objects of an entry; answers what they refer to and nobody has. */
    List<Lack> addEntry(long number, Bundle entry) throws IOException {
        for (LoggedObject object : entry.objects()) {
            entryOf.putIfAbsent(object.copy(), number);
            noteParents(object);
        }
        return lacking(entry, this::has);
    }

    /** What the objects of a checkpoint refer to and it does not have. */
    static List<Lack> lackingIn(Bundle checkpoint) throws IOException {
        Set<AnyObjectId> own = new HashSet<>(checkpoint.objects());
        return lacking(checkpoint, own::contains);
    }

    private interface Known {
        boolean has(AnyObjectId id);
    }

    private static List<Lack> lacking(Bundle bundle, Known known) throws IOException {
        List<Lack> lacking = new ArrayList<>();
        for (LoggedObject object : bundle.objects()) {
            if (object.type() != Constants.OBJ_BLOB) {
                References.<IOException>of(object.type(), object.data(), (id, what) -> {
                    if (!known.has(id)) {
                        lacking.add(new Lack(object.copy(), what, id.copy()));
                    }
                });
            }
        }
        return lacking;
    }

    private void noteParents(LoggedObject object) throws IOException {
        if (object.type() == Constants.OBJ_COMMIT && !parents.containsKey(object)) {
            List<ObjectId> ids = new ArrayList<>();
            for (RevCommit parent : RevCommit.parse(object.data()).getParents()) {
                ids.add(parent.copy());
            }
            parents.put(object.copy(), ids);
        }
    }

    boolean has(AnyObjectId id) {
        return entryOf.containsKey(id) || checkpointed.contains(id);
    }

    boolean isCommit(AnyObjectId id) {
        return parents.containsKey(id);
    }

    /** How many there are. */
    long count() {
        Set<ObjectId> all = new HashSet<>(checkpointed);
        all.addAll(entryOf.keySet());
        return all.size();
    }

    /** The objects of entries up to a number. */
    Set<ObjectId> upTo(long entry) {
        Set<ObjectId> objects = new HashSet<>();
        entryOf.forEach((id, number) -> {
            if (number <= entry) {
                objects.add(id);
            }
        });
        return objects;
    }

    /** Whether {@code tip} is {@code ancestor} or comes after it. */
    boolean continues(AnyObjectId tip, ObjectId ancestor) {
        return MainRule.continues(tip, ancestor, commit -> parents.getOrDefault(commit.copy(), List.of()));
    }
}
