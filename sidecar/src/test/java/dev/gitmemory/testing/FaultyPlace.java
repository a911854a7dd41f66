package dev.gitmemory.testing;

import dev.gitmemory.store.GcsStores;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.gcs.GcsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where repositories are kept in a fault run: sidecars meet faults there, the test does not. */
public interface FaultyPlace extends AutoCloseable {

    /** What a sidecar's store is called. */
    String uri();

    /** What the environment of sidecars has in addition. */
    Map<String, String> environment();

    /** Opens the store for the test. */
    ObjectStore open() throws IOException;

    /** From now on one request in twenty goes wrong, until there are no faults any more. */
    void fail(boolean faults);

    /** The folder with all objects as files. */
    Path files() throws IOException;

    @Override
    void close() throws IOException;

    /** A folder; sidecars make the faults themselves, with a {@link ChaosStore}. */
    static FaultyPlace folder(Path folder) {
        return new FaultyPlace() {
            @Override
            public String uri() {
                return folder.toUri().toString();
            }

            @Override
            public Map<String, String> environment() {
                return Map.of();
            }

            @Override
            public ObjectStore open() throws IOException {
                return Stores.open(uri());
            }

            @Override
            public void fail(boolean faults) {
                // Only sidecars' requests fail.
            }

            @Override
            public Path files() {
                return folder;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    /**
     * A bucket of a server that fails in each way that passes.
     *
     * @param folder gets the bucket's objects as files
     */
    static FaultyPlace bucket(Path folder) throws IOException {
        GcsServer server = GcsServer.start("bucket");
        return new FaultyPlace() {
            @Override
            public String uri() {
                return GcsStores.URI;
            }

            @Override
            public Map<String, String> environment() {
                return Map.of("STORAGE_EMULATOR_HOST", server.address());
            }

            @Override
            public ObjectStore open() throws IOException {
                return GcsStores.open(server);
            }

            @Override
            public void fail(boolean faults) {
                server.faults().oneIn(faults ? ChaosStore.ONE_IN : 0, 4);
            }

            @Override
            public Path files() throws IOException {
                String prefix = GcsStores.URI.replace("gs://bucket/", "") + "/";
                for (String name : server.buckets().names("bucket")) {
                    Path file = folder.resolve(name.substring(prefix.length()));
                    Files.createDirectories(file.getParent());
                    Files.write(file, server.buckets().content("bucket", name));
                }
                return folder;
            }

            @Override
            public void close() throws IOException {
                server.close();
            }
        };
    }
}
