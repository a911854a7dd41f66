package dev.gitmemory.service;

import dev.gitmemory.postgres.RowsLockedException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The agents that the reconciler could not bring up to date, and when their turn is again.
 *
 * <p>One whose rows another transaction holds <em>waits</em>: that is what happens beside any slow write, and nothing is wrong
 * with it. Every other reason is a <em>failure</em>, and stays one until the agent follows git again, whatever it waits for
 * meanwhile. Not thread-safe.
 */
final class Troubles {

    private static final int MOST_PER_PASS = 1000;

    /** Each attempt has waited some seconds for locks by then. */
    private static final int SAID_TO_WAIT = 4;

    /** What people have to be told of an attempt that came to nothing. */
    enum News {
        NOTHING,
        /** It has waited for locks for long. */
        WAITS,
        /** It fails, and did not before. */
        FAILS,
        /** It fails as before. */
        STILL_FAILS
    }

    /**
     * A reason to leave an agent alone for a while.
     *
     * @param lookedAt whether it came up when the agent was looked at, so that following git again is not all there is to do
     * @param fails whether something was wrong, and not only somebody else's transaction in the way
     * @param said whether people were told of it
     */
    private record Trouble(int times, Instant until, boolean lookedAt, boolean fails, boolean said) {}

    private static final Trouble NONE = new Trouble(0, Instant.MIN, false, false, false);

    private final Clock clock;
    private final Map<String, Trouble> now = new HashMap<>();
    private final Map<String, Trouble> recovered = new HashMap<>(); // in this pass
    private final Set<String> asked = new HashSet<>(); // in this pass

    Troubles(Clock clock) {
        this.clock = clock;
    }

    /** How many agents fail. */
    int failing() {
        return (int) now.values().stream().filter(Trouble::fails).count();
    }

    /** How many agents wait for another transaction. */
    int waiting() {
        return now.size() - failing();
    }

    boolean has(String agentId) {
        return now.containsKey(agentId);
    }

    /** Takes the word of another process, or of this one before it was started anew: the agent has to be looked at. */
    void heardOf(Collection<String> failing) {
        failing.forEach(id -> now.putIfAbsent(id, new Trouble(1, Instant.MIN, true, true, false)));
    }

    /**
     * Those that something has to be done for and whose turn it is, no more than a pass has time for: first the ones without
     * trouble.
     */
    <T> List<T> due(List<T> all, Function<T, String> agentId) {
        all.forEach(one -> asked.add(agentId.apply(one)));
        return turns(all, agentId);
    }

    private <T> List<T> turns(List<T> all, Function<T, String> agentId) {
        Instant time = clock.instant();
        return all.stream()
                .filter(one -> !time.isBefore(
                        now.getOrDefault(agentId.apply(one), NONE).until()))
                .sorted(Comparator.comparing(
                        one -> now.getOrDefault(agentId.apply(one), NONE).times()))
                .limit(MOST_PER_PASS)
                .toList();
    }

    /** Those to be looked at again now, also where one step of this pass has done already. */
    List<String> toLookAt() {
        List<String> all = new ArrayList<>(now.keySet());
        recovered.forEach((agentId, before) -> {
            if (before.lookedAt()) {
                all.add(agentId);
            }
        });
        return turns(all, agentId -> agentId);
    }

    /** Forgets an agent of which nothing is left to do: it was disabled, or deleted. */
    void forgetUnlessAsked(String agentId) {
        if (!asked.contains(agentId)) {
            now.remove(agentId);
        }
    }

    /** Nothing is left to do for an agent, whatever its trouble was. */
    void forget(String agentId) {
        now.remove(agentId);
        recovered.remove(agentId);
    }

    /** An attempt did what it had to. */
    void over(String agentId) {
        Trouble before = now.remove(agentId);
        if (before != null) {
            recovered.put(agentId, before);
        }
    }

    /**
     * An attempt came to nothing.
     *
     * @param looking whether the agent was looked at, and not only followed
     */
    News add(String agentId, Throwable reason, boolean looking) {
        Trouble before = recovered.remove(agentId); // by one step of this pass, and not by the next one
        Trouble last = before == null ? now.getOrDefault(agentId, NONE) : before;
        boolean waits = reason instanceof RowsLockedException;
        int times = last.times() + 1;
        News news = waits ? newsOfWaiting(last, times) : newsOfFailure(last);
        now.put(
                agentId,
                new Trouble(
                        times,
                        clock.instant().plus(Pauses.after(times, reason, now.size())),
                        looking || last.lookedAt(),
                        last.fails() || !waits,
                        last.said() || news != News.NOTHING));
        return news;
    }

    private static News newsOfWaiting(Trouble last, int times) {
        return times >= SAID_TO_WAIT && !last.said() ? News.WAITS : News.NOTHING;
    }

    private static News newsOfFailure(Trouble last) {
        return last.fails() && last.said() ? News.STILL_FAILS : News.FAILS;
    }

    /** Ends a pass. Returns the agents that people were told of, and that are well again. */
    List<String> endPass() {
        List<String> well = recovered.entrySet().stream()
                .filter(one -> one.getValue().said() || one.getValue().fails())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        recovered.clear();
        asked.clear();
        return well;
    }
}
