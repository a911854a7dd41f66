package dev.gitmemory.cli;

import dev.gitmemory.service.GitMemory;
import java.io.PrintStream;
import picocli.CommandLine.Command;

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
final class SyncCommand extends AgentCommand {

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        StatusText.printDifferences(out, agentId, "mended", memory.sync(agentId));
        return ExitCode.OK;
    }
}
