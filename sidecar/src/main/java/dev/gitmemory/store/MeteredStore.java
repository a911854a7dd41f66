package dev.gitmemory.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Times the requests to a store, as {@code git.memory.store.requests} by operation ({@code create}, {@code read},
 * {@code list}, {@code delete}) and outcome ({@code ok}, {@code existed}, {@code missing}, {@code failed}), and counts
 * the bytes of objects that were created and read; tells the log of failures. Thread-safe.
 */
final class MeteredStore extends WrappedStore {

    private final MeterRegistry metrics;
    private final FailureLog failures;
    private final Counter createdBytes;
    private final Counter readBytes;

    MeteredStore(ObjectStore store, MeterRegistry metrics) {
        super(store);
        this.metrics = metrics;
        this.failures = new FailureLog(metrics.config().clock()::monotonicTime);
        this.createdBytes = bytes("created", metrics);
        this.readBytes = bytes("read", metrics);
    }

    private static Counter bytes(String what, MeterRegistry metrics) {
        return Counter.builder("git.memory.store." + what)
                .baseUnit("bytes")
                .description("Bytes of objects that were " + what)
                .register(metrics);
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        Created created = super.create(key, content);
        createdBytes.increment(created == Created.STORED ? content.length : 0);
        return created;
    }

    @Override
    <T> @Nullable T around(Operation operation, String key, Request<T> request) throws IOException {
        Timer.Sample sample = Timer.start(metrics);
        String outcome = "failed";
        try {
            T answer = request.send();
            outcome = answer == null ? "missing" : answer == Created.EXISTED ? "existed" : "ok";
            if (answer instanceof byte[] content) {
                readBytes.increment(content.length);
            }
            failures.succeeded(uri());
            return answer;
        } catch (InvalidKeyException | RangeNotSatisfiableException e) {
            throw e; // the caller's mistake, not the store's
        } catch (IOException e) {
            failures.failed(e);
            throw e;
        } finally {
            sample.stop(Timer.builder("git.memory.store.requests")
                    .description("Requests to the object storage, with those that were sent again on their behalf")
                    .tag("operation", operation.name().toLowerCase(Locale.ROOT))
                    .tag("outcome", outcome)
                    .register(metrics));
        }
    }
}
