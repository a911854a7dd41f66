package dev.gitmemory.postgres;

/**
 * PostgreSQL is there and could not carry a statement out: it ran out of memory, or into a time limit, or the database is not
 * as it has to be ({@link UnfitDatabaseException}). Nothing was written.
 */
public class StatementFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StatementFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
