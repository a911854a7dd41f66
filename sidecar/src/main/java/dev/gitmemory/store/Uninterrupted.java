package dev.gitmemory.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Work on channels that an interrupt neither stops nor gets lost at: a channel that an interrupt closes would leave open
 * what is on the disk.
 */
final class Uninterrupted {

    /** Work that may be begun anew when a channel was closed under it. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    private Uninterrupted() {}

    static <T> T call(Work<T> work) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    return work.run();
                } catch (ClosedByInterruptException e) {
                    interrupted = true; // again, without the interrupt
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
