package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.StoreUse;
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
            "Examples:",
            "  git-memory verify agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            "  git-memory verify --all --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class VerifyCommand extends ComparingCommand {

    @Override
    StoreUse use() {
        return StoreUse.READ;
    }

    @Override
    List<Difference> compare(GitMemory memory, String agentId) {
        return memory.verify(agentId);
    }

    @Override
    String verb() {
        return "found";
    }

    @Override
    boolean isLeft(Difference difference) {
        return true;
    }
}
