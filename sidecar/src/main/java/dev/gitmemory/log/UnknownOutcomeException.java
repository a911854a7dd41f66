package dev.gitmemory.log;

import org.jspecify.annotations.Nullable;

/** The object store failed while an entry was being written, and could not be asked afterwards whether it has it. */
public final class UnknownOutcomeException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String key, String message, @Nullable Throwable cause) {
        super(key, message, cause);
    }
}
