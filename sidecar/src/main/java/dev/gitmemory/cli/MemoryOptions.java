package dev.gitmemory.cli;

import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import dev.gitmemory.store.StoreUse;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which database and which store to work on: what the commands share that work without a server. */
final class MemoryOptions {

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @ArgGroup(validate = false, heading = "%nRepositories:%n")
    StoreOptions store = new StoreOptions();

    @ArgGroup(validate = false, heading = "%nNames of the application's tables:%n")
    TableOptions tables = new TableOptions();

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            defaultValue = "git-memory-data",
            description = "Folder of the default store. Default: git-memory-data, in the current folder.")
    Path dataDir = Path.of("git-memory-data");

    void check(Problems problems) {
        database.check(problems);
        store.check(problems);
        tables.check(problems);
    }

    /**
     * Opens both, and says which they are.
     *
     * @param use what the store is opened for
     * @throws NotMigratedException if git-memory is not installed in the database, or an older version is
     * @throws dev.gitmemory.service.StoreMismatchException if the store is not the one of the database's ledger
     */
    OpenMemory open(StoreUse use, Console console) throws IOException {
        return open(use, PathPolicy.PORTABLE, console);
    }

    /**
     * The same, for commands that may bring new paths.
     *
     * @param newPaths which of them may come
     */
    OpenMemory open(StoreUse use, PathPolicy newPaths, Console console) throws IOException {
        OpenMemory open = OpenMemory.open(
                Connections.connect(database.settings(), tables.settings()),
                store,
                dataDir,
                use,
                newPaths,
                new CompositeMeterRegistry()); // nobody asks a command for its metrics
        print(open.store(), console);
        open.note().ifPresent(console.err()::println);
        return open;
    }

    /** Says what is worked on, in a line. */
    void print(ObjectStore opened, Console console) {
        console.out()
                .println("Database %s, store %s"
                        .formatted(database.settings().displayName(), StoreIdentity.address(opened)));
    }
}
