package dev.gitmemory.cli;

import dev.gitmemory.repo.TransferException;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreSettings;
import dev.gitmemory.store.StoreUse;
import dev.gitmemory.store.Stores;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens a store for a command that only reads: a mistyped path must not make a new one, and one that is mounted read-only
 * will do.
 */
final class ExistingStore {

    private static final String FOLDER = "file:";

    private ExistingStore() {}

    /** @throws IOException if there is none, or it can't be used */
    static ObjectStore open(StoreSettings settings) throws IOException {
        String uri = settings.uri();
        if (uri.startsWith(FOLDER) && !Files.isDirectory(Path.of(URI.create(uri)))) {
            throw new TransferException("There is no store at '" + uri + "'; check --store and --data-dir");
        }
        return Stores.open(settings, new CompositeMeterRegistry(), StoreUse.READ);
    }
}
