package dev.gitmemory.cli;

import dev.gitmemory.service.Caller;
import dev.gitmemory.service.GitMemory;
import java.io.PrintStream;
import picocli.CommandLine.Command;

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
final class EnableCommand extends AgentCommand {

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        StatusText.print(out, memory.enable(agentId, Caller.system()));
        return ExitCode.OK;
    }
}
