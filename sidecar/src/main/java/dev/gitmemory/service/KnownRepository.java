package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which repository is an agent's, and how far PostgreSQL has followed it: for whoever only reads the repository, and has
 * to notice that it is not all there.
 *
 * @param appliedSeq the log entry that the rows equal; 0 where PostgreSQL knows of none
 * @param appliedSha the commit that the rows equal; null where PostgreSQL knows of none
 */
public record KnownRepository(
        RepoId id, long appliedSeq, @Nullable String appliedSha) {

    /** A repository of which PostgreSQL was not asked. */
    public static KnownRepository unasked(RepoId id) {
        return new KnownRepository(id, 0, null);
    }

    /**
     * What PostgreSQL knows of an agent's repository.
     *
     * @return empty where it has no such agent
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL does not answer
     */
    public static Optional<KnownRepository> of(Database database, String agentId) {
        return database.inTransaction(tx -> tx.agents().find(agentId).map(agent -> {
            RepoId id = Homes.of(tx, agent);
            return tx.ledger()
                    .repo(agentId)
                    .map(repo -> new KnownRepository(id, repo.appliedSeq(), repo.appliedSha()))
                    .orElseGet(() -> unasked(id));
        }));
    }

    /**
     * What the object storage lacks of it: words for people.
     *
     * @return empty where it has all that PostgreSQL has had from it
     * @throws MemoryException if it has nothing at all of it, with the same words as every other command
     * @throws IOException if the storage can't be read
     */
    public Optional<String> lost(MemoryRepository repository) throws IOException {
        Head head = repository.refresh();
        if (head == null && appliedSeq > 0) {
            Heads.require(repository, id.agentId(), appliedSeq, appliedSha);
        }
        return Heads.lost(repository, appliedSeq, appliedSha);
    }
}
