package dev.gitmemory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code git-memory sync}: makes PostgreSQL equal git. */
@Command(
        name = "sync",
        description = {
            "Rebuild the rows of agents from git, and say what differed.",
            "",
            "Rows that git does not have are removed, rows that are missing are made. Git is never changed.",
            "",
            "Example:",
            "  git-memory sync agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class SyncCommand implements CliCommand {

    @Mixin
    AgentOptions options = new AgentOptions();

    @Override
    public void check(Problems problems) {
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        try (OpenMemory open = options.open()) {
            for (String agent : options.agents) {
                StatusText.printDifferences(
                        console.out(), agent, "mended", open.memory().sync(agent));
            }
        }
        return ExitCode.OK;
    }
}
