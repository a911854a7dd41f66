package dev.gitmemory.service;

import dev.gitmemory.postgres.Commits.Trace;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out what an attempt that nobody has heard of again has done, or one before a backup was restored. Thread-safe. */
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
     * none. A first attempt asks the object storage for nothing: what this process does not know yet is found when it
     * commits.
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
            return once.isFirstAttempt() ? fromBackup(id, once) : ofEarlierAttempt(id, once);
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The object storage failed; whether an earlier attempt has made the write is not known: "
                            + e.getMessage(),
                    e);
        }
    }

    private Optional<String> ofEarlierAttempt(RepoId id, Once once) throws IOException {
        MemoryRepository repository = repositories.open(id);
        repository.refresh();
        return followed(id, repository.find(once.mark()));
    }

    /** Where PostgreSQL was restored, a request that git has may be queued again. */
    private Optional<String> fromBackup(RepoId id, Once once) throws IOException {
        Trace trace = database.inTransaction(tx -> tx.commits().trace(id.agentId(), once.requestId()))
                .orElse(null);
        if (trace == null || trace.commitSha() != null) {
            return Optional.ofNullable(trace).map(Trace::commitSha);
        }
        if (!trace.isEnabled()) {
            return Optional.empty(); // PostgreSQL alone has its blocks
        }
        MemoryRepository repository = Heads.open(repositories, id, trace.appliedSha());
        Head head = repository.head();
        return head == null || head.entry() <= trace.appliedSeq()
                ? Optional.empty()
                : followed(id, repository.find(once.mark(trace, repository)));
    }

    private Optional<String> followed(RepoId id, @Nullable CommitInfo commit) throws IOException {
        if (commit == null) {
            return Optional.empty();
        }
        applier.apply(id, Applier.Scope.NEW_COMMITS);
        return Optional.of(commit.sha());
    }

    /** The block that the agent has under a label, if any. */
    Optional<String> blockId(String agentId, String label) {
        return database.inTransaction(tx -> tx.blocks().ofAgent(agentId, label)).map(row -> row.id());
    }
}
