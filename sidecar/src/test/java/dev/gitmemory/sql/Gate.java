package dev.gitmemory.sql;

import dev.gitmemory.service.Steps;
import java.util.concurrent.CountDownLatch;

/** Holds the first write that reaches a step there until it is let go. Thread-safe. */
final class Gate implements Steps {

    private final Step step;
    private final String id; // "" for whoever comes
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    Gate(Step step) {
        this(step, "");
    }

    /** Holds writes of one agent only. */
    Gate(Step step, String agentId) {
        this.step = step;
        this.id = agentId;
    }

    @Override
    public void reached(Step at, String about) {
        if (at == step && (id.isEmpty() || id.equals(about))) {
            reached.countDown();
            await(open);
        }
    }

    /** Waits until somebody stands at the gate. */
    void awaitReached() {
        await(reached);
    }

    void open() {
        open.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
