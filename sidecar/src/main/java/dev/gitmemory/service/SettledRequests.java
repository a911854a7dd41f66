package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Optional;

/** Finds out what an attempt that nobody has heard of again has done. Thread-safe. */
final class SettledRequests {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;

    SettledRequests(Database database, MemoryRepositories repositories, Applier applier) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
    }

    /**
     * The commit that the request has in the agent's repository, once PostgreSQL has followed it; empty if there is
     * none.
     *
     * @throws MemoryException if the repository can't be read
     */
    Optional<String> commit(String agentId, Once once) {
        Optional<RepoId> known =
                database.inTransaction(tx -> tx.agents().find(agentId).map(agent -> Homes.of(tx, agent)));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        RepoId id = known.get();
        try {
            MemoryRepository repository = repositories.open(id);
            repository.refresh();
            CommitInfo found = repository.find(once.mark());
            if (found == null) {
                return Optional.empty();
            }
            applier.apply(id, Applier.Scope.NEW_COMMITS);
            return Optional.of(found.sha());
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The object storage failed; whether an earlier attempt has made the write is not known: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The block that the agent has under a label, if any. */
    Optional<String> blockId(String agentId, String label) {
        return database.inTransaction(tx -> tx.blocks().ofAgent(agentId, label)).map(row -> row.id());
    }
}
