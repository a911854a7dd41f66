package dev.gitmemory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code git-memory disable}: gives agents' blocks back to PostgreSQL alone. */
@Command(
        name = "disable",
        description = {
            "Give the blocks of agents back to PostgreSQL alone.",
            "",
            "Removes the tag git-memory-enabled. Rows stay as they are, and so does the repository with its history;"
                    + " enabling again goes on with it.",
            "",
            "Example:",
            "  git-memory disable agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class DisableCommand implements CliCommand {

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
                StatusText.print(console.out(), open.memory().disable(agent));
            }
        }
        return ExitCode.OK;
    }
}
