package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.TransferException;
import dev.gitmemory.service.KnownRepository;
import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreSettings;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which agent's repository. The database is needed only to learn the agent's organisation. */
final class RepositoryOptions {

    @Option(names = "--agent", paramLabel = "ID", description = "Id of the agent. No default.")
    @Nullable
    String agent;

    @Option(
            names = "--organization-id",
            paramLabel = "ID",
            description = "The agent's organisation. With it no database is needed. Default: what the database says.")
    @Nullable
    String organizationId;

    @Mixin
    MemoryOptions memory = new MemoryOptions();

    void check(Problems problems) {
        if (agent == null || agent.isEmpty()) {
            problems.add("missing --agent, the id of the agent");
        }
        if (organizationId == null) {
            memory.check(problems);
        } else {
            memory.store.check(problems);
        }
    }

    /**
     * The repository, with what the database knows of it where it is asked.
     *
     * @param opened the store; where the database is asked it has to be its ledger's
     * @throws TransferException if the database knows no such agent
     * @throws IOException if the store is another one, or can't be read
     */
    KnownRepository find(ObjectStore opened, Console console) throws IOException {
        String agentId = agent();
        if (organizationId != null) {
            return KnownRepository.unasked(new RepoId(organizationId, agentId));
        }
        try (Database database = Connections.connect(memory.database.settings(), memory.tables.settings())) {
            new StoreBinding(database).check(opened, false).ifPresent(console.err()::println);
            return KnownRepository.of(database, agentId)
                    .orElseThrow(() -> new TransferException("There is no agent '" + agentId
                            + "' in the database; if its repository is to be had all the"
                            + " same, name its organisation with --organization-id"));
        }
    }

    String agent() {
        if (agent == null) {
            throw new IllegalStateException("--agent was not checked");
        }
        return agent;
    }

    StoreSettings store() {
        return memory.store.settings(memory.dataDir);
    }
}
