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
 * that of all who came before it ended. From then on, until a turn succeeds, a turn is one short attempt, and a caller that waits
 * waits for the end of one attempt. And from the first failed attempt on no more than {@link #MOST_WAITING} callers wait:
 * the others fail at once, so that their threads are free for other agents.
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

    /** How long a caller goes on while another transaction holds the rows. */
    enum Patience {
        /** Some seconds, and one attempt once a turn has failed; the failures of others are its own. */
        SHARED(ATTEMPTS),
        /** Some seconds, always on its own account: for requests of which attempts are counted. */
        OWN(ATTEMPTS),
        /** One attempt, which takes its time itself; the failures of others are its own. */
        ONE_ATTEMPT(1),
        /** For ever. */
        ENDLESS(Integer.MAX_VALUE);

        private final int attempts;

        Patience(int attempts) {
            this.attempts = attempts;
        }

        private boolean shares() {
            return this == SHARED || this == ONE_ATTEMPT;
        }
    }

    private boolean busy; // guarded by this
    private boolean held; // guarded by this; whether the newest attempt met locks
    private int waiting; // guarded by this
    private boolean failing; // guarded by this; whether a turn has failed for locks, and none has succeeded since
    private long failedAttempts; // guarded by this
    private long failedTurns; // guarded by this
    private @Nullable DatabaseUnavailableException last; // guarded by this

    /**
     * Waits for a turn and takes it.
     *
     * @param done what others' turns have done for this caller, empty for nothing; quick, and asked while others wait
     * @param attempt called while no other caller's runs
     * @throws DatabaseUnavailableException as the turn that failed; {@link RowsLockedException} also where too many wait
     */
    <T, X extends Exception> T take(Supplier<Optional<T>> done, Patience patience, Attempt<T, X> attempt) throws X {
        Optional<T> before = enter(done, patience);
        if (before.isPresent()) {
            return before.get();
        }
        try {
            return run(patience == Patience.SHARED && isFailing() ? 1 : patience.attempts, attempt);
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
                free();
                return result;
            } catch (RowsLockedException e) {
                metLocks(e);
                if (i >= attempts) {
                    throw e;
                }
            }
        }
    }

    private synchronized <T> Optional<T> enter(Supplier<Optional<T>> done, Patience patience) {
        long turns = failedTurns;
        long attempts = failing ? failedAttempts : Long.MAX_VALUE;
        boolean interrupted = false;
        waiting++;
        try {
            while (true) {
                Optional<T> result = done.get();
                if (result.isPresent()) {
                    return result;
                }
                if (patience.shares() && last != null && (failedTurns > turns || failedAttempts > attempts)) {
                    throw last;
                }
                if (!busy) {
                    busy = true;
                    return Optional.empty();
                }
                if (patience != Patience.OWN && held && waiting > MOST_WAITING) {
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

    private synchronized boolean isFailing() {
        return failing;
    }

    private synchronized void free() {
        held = false;
        failing = false;
    }

    private synchronized void metLocks(RowsLockedException reason) {
        held = true;
        failedAttempts++;
        last = reason;
        notifyAll(); // those that are too many leave, and those that wait for one attempt
    }

    private synchronized void failed(DatabaseUnavailableException reason) {
        failing |= reason instanceof RowsLockedException;
        failedTurns++;
        last = reason;
    }

    private synchronized void leave() {
        busy = false;
        notifyAll();
    }
}
