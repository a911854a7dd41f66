package dev.gitmemory.repo;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A commit that somebody wants.
 *
 * @param message not blank; line ends become {@code \n}, trailing white space goes
 * @param at when the author made the change, to the second, not before 1970; null for the time of the commit
 */
public record Draft(Author author, String message, @Nullable Instant at, Edit edit) {

    public Draft {
        if (message.isBlank()) {
            throw new IllegalArgumentException("A commit needs a message");
        }
        if (at != null && at.isBefore(Instant.EPOCH)) {
            throw new IllegalArgumentException("Git knows no time before 1970: " + at);
        }
    }

    /** A draft whose author made the change just now. */
    public static Draft of(Author author, String message, Edit edit) {
        return new Draft(author, message, null, edit);
    }
}
