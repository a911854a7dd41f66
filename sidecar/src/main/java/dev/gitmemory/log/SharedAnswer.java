package dev.gitmemory.log;

import dev.gitmemory.store.Deadline;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers that come together share one question, so that many readers cost the store as much as one after the
 * other. An answer is never older than its caller: it is that of a question that was asked after the caller had come.
 * Thread-safe.
 */
final class SharedAnswer<T> {

    private final Callable<T> question;
    private final ReentrantLock asking = new ReentrantLock(true);

    /** Not asked yet; whoever comes before it is takes part. Guarded by this. */
    private @Nullable FutureTask<T> next;

    /** @param question throws nothing but {@link IOException} and unchecked exceptions */
    SharedAnswer(Callable<T> question) {
        this.question = question;
    }

    T get() throws IOException {
        FutureTask<T> mine = join();
        Deadline.current().lock(asking, "Can't ask the store");
        try {
            if (!mine.isDone()) {
                close(mine);
                mine.run();
            }
        } finally {
            asking.unlock();
        }
        return of(mine);
    }

    private synchronized FutureTask<T> join() {
        if (next == null) {
            next = new FutureTask<>(question);
        }
        return next;
    }

    private synchronized void close(FutureTask<T> asked) {
        if (next == asked) {
            next = null;
        }
    }

    /** What a task that is done has answered or thrown. */
    static <T extends @Nullable Object> T of(FutureTask<T> done) throws IOException {
        boolean interrupted = Thread.interrupted(); // it is done: there is nothing to wait for
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("Asking the store failed", e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted without waiting", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
