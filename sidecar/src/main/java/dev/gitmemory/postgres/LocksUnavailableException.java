package dev.gitmemory.postgres;

/** A migration did not get a lock in time; its transaction is to be rolled back. */
final class LocksUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient TableLock lock;

    LocksUnavailableException(TableLock lock, Throwable cause) {
        super("No lock " + lock, cause);
        this.lock = lock;
    }

    TableLock lock() {
        return lock;
    }
}
