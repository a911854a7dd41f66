package dev.gitmemory.cli;

import dev.gitmemory.repo.TransferException;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a store for a command that only makes sense with one that is there: a mistyped path must not make a new one. */
final class ExistingStore {

    private static final String FOLDER = "file:";

    private ExistingStore() {}

    /** @throws IOException if there is none, or it can't be used */
    static ObjectStore open(String setting) throws IOException {
        if (setting.startsWith(FOLDER) && !Files.isDirectory(Path.of(URI.create(setting)))) {
            throw new TransferException("There is no store at '" + setting + "'; check --store and --data-dir");
        }
        return Stores.open(setting);
    }
}
