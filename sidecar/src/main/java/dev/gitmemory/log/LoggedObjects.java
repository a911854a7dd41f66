package dev.gitmemory.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Every object of a log by its id; grows and never shrinks. With an object everything that it refers to is here, since
 * an entry brings all that no earlier one has. Thread-safe.
 */
final class LoggedObjects {

    private final Map<AnyObjectId, LoggedObject> byId = new ConcurrentHashMap<>();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    @Nullable
    LoggedObject get(AnyObjectId id) {
        return byId.get(id);
    }

    boolean has(AnyObjectId id) {
        return byId.containsKey(id);
    }

    int count() {
        return byId.size();
    }

    long commits() {
        return commits.get();
    }

    /** About how much heap all of it takes. */
    long bytes() {
        return bytes.get();
    }

    /** The objects whose ids begin so. Looks at every object. */
    List<LoggedObject> startingWith(AbbreviatedObjectId abbreviation) {
        return byId.values().stream()
                .filter(o -> abbreviation.prefixCompare(o) == 0)
                .toList();
    }

    /** Adds the objects of an entry that has been checked. */
    void add(Addition addition) {
        byId.putAll(addition.objects());
        commits.addAndGet(addition.commits());
        bytes.addAndGet(addition.bytes());
    }

    /** The commits whose ids begin so, sorted. */
    List<ObjectId> commitsStartingWith(AbbreviatedObjectId abbreviation) {
        List<ObjectId> commits = new ArrayList<>();
        for (LoggedObject object : startingWith(abbreviation)) {
            if (object instanceof LoggedCommit) {
                commits.add(object.copy());
            }
        }
        commits.sort(null);
        return commits;
    }
}
