package dev.gitmemory.race;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Steps players through the orders of their steps.
 *
 * <p>After each step it waits until all players stand still: they have done their step, or PostgreSQL shows that they wait for
 * a lock of one that stands still. A player that waits goes on by itself when the lock is free, in the middle of another's
 * step. So an order that would have a waiting player do its next step does not exist; nor does one in which a player goes on
 * that has ended early. What follows from there are the orders with another player in its place, and the driver goes on with
 * the next of them. Nor are orders run that come to the same as one that was run ({@link Beginnings}). What is left at the end is let go on until all have ended. Used by one thread.
 */
public final class Race {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Waits waits;
    private final Bell bell;

    public Race(Waits waits, Bell bell) {
        this.waits = waits;
        this.bell = bell;
    }

    /**
     * One race.
     *
     * @param players ready to begin
     * @param setting whatever the end of the race has to know of its beginning
     */
    public record Run(List<? extends Player> players, Trace trace, Object setting) {

        public Run(List<? extends Player> players, Trace trace) {
            this(players, trace, "");
        }
    }

    /** Told of each race when it is over. */
    @FunctionalInterface
    public interface Finish {
        void over(Run run, int order, boolean repeats);
    }

    /** How many orders the players' steps have. */
    public static int orders(List<List<Step.Kind>> kinds) {
        return Orders.of(kinds).size();
    }

    /**
     * Runs every order that there is and that does not come to the same as another.
     *
     * @param kinds the steps of the players
     * @param begin sets up a race in a world of its own
     */
    public void all(List<List<Step.Kind>> kinds, Supplier<Run> begin, Finish finish) {
        List<byte[]> orders = Orders.of(kinds);
        Beginnings beginnings = new Beginnings(kinds);
        int index = 0;
        while (index < orders.size()) {
            byte[] order = orders.get(index);
            int repeated = beginnings.repeated(order);
            if (repeated > 0) {
                index = Orders.after(orders, index, repeated);
                continue;
            }
            Run run = begin.get();
            int at = 0;
            boolean repeats = false;
            boolean apart = true;
            while (at < order.length && !repeats && !isOver(run)) {
                if (goes(run, order[at])) {
                    at++;
                    apart &= !isAnyRunning(run) && !hasFailed(run, kinds, order, at);
                    if (apart) {
                        beginnings.areApart(order, at);
                    }
                    continue;
                }
                int next = Orders.after(orders, index, at + 1);
                if (next < orders.size() && Orders.beginAlike(orders.get(next), order, at)) {
                    index = next;
                    order = orders.get(next);
                } else {
                    repeats = true; // all others with this beginning were there before
                }
            }
            end(run);
            finish.over(run, index, repeats);
            index = Orders.after(orders, index, at);
        }
    }

    /** Runs one order. The turn of a player who can't go on is left out; what is missing then comes at the end. */
    public void one(List<List<Step.Kind>> kinds, int index, Supplier<Run> begin, Finish finish) {
        Run run = begin.get();
        boolean repeats = false;
        for (byte player : Orders.of(kinds).get(index)) {
            repeats |= !goes(run, player) && !isOver(run);
        }
        end(run);
        finish.over(run, index, repeats);
    }

    /** Whether the last step has ended its player's script before its end: its locks are gone. */
    private static boolean hasFailed(Run run, List<List<Step.Kind>> kinds, byte[] order, int length) {
        byte last = order[length - 1];
        int taken = 0;
        for (int i = 0; i < length; i++) {
            taken += order[i] == last ? 1 : 0;
        }
        return run.players().get(last).state() == Player.State.ENDED
                && taken < kinds.get(last).size();
    }

    private boolean goes(Run run, byte number) {
        Player player = run.players().get(number);
        if (player.state() != Player.State.READY) {
            return false;
        }
        go(run, player);
        return true;
    }

    private void go(Run run, Player player) {
        player.go();
        Set<Player> told = new HashSet<>();
        long began = System.nanoTime();
        while (!standsStill(run, player, told)) {
            requirePatience(run, began);
        }
    }

    private static boolean isOver(Run run) {
        return run.players().stream().allMatch(p -> p.state() == Player.State.ENDED);
    }

    private void end(Run run) {
        long began = System.nanoTime();
        while (!isOver(run)) {
            run.players().stream()
                    .filter(p -> p.state() == Player.State.READY)
                    .findFirst()
                    .ifPresentOrElse(p -> go(run, p), bell::hear);
            requirePatience(run, began);
        }
    }

    private boolean standsStill(Run run, Player last, Set<Player> told) {
        if (!isAnyRunning(run)) {
            return true;
        }
        bell.hear();
        if (!isAnyRunning(run)) {
            return true;
        }
        // Looked at twice: it is several looks, and a session may go on between them.
        for (int look = 0; look < 2; look++) {
            Set<Player> waiting = waits.of(run.players());
            if (run.players().stream().anyMatch(p -> p.state() == Player.State.RUNNING && !waiting.contains(p))) {
                return false;
            }
        }
        if (last.state() == Player.State.RUNNING && told.add(last)) {
            run.trace().waits(last.name(), last.doing());
        }
        return true;
    }

    private static boolean isAnyRunning(Run run) {
        return run.players().stream().anyMatch(p -> p.state() == Player.State.RUNNING);
    }

    private static void requirePatience(Run run, long began) {
        if (System.nanoTime() - began > PATIENCE.toNanos()) {
            throw new HungException("These sessions came to no end:\n" + run.trace()
                    + run.players().stream()
                            .filter(p -> p.state() != Player.State.ENDED)
                            .map(p -> "\n    " + p.name() + " is at " + p.doing())
                            .toList());
        }
    }

    /** Sessions wait, and nothing can free them. */
    static final class HungException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HungException(String message) {
            super(message);
        }
    }
}
