package dev.gitmemory.race;

import java.util.List;

/**
 * One session of a race. The driver lets it do its next step; it does that on a thread of its own, rings the {@link Bell}
 * and waits. A step may end the session before its last one: a transaction that failed has nothing more to do.
 */
public interface Player {

    /** What a player is about. */
    enum State {
        /** Waits to be told to do its next step. */
        READY,
        /** Is in the middle of a step, or waits in it for another's lock. */
        RUNNING,
        /** Has no more steps. */
        ENDED
    }

    /** For people to read. */
    String name();

    State state();

    /** What its steps mean for others, one by one. */
    List<Step.Kind> kinds();

    /** Begins its next step. Only when it is {@link State#READY}. */
    void go();

    /** What it is doing, or did last. */
    String doing();

    /** Whether a session of PostgreSQL is its own. */
    boolean owns(int pid, String user);

    /** How it ended: {@code ok}, or what went wrong, by SQLSTATE where there is one. */
    String outcome();
}
