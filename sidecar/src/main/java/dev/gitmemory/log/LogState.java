package dev.gitmemory.log;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.jspecify.annotations.Nullable;

/**
 * Where a log stands. Immutable.
 *
 * @param entry the number of the newest entry; 0 for an empty log
 * @param digest SHA-256 of that entry, hex; empty for an empty log
 * @param refs all refs but that of the owner by their full names, peeled; empty for an empty log, else {@link #MAIN} is among them
 * @param tips the commits that the refs point to, directly or by a tag
 * @param owned whether the newest entry says whose log it is
 */
public record LogState(
        long entry, String digest, SortedMap<String, Ref> refs, SortedSet<ObjectId> tips, boolean owned) {

    /** The branch that {@code HEAD} means, always: a bundle can't say what its HEAD is. */
    public static final String MAIN = Constants.R_HEADS + "main";

    static final LogState EMPTY =
            new LogState(0, "", Collections.emptySortedMap(), Collections.emptySortedSet(), false);

    public LogState {
        refs = Collections.unmodifiableSortedMap(new TreeMap<>(refs));
        tips = Collections.unmodifiableSortedSet(new TreeSet<>(tips));
    }

    /** The commit of {@link #MAIN}; null for an empty log. */
    public @Nullable ObjectId head() {
        Ref main = refs.get(MAIN);
        return main == null ? null : main.getObjectId();
    }

    /** Where the refs point; a copy that may be changed. */
    public SortedMap<String, ObjectId> targets() {
        SortedMap<String, ObjectId> targets = new TreeMap<>();
        refs.forEach((name, ref) -> targets.put(name, ref.getObjectId()));
        return targets;
    }
}
