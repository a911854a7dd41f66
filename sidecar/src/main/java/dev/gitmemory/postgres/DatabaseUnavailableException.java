package dev.gitmemory.postgres;

import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL can't be reached or is not taking statements now. Whether the transaction under way was committed is not
 * known; everything the sidecar writes may be written again.
 */
public class DatabaseUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
