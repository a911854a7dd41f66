package dev.gitmemory.postgres;

/**
 * PostgreSQL can't be reached or is not taking statements now. Whether the transaction under way was committed is not
 * known; everything the sidecar writes may be written again.
 */
public class DatabaseUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
