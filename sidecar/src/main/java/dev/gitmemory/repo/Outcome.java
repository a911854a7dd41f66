package dev.gitmemory.repo;

import org.jspecify.annotations.Nullable;

/** What became of one {@link Draft}. */
public sealed interface Outcome {

    /** It is in the log, durably. */
    record Committed(CommitInfo commit) implements Outcome {}

    /** A commit with its {@link Draft.Mark} was in the log already; the edit was not applied. */
    record Found(CommitInfo commit) implements Outcome {}

    /**
     * Its edit left every file as it was: there is no commit.
     *
     * @param headSha the commit that already says what was wanted; null when there is none yet
     */
    record Unchanged(@Nullable String headSha) implements Outcome {}

    /**
     * Its edit threw; nothing of it is in the log.
     *
     * @param reason what the edit threw
     */
    record Rejected(RuntimeException reason) implements Outcome {}
}
