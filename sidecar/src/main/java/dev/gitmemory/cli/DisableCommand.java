package dev.gitmemory.cli;

import dev.gitmemory.service.GitMemory;
import java.io.PrintStream;
import picocli.CommandLine.Command;

/** {@code git-memory disable}: gives agents' blocks back to PostgreSQL alone. */
@Command(
        name = "disable",
        description = {
            "Give the blocks of agents back to PostgreSQL alone.",
            "",
            "Removes the tag git-memory-enabled. Rows stay as they are, labels with the prefix system/ that enabling gave"
                    + " them included, and so does the repository with its history; enabling again goes on with it.",
            "",
            "Example:",
            "  git-memory disable agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class DisableCommand extends AgentCommand {

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        StatusText.print(out, memory.disable(agentId));
        out.println("  labels stay as they are: those that enabling gave the prefix system/ keep it");
        return ExitCode.OK;
    }
}
