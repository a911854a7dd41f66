package dev.gitmemory.postgres;

/**
 * A statement has waited longer than {@code lock_timeout} for locks that other transactions hold. Nothing was written, and
 * it may be tried again.
 */
public final class RowsLockedException extends DatabaseUnavailableException {

    private static final long serialVersionUID = 1L;

    RowsLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
