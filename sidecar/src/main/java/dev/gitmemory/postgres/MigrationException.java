package dev.gitmemory.postgres;

/** The database could not be migrated; the message says why and what to do. A migration that fails changes nothing. */
public class MigrationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MigrationException(String message) {
        super(message);
    }

    MigrationException(String message, Throwable cause) {
        super(message, cause);
    }
}
