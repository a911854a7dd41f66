package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether an agent's rows, its ledger and its log belong together, though nobody has said that they don't: any of
 * the three may come from a backup. Where git has more, PostgreSQL follows it; where git has less, that is an error, for
 * only people know whether the rest will come back. Thread-safe.
 */
final class Checkup {

    private static final Logger log = LoggerFactory.getLogger(Checkup.class);

    /** What was not as it should be, and is now. */
    enum Found {
        NOTHING,
        /** The log was ahead of PostgreSQL. */
        BEHIND,
        /** Rows were not what the ledger says, be it that the log was ahead as well. */
        STRANGE_ROWS
    }

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Sync sync;

    Checkup(Database database, MemoryRepositories repositories, Applier applier, Sync sync) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
        this.sync = sync;
    }

    /**
     * Looks at an agent of git's: one small request to the storage, and one query.
     *
     * @param repo what the ledger says; the log of an agent with a writer under way is left to whoever follows it
     * @return what had to be done
     * @throws MemoryException if the log lacks what PostgreSQL has had from it, or if the application says that the agent is
     *     another organisation's
     * @throws IOException if the storage failed
     */
    Found of(Ledger.Repo repo) throws IOException {
        database.execute(tx -> Homes.requireUnmoved(tx, repo.agentId()));
        boolean behind = repo.inFlightAt() == null && follow(repo);
        boolean mended = mendRows(repo.agentId());
        if (repo.lastError() != null && repo.inFlightAt() == null) {
            database.execute(tx -> tx.ledger().setError(repo.agentId(), null)); // all of it is well
        }
        if (mended) {
            return Found.STRANGE_ROWS;
        }
        return behind ? Found.BEHIND : Found.NOTHING;
    }

    private boolean follow(Ledger.Repo repo) throws IOException {
        RepoId id = new RepoId(repo.organizationId(), repo.agentId());
        int end = repo.appliedSeq() == 0
                ? repositories.compareEnd(id, 1) + 1
                : repositories.compareEnd(id, repo.appliedSeq());
        if (end < 0) {
            repositories.forget(id); // the entries that it holds are gone
        }
        if (end == 0) {
            return false;
        }
        Heads.open(repositories, id, repo.appliedSha()).refresh();
        applier.apply(id, Applier.Scope.NEW_COMMITS);
        return database.inTransaction(tx -> tx.ledger().repo(id.agentId()))
                .filter(now -> now.appliedSeq() > repo.appliedSeq())
                .isPresent();
    }

    private boolean mendRows(String agentId) {
        if (!database.inTransaction(tx -> tx.ledger().hasDrift(agentId))) {
            return false;
        }
        List<Difference> mended =
                sync.sync(agentId).stream().filter(Difference::canBeMended).toList();
        if (!mended.isEmpty()) {
            log.warn(
                    "Agent {}: rows were not what git says, though nobody may write them; mended: {}. The first: {}",
                    agentId,
                    mended.size(),
                    mended.get(0));
        }
        return !mended.isEmpty();
    }
}
