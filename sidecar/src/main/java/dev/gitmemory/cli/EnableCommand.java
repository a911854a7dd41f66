package dev.gitmemory.cli;

import dev.gitmemory.service.Caller;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code git-memory enable}: hands agents' blocks to git. */
@Command(
        name = "enable",
        description = {
            "Make git the source of truth for the blocks of agents.",
            "",
            "Commits the blocks as they are, gives their labels the prefix system/ unless they have it, and sets the tag"
                    + " git-memory-enabled. An agent that is enabled already stays as it is.",
            "",
            "Example:",
            "  git-memory enable agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class EnableCommand implements CliCommand {

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
                StatusText.print(console.out(), open.memory().enable(agent, Caller.system()));
            }
        }
        return ExitCode.OK;
    }
}
