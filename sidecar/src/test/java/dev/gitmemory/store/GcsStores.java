package dev.gitmemory.store;

import dev.gitmemory.testing.gcs.GcsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** Stores in the bucket {@code bucket} of a {@link GcsServer}, impatient so that faults pass quickly. */
public final class GcsStores {

    /** The bucket, and what the names of all objects begin with. */
    public static final String URI = "gs://bucket/some/prefix";

    private GcsStores() {}

    public static ObjectStore open(GcsServer server) throws IOException {
        return open(server, new SimpleMeterRegistry());
    }

    static ObjectStore open(GcsServer server, MeterRegistry metrics) throws IOException {
        return open(server, metrics, Duration.ofMinutes(5));
    }

    /** A store whose requests may take so long each. */
    static ObjectStore open(GcsServer server, Duration deadline) throws IOException {
        return open(server, new SimpleMeterRegistry(), deadline);
    }

    /** A store of which each limit is chosen. */
    public static ObjectStore open(GcsServer server, Duration timeout, Duration retryFor, Duration deadline)
            throws IOException {
        StoreSettings settings = new StoreSettings(URI, 16, timeout, retryFor, deadline);
        return Stores.open(settings, new SimpleMeterRegistry(), Clock.systemUTC(), server.address());
    }

    private static ObjectStore open(GcsServer server, MeterRegistry metrics, Duration deadline) throws IOException {
        StoreSettings settings = new StoreSettings(URI, 16, Duration.ofSeconds(1), Duration.ofSeconds(3), deadline);
        return Stores.open(settings, metrics, Clock.systemUTC(), server.address());
    }
}
