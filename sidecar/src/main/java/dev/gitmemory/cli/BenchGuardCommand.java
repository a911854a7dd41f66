package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory bench guard}: what the guard costs, next to the same tables without it. */
@Command(
        name = "guard",
        description = {
            "What the guard costs: the same updates with and without it, in turn.",
            "",
            "Makes databases of its own on the server, one for each engine that it has, and drops them in the end:"
                    + " git_memory_bench_... Needs a superuser. Without --db-url it measures the embedded PostgreSQL, which"
                    + " has no PL/Java. Takes about two minutes.",
            "",
            "Example:",
            "  git-memory bench guard --db-url jdbc:postgresql://localhost:5432/postgres --db-user postgres",
            ""
        })
final class BenchGuardCommand implements CliCommand {

    @Option(
            names = "--clients",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,8",
            description = "Numbers of connections that write at the same time, 1 to 64 each. Default: 1,8.")
    List<Integer> clients = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "9",
            description = "How often the databases take turns, 1 or more. Default: 9.")
    int rounds;

    @Option(
            names = "--updates",
            paramLabel = "N",
            defaultValue = "400",
            description = "Updates of one turn and connection, 1 or more. Default: 400.")
    int updates;

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @Override
    public void check(Problems problems) {
        if (database.url != null) {
            database.check(problems);
        }
        if (clients.stream().anyMatch(n -> n < 1 || n > GuardBenchDatabase.MOST_CLIENTS)) {
            problems.add("--clients must be numbers from 1 to " + GuardBenchDatabase.MOST_CLIENTS + ", is " + clients);
        }
        if (rounds < 1) {
            problems.add("--rounds must be 1 or more, is " + rounds);
        }
        if (updates < 1) {
            problems.add("--updates must be 1 or more, is " + updates);
        }
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        if (database.url != null) {
            measure(console, database.settings());
            return ExitCode.OK;
        }
        Path folder = Files.createTempDirectory("git-memory-bench");
        console.err().println("Folder of the embedded PostgreSQL: " + folder);
        try (EmbeddedPostgres server = EmbeddedPostgres.start(folder, 0, console.err()::println)) {
            measure(console, server.settings());
        }
        return ExitCode.OK;
    }

    private void measure(Console console, DatabaseSettings server) throws Exception {
        try (GuardBench bench = GuardBench.open(server, console.err())) {
            bench.run(clients, rounds, updates, console.out());
        }
    }
}
