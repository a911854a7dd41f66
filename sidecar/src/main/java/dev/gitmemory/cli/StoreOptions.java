package dev.gitmemory.cli;

import dev.gitmemory.store.Stores;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the repositories are kept. */
final class StoreOptions {

    @Option(
            names = "--store",
            paramLabel = "URI",
            description = "Where the git repositories are kept: file:///absolute/path for a folder, memory: for this"
                    + " process only (gone when it ends). Default: the folder 'store' in --data-dir.")
    @Nullable
    String store;

    void check(Problems problems) {
        if (store != null) {
            Stores.problemWith(store).ifPresent(problem -> problems.add("--store: " + problem));
        }
    }

    /** Returns the setting that {@link Stores#open} takes. */
    String settings(Path dataDir) {
        return store != null
                ? store
                : dataDir.resolve("store").toAbsolutePath().normalize().toUri().toString();
    }
}
