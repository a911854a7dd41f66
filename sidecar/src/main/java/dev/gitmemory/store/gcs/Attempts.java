package dev.gitmemory.store.gcs;

import com.google.api.gax.retrying.BasicResultRetryAlgorithm;
import com.google.api.gax.retrying.ResultRetryAlgorithm;
import com.google.auth.Retryable;
import com.google.cloud.BaseServiceException;
import com.google.cloud.storage.StorageRetryStrategy;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which failures the client tries again, and counts them for the call that they happen in.
 *
 * <p>The client backs off between attempts as it is told to by its {@code RetrySettings}; this says whether there is
 * another one. It differs from the client's own rule in three ways. Whatever breaks a connection is tried again, not
 * only what {@code HttpURLConnection} throws. Deleting is tried again: objects never change, and a key is not used
 * again. And there is an end to it within one call: the client goes on without end while an answer breaks off again
 * and again in its body.
 *
 * <p>A call and all its attempts happen on one thread. Thread-safe.
 */
final class Attempts implements StorageRetryStrategy {

    private static final long serialVersionUID = 1L;

    /** Time-out, throttling, and failures of the service. */
    private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);

    /** Of one call, the first one included. */
    static final int MOST = 8;

    private final transient ThreadLocal<Integer> failures = ThreadLocal.withInitial(() -> 0);
    private final transient Runnable onRetry;

    Attempts(Runnable onRetry) {
        this.onRetry = onRetry;
    }

    /** A call begins on this thread. */
    void begin() {
        failures.set(0);
    }

    /** How many attempts of this thread's call have failed so far and were followed by another. */
    int retried() {
        return failures.get();
    }

    @Override
    public ResultRetryAlgorithm<?> getIdempotentHandler() {
        return new BasicResultRetryAlgorithm<Object>() {
            @Override
            public boolean shouldRetry(@Nullable Throwable failure, @Nullable Object response) {
                return failure != null && retry(failure);
            }
        };
    }

    @Override
    public ResultRetryAlgorithm<?> getNonidempotentHandler() {
        return getIdempotentHandler();
    }

    private boolean retry(Throwable failure) {
        if (!isTransient(failure) || failures.get() >= MOST - 1) {
            return false;
        }
        failures.set(failures.get() + 1);
        onRetry.run();
        return true;
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
