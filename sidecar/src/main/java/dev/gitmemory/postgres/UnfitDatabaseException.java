package dev.gitmemory.postgres;

/**
 * The database is not as git-memory needs it: a column or table has gone, a right was taken back, PL/Java does not start. The
 * message names what is missing and the command that says what to mend. Nothing was written.
 */
public final class UnfitDatabaseException extends StatementFailedException {

    private static final long serialVersionUID = 1L;

    UnfitDatabaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
