package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes checkpoints of repositories, and deletes the entries of their logs that these have covered long enough. Thread-safe. */
public final class Compaction {

    private static final Logger log = LoggerFactory.getLogger(Compaction.class);

    private final Database database;
    private final MemoryRepositories repositories;
    private final Set<String> failing = new HashSet<>(); // guarded by this

    Compaction(Database database, MemoryRepositories repositories) {
        this.database = database;
        this.repositories = repositories;
    }

    /**
     * What was done.
     *
     * @param entries how many entries the log has
     * @param checkpointed whether a checkpoint was made; if not there was one already
     * @param deleted how many entries were deleted
     */
    public record Result(long entries, boolean checkpointed, int deleted) {}

    /**
     * Makes a checkpoint of an agent's repository as it is now, and deletes old entries if that is wanted.
     *
     * @param keep how long an entry is kept once a checkpoint covers it, one hour or longer; null for always
     * @throws MemoryException if there is no such agent, if it has no repository or less of one than PostgreSQL has had,
     *     or if its repository can't be used
     */
    public Result compact(String agentId, @Nullable Duration keep) {
        Agent agent =
                database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> Enablement.noAgent(agentId));
        RepoId id = database.inTransaction(tx -> Homes.of(tx, agent));
        try {
            requireRepository(id);
            boolean made = repositories.open(id).checkpoint();
            int deleted = keep == null ? 0 : repositories.deleteCovered(id, keep);
            return new Result(repositories.open(id).entries(), made, deleted);
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The repository of agent %s can't be compacted: %s".formatted(agentId, e.getMessage()), e);
        }
    }

    private void requireRepository(RepoId id) throws IOException {
        MemoryRepository repository = repositories.open(id);
        Optional<Ledger.Repo> known =
                database.inTransaction(tx -> tx.ledger().repo(id.agentId())).filter(repo -> repo.appliedSeq() > 0);
        if (known.isPresent()) {
            Heads.require(repository, known.get());
        } else if (repository.refresh() == null) {
            throw MemoryException.notFound(
                    "Agent %s has no repository: there is nothing to compact".formatted(id.agentId()));
        }
    }

    /**
     * Deletes old entries of every agent that the ledger knows. What fails for one agent is logged once and does not
     * hold up the others.
     *
     * @param keep how long an entry is kept once a checkpoint covers it, one hour or longer
     * @return how many entries were deleted
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL does not answer
     */
    public synchronized int deleteCovered(Duration keep) {
        int deleted = 0;
        for (Ledger.Repo repo : database.inTransaction(tx -> tx.ledger().repos())) {
            if (Thread.currentThread().isInterrupted()) {
                return deleted;
            }
            try {
                deleted += repositories.deleteCovered(new RepoId(repo.organizationId(), repo.agentId()), keep);
                failing.remove(repo.agentId());
            } catch (IOException | RuntimeException e) {
                if (failing.add(repo.agentId())) {
                    log.warn(
                            "Old entries of agent {} were not deleted, trying again on every pass: {}",
                            repo.agentId(),
                            e.getMessage());
                }
            }
        }
        return deleted;
    }
}
