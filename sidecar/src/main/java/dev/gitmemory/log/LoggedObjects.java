package dev.gitmemory.log;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Every object of a log by its id; grows and never shrinks. With an object everything that it refers to is here, since
 * an entry brings all that no earlier one has. Thread-safe.
 */
final class LoggedObjects {

    /** Sorted, since diffs abbreviate ids, and how far they can be depends on the neighbours. */
    private final ConcurrentSkipListMap<AnyObjectId, LoggedObject> byId = new ConcurrentSkipListMap<>();

    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    @Nullable
    LoggedObject get(AnyObjectId id) {
        return byId.get(id);
    }

    boolean has(AnyObjectId id) {
        return byId.containsKey(id);
    }

    long count() {
        return objects.get();
    }

    long commits() {
        return commits.get();
    }

    /** About how much heap all of it takes. */
    long bytes() {
        return bytes.get();
    }

    /** The objects whose ids begin so, in ascending order. */
    List<LoggedObject> startingWith(AbbreviatedObjectId abbreviation) {
        String digits = abbreviation.name();
        ObjectId first = ObjectId.fromString(digits + "0".repeat(Constants.OBJECT_ID_STRING_LENGTH - digits.length()));
        return byId.tailMap(first).values().stream()
                .takeWhile(object -> abbreviation.prefixCompare(object) == 0)
                .toList();
    }

    /** An object that is here is to be had from elsewhere. */
    void relocate(LoggedObject object) {
        byId.replace(object, object);
    }

    /** Adds the objects of an entry that has been checked. */
    void add(Addition addition) {
        byId.putAll(addition.objects());
        objects.addAndGet(addition.objects().size());
        commits.addAndGet(addition.commits());
        bytes.addAndGet(addition.bytes());
    }
}
