package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.StoreUse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory sync}: makes PostgreSQL equal git. */
@Command(
        name = "sync",
        description = {
            "Rebuild the rows of agents from git, and say what differed.",
            "",
            "Rows that git does not have are removed, rows that are missing are made. Git is never changed. What a row held"
                    + " that git did not is kept in git_memory.overwritten. Prints each difference and what was done;"
                    + " the exit code is 3 when something is left that can't be mended.",
            "",
            "Examples:",
            "  git-memory sync agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            "  git-memory sync --all --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class SyncCommand extends ComparingCommand {

    @Option(
            names = "--dry-run",
            description = "Only say what would be done. The exit code is 3 when there is anything.")
    boolean dryRun;

    @Override
    StoreUse use() {
        return dryRun ? StoreUse.READ : StoreUse.WRITE;
    }

    @Override
    List<Difference> compare(GitMemory memory, String agentId) {
        return dryRun ? memory.dryRun(agentId) : memory.sync(agentId);
    }

    @Override
    String verb() {
        return dryRun ? "nothing was changed;" : "mended";
    }

    @Override
    boolean isLeft(Difference difference) {
        return dryRun || !difference.canBeMended();
    }
}
