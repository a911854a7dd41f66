package dev.gitmemory.postgres;

/**
 * A statement has waited longer than {@code lock_timeout} for locks that other transactions hold. Nothing was written, and
 * it may be tried again.
 */
public final class RowsLockedException extends DatabaseUnavailableException {

    private static final long serialVersionUID = 1L;

    private static final String WHAT =
            "Another transaction has held locks on its rows for too long (pg_stat_activity and pg_locks tell whose)";

    /** For somebody who has given up waiting by {@link Tx#lock}. */
    public RowsLockedException() {
        super(WHAT, null);
    }

    RowsLockedException(String serverText, Throwable cause) {
        super(WHAT + ": " + serverText, cause);
    }
}
