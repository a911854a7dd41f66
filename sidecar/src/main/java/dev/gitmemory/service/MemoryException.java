package dev.gitmemory.service;

import dev.gitmemory.block.Text;
import dev.gitmemory.log.PurgedException;
import dev.gitmemory.log.UnknownOutcomeException;
import dev.gitmemory.postgres.UnfitDatabaseException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An operation was refused or could not be carried out; the message is meant for the caller: one line, with the control
 * characters of ids and labels in it shown.
 */
public final class MemoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable String field;

    private MemoryException(Reason reason, @Nullable String field, String message, @Nullable Throwable cause) {
        // What a storage says of itself is looked for in the message, and left out for clients: it stays as it is.
        super(cause == null ? Text.escaped(message) : message, cause);
        this.reason = reason;
        this.field = field;
    }

    static MemoryException notFound(String message) {
        return new MemoryException(Reason.NOT_FOUND, null, message, null);
    }

    static MemoryException conflict(String message) {
        return new MemoryException(Reason.CONFLICT, null, message, null);
    }

    static MemoryException stale(String message) {
        return new MemoryException(Reason.STALE, null, message, null);
    }

    static MemoryException malformed(String field, String message) {
        return new MemoryException(Reason.MALFORMED, field, message, null);
    }

    static MemoryException rule(String field, String message) {
        return new MemoryException(Reason.RULE, field, message, null);
    }

    static MemoryException gone(String message) {
        return new MemoryException(Reason.GONE, null, message, null);
    }

    /** The object storage failed; or says, so that asking again is of no use, that the repository was purged. */
    static MemoryException unavailable(String message, Throwable cause) {
        if (cause instanceof PurgedException) {
            return new MemoryException(Reason.GONE, null, String.valueOf(cause.getMessage()), cause);
        }
        return new MemoryException(Reason.UNAVAILABLE, null, message, cause);
    }

    /**
     * A write did not come to its end in the object storage.
     *
     * @param refused the message where nothing was committed, without what the storage says
     */
    static MemoryException notCommitted(String refused, IOException cause) {
        if (cause instanceof UnknownOutcomeException) {
            return new MemoryException(
                    Reason.UNKNOWN,
                    null,
                    "It is not known whether git has the write, or will have it: the object storage did not confirm it. Read what was"
                            + " to be written before it is repeated: " + cause.getMessage(),
                    cause);
        }
        return unavailable(refused + ": " + cause.getMessage(), cause);
    }

    /** PostgreSQL could not take what git has: the row is refused, or the database is not fit for any. */
    static MemoryException notApplied(String message, Exception cause) {
        return cause instanceof UnfitDatabaseException ? unavailable(Text.escaped(message), cause) : conflict(message);
    }

    public Reason reason() {
        return reason;
    }

    /** The field of the input that is wrong, or null when no single one is. */
    public @Nullable String field() {
        return field;
    }
}
