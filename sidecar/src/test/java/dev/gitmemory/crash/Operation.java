package dev.gitmemory.crash;

import java.util.List;

/**
 * What a crash may strike, done by one agent again and again: in round {@code r} with a value or label of that round.
 * Agents whose ids continue the agent's with a dot belong to it.
 */
interface Operation {

    String name();

    /** Makes the agent. */
    void create(CrashWorld world, String agent);

    /** What has to be there for it. All of it is acknowledged. */
    void prepare(CrashWorld world, String agent, int round);

    /** Begins it; whether it was acknowledged. */
    boolean run(CrashWorld world, String agent, int round);

    /** Whether the tables show it. */
    boolean isThere(CrashWorld world, String agent, int round);

    /** Says what it leaves in the history, once. */
    default void note(CrashWorld world, String agent, int round, boolean certain) {
        world.fact(agent, "+" + token(agent, round), certain);
    }

    /** What its client does when he sees how it ended. */
    default void afterwards(CrashWorld world, String agent, int round) {
        // Most clients are content.
    }

    /** The agents whose repositories it is about. */
    default List<String> owners(String agent) {
        return List.of(agent);
    }

    /** Whether it is the reconciler that carries it out. */
    default boolean isReconcilers() {
        return false;
    }

    /** On whose threads it is held, as {@link dev.gitmemory.cli.CrashingSidecar} calls them. */
    default String threads() {
        return isReconcilers() ? "reconciler" : "clients";
    }

    /** Whether a crash may strike at a step of it. */
    default boolean mayBeStruckAt(String step) {
        return true;
    }

    /** Whether a transaction of PostgreSQL is open while it commits to git. */
    default boolean commitsInTransaction() {
        return false;
    }

    /** Whether it begins with rows that a superuser has changed around the guard: only those may have to be mended. */
    default boolean changesRowsAroundTheGuard() {
        return false;
    }

    /** Whether it is a request that somebody carries out whoever dies. */
    boolean isRequest();

    /** What the agent writes in a round, and never again. */
    static String token(String agent, int round) {
        return agent + "-round" + round;
    }

    /** The change that writes it. */
    static String value(String agent, int round) {
        return "{\"value\": \"" + token(agent, round) + "\"}";
    }
}
