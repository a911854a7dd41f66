package dev.gitmemory.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands about agents share: which agents, in which database and which store. */
final class AgentOptions {

    @Parameters(arity = "1..*", paramLabel = "AGENT", description = "Ids of agents.")
    List<String> agents = List.of();

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

    OpenMemory open() throws IOException {
        return OpenMemory.open(Connections.connect(database.settings(), tables.settings()), store.settings(dataDir));
    }
}
