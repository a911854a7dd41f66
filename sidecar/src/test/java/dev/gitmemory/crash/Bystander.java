package dev.gitmemory.crash;

import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** An agent that is held nowhere and writes one value after the other until the crash. */
final class Bystander {

    static final String AGENT = "bystander";

    private final CrashWorld world;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread t = new Thread(task, "bystander");
        t.setDaemon(true);
        return t;
    });
    private final AtomicInteger acknowledged = new AtomicInteger();
    private int number;
    private volatile boolean ending;
    private CountDownLatch wrote = new CountDownLatch(0);
    private Future<?> running = CompletableFuture.completedFuture(null);

    Bystander(CrashWorld world) {
        this.world = world;
        world.enabledAgent(AGENT);
    }

    void begin() {
        ending = false;
        CountDownLatch first = new CountDownLatch(1);
        wrote = first;
        running = thread.submit(() -> {
            while (!ending) {
                write();
                first.countDown();
            }
        });
    }

    private void write() {
        String value = "bystander" + ++number;
        world.fact(AGENT, "+" + value, false);
        try {
            if (world.acknowledged("PATCH", CrashWorld.block(AGENT, "system/note"), "{\"value\": \"" + value + "\"}")) {
                world.fact(AGENT, "+" + value, true);
                acknowledged.incrementAndGet();
            }
        } catch (UncheckedIOException e) {
            ending = true; // its sidecar is dead
        }
    }

    /** Waits for the first write since the beginning. */
    void awaitWrite() throws InterruptedException {
        wrote.await();
    }

    void end() throws InterruptedException, ExecutionException {
        ending = true;
        running.get();
    }

    int acknowledged() {
        return acknowledged.get();
    }
}
