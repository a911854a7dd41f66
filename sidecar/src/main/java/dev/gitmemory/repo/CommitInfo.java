package dev.gitmemory.repo;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A commit.
 *
 * @param sha 40 hex digits
 * @param parentSha the first parent; null for a root commit
 * @param seq the generation number as git's commit-graph defines it: 1 for a root commit, else one more than the
 *     greatest of the parents. In a history without merges it counts the commits; a parent's is always smaller.
 * @param author who made the change: as its trailers say where this installation made the commit; else a user whose id is
 *     the e-mail address of git's author line, which anybody can write
 * @param message without the trailers of a commit that this installation made; all of any other one's
 * @param requestId the request that this installation made the commit for; null for none, and for every other commit,
 *     whatever its message says
 * @param timestamp when the author made the change, to the second
 * @param filesChanged paths, sorted, that differ from the first parent (from nothing for a root commit)
 * @param additions lines added against the first parent; a binary file counts none
 * @param deletions lines deleted against the first parent
 */
public record CommitInfo(
        String sha,
        @Nullable String parentSha,
        long seq,
        Author author,
        String message,
        @Nullable UUID requestId,
        Instant timestamp,
        List<String> filesChanged,
        int additions,
        int deletions) {

    public CommitInfo {
        filesChanged = List.copyOf(filesChanged);
    }
}
