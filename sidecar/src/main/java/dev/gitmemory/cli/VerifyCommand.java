package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code git-memory verify}: compares PostgreSQL with git. */
@Command(
        name = "verify",
        description = {
            "Compare the rows of agents with git, and change nothing.",
            "",
            "Prints each difference; the exit code is 3 when there is any. 'git-memory sync' mends them.",
            "",
            "Example:",
            "  git-memory verify agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class VerifyCommand extends AgentCommand {

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        List<Difference> differences = memory.verify(agentId);
        StatusText.printDifferences(out, agentId, "found", differences);
        return differences.isEmpty() ? ExitCode.OK : ExitCode.DIFFERENT;
    }
}
