package dev.gitmemory.crash;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** What comes true without anybody's help, and is asked for until it has. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Eventually() {}

    /** @param obstacle asks, and says what is in the way; nothing when it holds */
    static void holds(Supplier<String> obstacle) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (true) {
            String found = obstacle.get();
            if (found.isEmpty()) {
                return;
            }
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("not within " + PATIENCE + ": " + found);
            }
        }
    }
}
