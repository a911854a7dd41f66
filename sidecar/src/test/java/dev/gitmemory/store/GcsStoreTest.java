package dev.gitmemory.store;

import dev.gitmemory.testing.gcs.GcsServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;

/** The contract over HTTP, against a server that speaks the service's interface. */
final class GcsStoreTest extends ObjectStoreContract {

    private final GcsServer server = GcsServer.start("bucket");

    GcsStoreTest() throws IOException {}

    @Override
    ObjectStore newStore() throws IOException {
        return Stores.open(
                new StoreSettings("gs://bucket/some/prefix"),
                new SimpleMeterRegistry(),
                Clock.systemUTC(),
                server.address());
    }

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }
}
