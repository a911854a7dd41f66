package dev.gitmemory.repo;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A commit that somebody wants.
 *
 * @param message not blank; line ends become {@code \n}, trailing white space goes
 * @param at when the author made the change, to the second, not before 1970; null for the time of the commit
 * @param requestId the request that the commit is made for, which it names; null for none
 * @param mark where one is given, {@code main} gets at most one commit for that request, whoever commits and how often;
 *     null for a draft that may be committed again
 * @param anyPath whether {@link PathPolicy} is not asked about paths that the head does not have: what is committed
 *     exists already, elsewhere or in an earlier commit, and is not to be lost for its name
 */
public record Draft(
        Author author,
        String message,
        @Nullable Instant at,
        Edit edit,
        @Nullable UUID requestId,
        @Nullable Mark mark,
        boolean anyPath) {

    /**
     * A request by which a commit is known again. It counts in commits that this installation made only.
     *
     * @param afterSeq commits up to this generation number are known to be without it and not looked at; 0 to look at
     *     all
     */
    public record Mark(UUID requestId, long afterSeq) {}

    public Draft {
        if (message.isBlank()) {
            throw new IllegalArgumentException("A commit needs a message");
        }
        if (at != null && at.isBefore(Instant.EPOCH)) {
            throw new IllegalArgumentException("Git knows no time before 1970: " + at);
        }
    }

    /** A draft that may be committed again. */
    public Draft(Author author, String message, @Nullable Instant at, Edit edit) {
        this(author, message, at, edit, null, null, false);
    }

    /** A draft whose author made the change just now. */
    public static Draft of(Author author, String message, Edit edit) {
        return new Draft(author, message, null, edit);
    }

    /** The same, made for a request. */
    public Draft forRequest(@Nullable UUID request) {
        return new Draft(author, message, at, edit, request, mark, anyPath);
    }

    /** The same, of files that exist already: their paths are taken as they are. */
    public Draft withAnyPath() {
        return new Draft(author, message, at, edit, requestId, mark, true);
    }

    /** The same, committed at most once for the mark's request. */
    public Draft once(Mark once) {
        return new Draft(author, message, at, edit, once.requestId(), once, anyPath);
    }

    /** The same, with another edit. */
    public Draft with(Edit other) {
        return new Draft(author, message, at, other, requestId, mark, anyPath);
    }
}
