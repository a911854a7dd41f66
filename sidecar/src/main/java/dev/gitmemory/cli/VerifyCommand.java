package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
final class VerifyCommand implements CliCommand {

    @Mixin
    AgentOptions options = new AgentOptions();

    @Override
    public void check(Problems problems) {
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        boolean equal = true;
        try (OpenMemory open = options.open()) {
            for (String agent : options.agents) {
                List<Difference> differences = open.memory().verify(agent);
                StatusText.printDifferences(console.out(), agent, "found", differences);
                equal &= differences.isEmpty();
            }
        }
        return equal ? ExitCode.OK : ExitCode.DIFFERENT;
    }
}
