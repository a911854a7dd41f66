package dev.gitmemory.cli;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory demo}: the tour, on a PostgreSQL of git-memory's own. */
@Command(
        name = "demo",
        description = {
            "Show what git-memory does, on the memory of an agent, then keep serving.",
            "",
            "Starts a PostgreSQL of its own, imports an agent, writes a block git-first, tries the same around git, and"
                    + " clones what the object storage holds with stock git. Every step shows the command with which a"
                    + " person repeats it.",
            "",
            "Examples:",
            "  git-memory demo",
            "  git-memory demo --agent-file luna.af --exit",
            ""
        })
final class DemoCommand implements CliCommand {

    @Option(
            names = "--agent-file",
            paramLabel = "FILE",
            description = "Agent File whose first agent the tour is about. Default: a small one that comes along.")
    @Nullable
    Path agentFile;

    @Option(names = "--exit", description = "End after the tour instead of serving on.")
    boolean exit;

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            defaultValue = "git-memory-data",
            description = "Folder of PostgreSQL and of the repositories, made when absent."
                    + " Default: git-memory-data, in the current folder.")
    Path dataDir = Path.of("git-memory-data");

    @ArgGroup(validate = false, heading = "%nLabels:%n")
    LabelOptions labels = new LabelOptions();

    @ArgGroup(validate = false, heading = "%nHTTP:%n")
    ServerOptions server = new ServerOptions();

    @Override
    public ExitCode run(Console console) throws Exception {
        AgentFile file = agentFile == null ? sample() : ImportCommand.read(agentFile);
        console.err().println("Data folder: " + dataDir.toAbsolutePath().normalize());
        EmbeddedOptions embedded = new EmbeddedOptions();
        embedded.dataDir = dataDir;
        try (StopSignal stop = StopSignal.install();
                EmbeddedPostgres postgres = ServeCommand.startEmbedded(console, embedded, GivenTableNames.NONE)) {
            DatabaseSettings settings = postgres.settings();
            Database database = Database.connect(settings, TableNames.DEFAULT);
            try (Serving serving =
                    Serving.start(database, new StoreOptions(), dataDir, labels.newPaths(), server, true)) {
                new DemoTour(console.out(), serving, settings, postgres.passwordFile(), dataDir).run(file);
                if (!exit) {
                    serving.print(console.out(), settings.displayName());
                    console.out()
                            .println("Ctrl-C ends it; the next demo or 'serve --embedded' goes on with the same data.");
                    stop.await();
                }
            }
        }
        return ExitCode.OK;
    }

    private static AgentFile sample() throws IOException {
        try (InputStream in = DemoCommand.class.getResourceAsStream("/dev/gitmemory/demo/iris.af")) {
            return AgentFile.parse(Objects.requireNonNull(in, "the sample is missing from the jar"));
        }
    }
}
