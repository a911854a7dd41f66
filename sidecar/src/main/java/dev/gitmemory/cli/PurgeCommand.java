package dev.gitmemory.cli;

import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.store.StoreUse;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code git-memory purge}: removes an agent's repository for good. */
@Command(
        name = "purge",
        description = {
            "Remove an agent's repository for good: every object of it in the store, and all that PostgreSQL knows of it.",
            "",
            "There is no way back. The agent must not be enabled any more ('git-memory disable'); its rows stay as they are,"
                    + " they are the application's. What remains is a tombstone, in the store and in PostgreSQL: nobody can"
                    + " write to the repository or enable the agent again. A purge that is cut short is carried on by any"
                    + " sidecar, or by running this again.",
            "Copies elsewhere are yours to remove: backups, exports, clones, what the bucket keeps (soft delete,"
                    + " versioning), and shared blocks in the repositories of other agents.",
            "",
            "Example:",
            "  git-memory purge agent-123 --confirm agent-123 --db-url jdbc:postgresql://localhost:5432/letta"
                    + " --store file:///srv/memory",
            ""
        })
final class PurgeCommand implements CliCommand {

    @Parameters(arity = "1", paramLabel = "AGENT", description = "Id of the agent.")
    String agent = "";

    @Option(names = "--confirm", paramLabel = "AGENT", description = "The agent's id once more. No default.")
    @Nullable
    String confirm;

    @Option(
            names = "--organization-id",
            paramLabel = "ID",
            description =
                    "The agent's organisation, where PostgreSQL knows nothing of the agent. Default: what it says.")
    @Nullable
    String organizationId;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public void check(Problems problems) {
        if (!agent.equals(confirm)) {
            problems.add("--confirm must be the agent's id, '" + agent + "': what is purged is gone for good");
        }
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        try (OpenMemory open = options.open(StoreUse.WRITE, console)) {
            Tombstone tombstone = open.memory().purge(agent, organizationId, "git-memory purge");
            console.out()
                    .println("%s: purged, %s removed for good"
                            .formatted(agent, Count.of(tombstone.removed(), "object was", "objects were")));
        }
        return ExitCode.OK;
    }
}
