package dev.gitmemory.service;

import dev.gitmemory.postgres.Commits.Trace;
import dev.gitmemory.postgres.RequestQueue.Attempt;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.Edit;
import dev.gitmemory.repo.MemoryRepository;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request take effect once, however often it is begun.
 *
 * <p>A sidecar may die at any moment, or be taken for dead and go on, so two may carry out one request. In git its commit
 * carries the request's number, and the log's next entry, for which writers compete, is made only where the history
 * before it has no such commit. In PostgreSQL the effect and the request's end are one transaction, which fails for
 * whoever does not hold the request any more.
 *
 * @param requestId its number
 * @param attempt which attempt this is
 * @param held whether this process may still believe that the request is its own; a hint, the above is the proof
 */
record Once(UUID requestId, Attempt attempt, BooleanSupplier held) {

    /** The request was carried out before; thrown once PostgreSQL has followed its commit. */
    static final class DoneBefore extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String sha;

        DoneBefore(String sha) {
            super("the request was carried out before, by commit " + sha);
            this.sha = sha;
        }

        String sha() {
            return sha;
        }
    }

    /** git has the write, and PostgreSQL fell before it had it: the next attempt finds the commit and applies it. */
    static final class Unfinished extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unfinished() {
            super("the write is in git and not in PostgreSQL yet");
        }
    }

    /** Somebody else has the request now; nothing was changed by this attempt. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Lost(UUID requestId) {
            super("request %s was taken by another sidecar".formatted(requestId));
        }
    }

    /** A draft of which the repository takes at most one. */
    Draft only(Draft draft, Draft.Mark mark) {
        Edit edit = files -> {
            if (!held.getAsBoolean()) {
                throw new Lost(requestId);
            }
            draft.edit().apply(files);
        };
        return draft.with(edit).once(mark);
    }

    boolean isFirstAttempt() {
        return attempt.number() == 1;
    }

    /** The mark of the request's commit, to be looked for in all of the history. */
    Draft.Mark mark() {
        return new Draft.Mark(requestId, 0);
    }

    /**
     * The mark of the request's commit, to be looked for where it may be.
     *
     * <p>A first attempt may have a commit, too: PostgreSQL was restored from a backup in which the request is queued. The
     * ledger records commits with their requests, so what it has applied need not be looked through.
     *
     * @param trace what the ledger knew when the attempt had begun
     */
    Draft.Mark mark(@Nullable Trace trace, MemoryRepository repository) {
        return new Draft.Mark(requestId, knownWithout(trace, repository));
    }

    /** Up to which generation the history is known to be without the request's commit. */
    private long knownWithout(@Nullable Trace trace, MemoryRepository repository) {
        if (!isFirstAttempt() || trace == null || trace.commitSha() != null) {
            return 0;
        }
        String applied = trace.appliedSha();
        return applied != null && repository.hasCommit(applied) ? repository.generation(applied) : 0;
    }

    /**
     * Ends the request together with its effect on PostgreSQL.
     *
     * @param blockId of the block that it was about; null for none
     */
    static void settle(Tx tx, @Nullable Once once, @Nullable String blockId) {
        if (once != null && !tx.requests().finish(once.attempt(), RequestResult.ofBlock(blockId, null))) {
            throw new Lost(once.requestId());
        }
    }
}
