package dev.gitmemory.log;

import java.util.HashMap;
import java.util.Map;
import org.eclipse.jgit.lib.AnyObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The objects that an entry would add to a log, not added yet: an entry is checked as a whole before any of it counts.
 */
final class Addition {

    private final LoggedObjects logged;
    private final Bundle entry;
    private final Map<AnyObjectId, LoggedObject> fresh = new HashMap<>();
    private final int commits;

    /** @throws MalformedBundleException if a commit is damaged or lacks a parent or its tree */
    Addition(LoggedObjects logged, Bundle entry) throws MalformedBundleException {
        this.logged = logged;
        this.entry = entry;
        for (LoggedObject object : entry.objects()) {
            if (!logged.has(object)) {
                fresh.putIfAbsent(object, object);
            }
        }
        var linked = new CommitLinker(logged, fresh).link();
        linked.forEach(commit -> fresh.put(commit, commit));
        this.commits = linked.size();
    }

    /** The object from the entry or the log, or null. */
    @Nullable
    LoggedObject get(AnyObjectId id) {
        LoggedObject object = fresh.get(id);
        return object == null ? logged.get(id) : object;
    }

    Map<AnyObjectId, LoggedObject> objects() {
        return fresh;
    }

    int commits() {
        return commits;
    }

    /** About how much heap it takes. An entry of which nothing is new is not kept. */
    long bytes() {
        return fresh.isEmpty() ? 0 : entry.heapBytes() + (long) fresh.size() * LoggedObject.OVERHEAD_BYTES;
    }
}
