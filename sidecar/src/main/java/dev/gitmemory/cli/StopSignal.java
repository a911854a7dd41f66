package dev.gitmemory.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets a long-running command end in order when the process is asked to stop (SIGTERM, Ctrl-C).
 *
 * <p>The JVM ends as soon as its shutdown hooks have, so this hook waits until the command has closed everything. Open it
 * as the first resource of the command: it is closed last.
 *
 * <pre>{@code
 * try (StopSignal stop = StopSignal.install();
 *         EmbeddedPostgres postgres = ...;
 *         HttpServer server = ...) {
 *     stop.await();
 * }
 * }</pre>
 */
final class StopSignal implements AutoCloseable {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private final Runnable told;

    private StopSignal(Runnable told) {
        this.told = told;
    }

    static StopSignal install() {
        return install(() -> {});
    }

    /** @param told run once the process is asked to stop, on another thread: tells people what is waited for */
    static StopSignal install(Runnable told) {
        StopSignal signal = new StopSignal(told);
        Runtime.getRuntime().addShutdownHook(new Thread(signal::waitForCommand, "stop"));
        return signal;
    }

    private void waitForCommand() {
        asked.countDown();
        if (closed.getCount() > 0) { // and not the end of a command that nobody has stopped
            told.run();
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            // Nobody interrupts a shutdown hook; if somebody did, the process would simply end now.
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the process is asked to stop; returns at once when it has been. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** Whether the process was asked to stop. */
    boolean isAsked() {
        return asked.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
