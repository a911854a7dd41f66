package dev.gitmemory.cli;

import dev.gitmemory.service.Reconciler;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which agent's turn a pass of the reconciler does not come out of: a disk or a network file system may answer
 * never, and the pass can't be interrupted then. To be asked now and then, by one thread that the pass can't hold up.
 */
final class ReconcilerWatch {

    private static final Logger log = LoggerFactory.getLogger(ReconcilerWatch.class);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Supplier<Optional<Reconciler.Turn>> turns;
    private final Clock clock;
    private Reconciler.@Nullable Turn told;
    private Duration next = LONG;

    /** @param turns what the pass under way is about */
    ReconcilerWatch(Supplier<Optional<Reconciler.Turn>> turns, Clock clock) {
        this.turns = turns;
        this.clock = clock;
    }

    /** Logs a warning if a turn has taken a minute, and again after twice, four times, eight times that. */
    void look() {
        Optional<Reconciler.Turn> turn = turns.get();
        if (told != null && !turn.filter(told::equals).isPresent()) {
            log.info("The reconciler goes on after {}", name(told));
            told = null;
            next = LONG;
        }
        turn.ifPresent(this::look);
    }

    private void look(Reconciler.Turn turn) {
        Duration taken = Duration.between(turn.since(), clock.instant());
        if (taken.compareTo(next) >= 0) {
            log.warn(
                    "The reconciler has been at {} for {} s, and all others wait: its storage or PostgreSQL answers slowly, or not at all. Look after them; if they are well, restart this sidecar",
                    name(turn),
                    taken.toSeconds());
            told = turn;
            next = taken.multipliedBy(2);
        }
    }

    private static String name(Reconciler.Turn turn) {
        return turn.agentId() == null ? "its own work" : "agent " + turn.agentId();
    }
}
