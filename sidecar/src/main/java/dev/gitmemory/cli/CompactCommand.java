package dev.gitmemory.cli;

import dev.gitmemory.service.Compaction;
import dev.gitmemory.service.GitMemory;
import java.io.PrintStream;
import picocli.CommandLine.Command;

/** {@code git-memory compact}: a checkpoint now, and old entries deleted. */
@Command(
        name = "compact",
        description = {
            "Make a checkpoint of agents' repositories, and delete the log entries that are due.",
            "",
            "A sidecar makes checkpoints by itself while it writes; this is for repositories that are written to rarely,"
                    + " or before a backup. Entries are deleted only with --log-retention-days, and only when a"
                    + " checkpoint has covered them for so long, counted from the first run that saw it.",
            "",
            "Example:",
            "  git-memory compact agent-123 --db-url jdbc:postgresql://localhost:5432/letta --store file:///srv/memory",
            ""
        })
final class CompactCommand extends AgentCommand {

    @Override
    ExitCode run(GitMemory memory, String agentId, PrintStream out) {
        Compaction.Result result = memory.compaction()
                .compact(agentId, options.store.logRetention().orElse(null));
        out.println("%s: %s up to entry %d, %s deleted"
                .formatted(
                        agentId,
                        result.checkpointed() ? "made a checkpoint" : "has a checkpoint",
                        result.entries(),
                        Count.of(result.deleted(), "entry", "entries")));
        return ExitCode.OK;
    }
}
