package dev.gitmemory.repo;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an import does to a repository as that is now.
 *
 * @param headSha where {@code main} is; null for a repository without commits
 * @param newCommits commits of others that come in, with their ids
 * @param added paths that the head does not have, sorted
 * @param changed paths whose content changes, sorted
 * @param removed paths that go, sorted; history keeps them
 * @param refs branches and tags that come into being, with what they point to
 */
public record ImportPlan(
        Way way,
        @Nullable String headSha,
        int newCommits,
        List<String> added,
        List<String> changed,
        List<String> removed,
        SortedMap<String, String> refs) {

    /** What becomes of {@code main}. */
    public enum Way {
        /** It stays: what is to be imported is in its history, or in its files, already. */
        NOTHING,
        /** It comes into being as the imported branch, all commits with their ids. */
        WHOLE_HISTORY,
        /** It moves on to the imported branch, which continues it. */
        FAST_FORWARD,
        /** One merge commit with the imported files, on top of both histories. */
        MERGE,
        /** One commit with the imported files. */
        COMMIT
    }

    public ImportPlan {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        refs = Collections.unmodifiableSortedMap(new TreeMap<>(refs));
    }

    /** Whether there is nothing to write. */
    public boolean isEmpty() {
        return way == Way.NOTHING && refs.isEmpty();
    }
}
