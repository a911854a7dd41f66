package dev.gitmemory.cli;

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
     * Opens both.
     *
     * @param use what the store is opened for
     * @throws NotMigratedException if git-memory is not installed in the database, or an older version is
     */
    OpenMemory open(StoreUse use) throws IOException {
        return OpenMemory.open(
                Connections.connect(database.settings(), tables.settings()),
                store,
                dataDir,
                use,
                new CompositeMeterRegistry()); // nobody asks a command for its metrics
    }
}
