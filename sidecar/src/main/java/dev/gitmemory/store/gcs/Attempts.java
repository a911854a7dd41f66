package dev.gitmemory.store.gcs;

import com.google.auth.Retryable;
import com.google.cloud.BaseServiceException;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request again while it fails in passing, after pauses that grow, and while there is time: its own, and that of
 * the {@link Deadline} that the thread is subject to.
 *
 * <p>The client's own way to do this is turned off. It does not know of deadlines, nor the exceptions of Apache's client,
 * does not repeat deletions, and goes on without end while an answer breaks off again and again in its body. Thread-safe.
 */
final class Attempts {

    /** Time-out, throttling, and failures of the service. */
    private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);

    /** Of one request, the first one included. */
    static final int MOST = 8;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(4);

    /** One attempt at a request. */
    @FunctionalInterface
    interface Request<T extends @Nullable Object> {
        /** Sends it, after so many attempts that have failed. */
        T send(int failed) throws IOException;
    }

    /** The last attempt's failure. */
    static final class FailedException extends IOException {
        private static final long serialVersionUID = 1L;

        final transient StorageException failure;
        final int attempts;

        FailedException(StorageException failure, int attempts) {
            super(failure);
            this.failure = failure;
            this.attempts = attempts;
        }
    }

    private final Duration retryFor;
    private final Runnable onRetry;
    private final LongSupplier nanoTime;
    private final LongConsumer sleepNanos;
    private final LongUnaryOperator random;

    /**
     * @param retryFor how long a request is sent again
     * @param onRetry told before each time
     * @param nanoTime as {@link System#nanoTime}
     * @param sleepNanos waits so long
     * @param random a number from 0 up to, and without, the one that is given
     */
    Attempts(
            Duration retryFor,
            Runnable onRetry,
            LongSupplier nanoTime,
            LongConsumer sleepNanos,
            LongUnaryOperator random) {
        this.retryFor = retryFor;
        this.onRetry = onRetry;
        this.nanoTime = nanoTime;
        this.sleepNanos = sleepNanos;
        this.random = random;
    }

    /** @throws FailedException if no attempt succeeds, or one fails for good */
    <T extends @Nullable Object> T run(Request<T> request) throws FailedException {
        long begin = nanoTime.getAsLong();
        long pause = FIRST_PAUSE_NANOS;
        for (int failed = 0; ; failed++) {
            try {
                return request.send(failed);
            } catch (FailedException e) {
                throw e; // a request within this one, which had its attempts
            } catch (StorageException | IOException e) {
                // Random, so that those who failed together come back apart.
                long nanos = pause + random.applyAsLong(pause);
                long left = Math.min(
                        retryFor.toNanos() - (nanoTime.getAsLong() - begin),
                        Deadline.current().leftNanos());
                StorageException failure = clientsOwn(e);
                if (!isTransient(failure) || failed + 1 == MOST || nanos >= left) {
                    throw new FailedException(failure, failed + 1);
                }
                onRetry.run();
                sleepNanos.accept(nanos);
                pause = Math.min(pause + pause / 2, LONGEST_PAUSE_NANOS);
            }
        }
    }

    /** The client wraps its own exception when it comes from within a channel. */
    private static StorageException clientsOwn(Exception e) {
        if (e instanceof StorageException own) {
            return own;
        }
        return e.getCause() instanceof StorageException wrapped ? wrapped : new StorageException(0, e.getMessage(), e);
    }

    static boolean isTransient(Throwable failure) {
        if (failure instanceof BaseServiceException answered && answered.getCode() > 0) {
            return TRANSIENT.contains(answered.getCode());
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof Retryable credentials) {
                return credentials.isRetryable();
            }
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof IOException) {
                return true;
            }
        }
        return false;
    }
}
