package dev.gitmemory.cli;

import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.Enabled;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.StoreUse;
import java.io.PrintStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory enable}: hands agents' blocks to git. */
@Command(
        name = "enable",
        description = {
            "Make git the source of truth for the blocks of agents.",
            "",
            "Commits the blocks as they are, gives their labels the prefix system/ unless they have it, and sets the tag"
                    + " git-memory-enabled. Each label that is renamed is listed, and keeps its new name when the agent is"
                    + " disabled. An agent that is enabled already stays as it is.",
            "",
            "Example:",
            "  git-memory enable agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class EnableCommand extends AgentCommand {

    @Option(
            names = "--git-wins",
            description = "Where the store has a repository of the agent already and the rows differ from it, take what"
                    + " git says; what the rows said becomes a commit before that. Default: the rows win.")
    boolean gitWins;

    @Option(
            names = "--older-store",
            description =
                    "For a disabled agent whose newest commits the store has lost for good: make its rows a commit on"
                            + " top of what is left, or a new repository if nothing is. Default: refuse.")
    boolean olderStore;

    @Option(
            names = "--dry-run",
            description = "Say what would happen, with each label that would be renamed; change nothing.")
    boolean dryRun;

    @ArgGroup(validate = false, heading = "%nLabels:%n")
    LabelOptions labels = new LabelOptions();

    @Override
    void checkMore(Problems problems) {
        if (gitWins && olderStore) {
            problems.add("--git-wins and --older-store exclude each other");
        }
    }

    @Override
    StoreUse use() {
        return dryRun ? StoreUse.PREVIEW : StoreUse.START;
    }

    @Override
    PathPolicy newPaths() {
        return labels.newPaths();
    }

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        if (dryRun) {
            StatusText.print(out, agentId, memory.previewEnable(agentId, gitWins, olderStore));
            out.println("Nothing was changed: this was a --dry-run.");
        } else {
            StatusText.print(out, enable(memory, agentId));
        }
        return ExitCode.OK;
    }

    private Enabled enable(GitMemory memory, String agentId) {
        if (gitWins) {
            return memory.enableFromGit(agentId, Caller.system());
        }
        return olderStore
                ? memory.enableOverOlderGit(agentId, Caller.system())
                : memory.enable(agentId, Caller.system());
    }
}
