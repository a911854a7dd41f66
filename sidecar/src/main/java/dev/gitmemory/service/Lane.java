package dev.gitmemory.service;

import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.RowsLockedException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers that want the same rows go one at a time, so that together they use one connection. Thread-safe.
 *
 * <p><b>While another transaction holds the rows</b> a turn is tried several times, which takes some seconds. Its failure is
 * that of all who came before it ended. From then on, until a turn succeeds, a turn is one short attempt. And from the
 * first failed attempt on no more than {@link #MOST_WAITING} callers wait: the others fail at once, so that their threads
 * are free for other agents.
 */
final class Lane {

    /** Callers that wait while rows are known to be held. */
    static final int MOST_WAITING = 32;

    /** Attempts of a turn, each of which waits for less than PostgreSQL's {@code deadlock_timeout}: some eight seconds. */
    static final int ATTEMPTS = 12;

    /** One attempt, in a transaction of its own. */
    @FunctionalInterface
    interface Attempt<T, X extends Exception> {
        /**
         * Makes the attempt.
         *
         * @throws RowsLockedException if another transaction holds the rows; nothing was written to PostgreSQL
         */
        T run() throws X;
    }

    private boolean busy; // guarded by this
    private boolean held; // guarded by this; whether the newest attempt met locks
    private int waiting; // guarded by this
    private long failures; // guarded by this
    private @Nullable DatabaseUnavailableException last; // guarded by this

    /**
     * Waits for a turn and takes it.
     *
     * @param done what others' turns have done for this caller, empty for nothing; quick, and asked while others wait
     * @param attempts how often locks are met before the turn fails, 1 or more
     * @param attempt called while no other caller's runs
     * @throws DatabaseUnavailableException as the turn that failed; {@link RowsLockedException} also where too many wait
     */
    <T, X extends Exception> T take(Supplier<Optional<T>> done, int attempts, Attempt<T, X> attempt) throws X {
        Optional<T> before = enter(done);
        if (before.isPresent()) {
            return before.get();
        }
        try {
            return run(isHeld() && attempts == ATTEMPTS ? 1 : attempts, attempt);
        } catch (DatabaseUnavailableException e) {
            failed(e);
            throw e;
        } finally {
            leave();
        }
    }

    private <T, X extends Exception> T run(int attempts, Attempt<T, X> attempt) throws X {
        for (int i = 1; ; i++) {
            try {
                T result = attempt.run();
                setHeld(false);
                return result;
            } catch (RowsLockedException e) {
                setHeld(true);
                if (i >= attempts) {
                    throw e;
                }
            }
        }
    }

    private synchronized <T> Optional<T> enter(Supplier<Optional<T>> done) {
        long seen = failures;
        boolean interrupted = false;
        waiting++;
        try {
            while (true) {
                Optional<T> result = done.get();
                if (result.isPresent()) {
                    return result;
                }
                if (failures != seen && last != null) {
                    throw last;
                }
                if (!busy) {
                    busy = true;
                    return Optional.empty();
                }
                if (held && waiting > MOST_WAITING) {
                    throw new RowsLockedException();
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // told below: what this waits for is bounded, and the commit is made
                }
            }
        } finally {
            waiting--;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the newest attempt met locks of another transaction. */
    synchronized boolean isHeld() {
        return held;
    }

    /** Whether a turn is under way. */
    synchronized boolean isBusy() {
        return busy;
    }

    /** How many callers wait now. */
    synchronized int waiting() {
        return waiting;
    }

    private synchronized void setHeld(boolean now) {
        held = now;
        if (now) {
            notifyAll(); // those that are too many leave
        }
    }

    private synchronized void failed(DatabaseUnavailableException reason) {
        failures++;
        last = reason;
    }

    private synchronized void leave() {
        busy = false;
        notifyAll();
    }
}
