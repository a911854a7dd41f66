package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The way out when an object storage has lost its newest entries for good: the rows are newer, and go on. Thread-safe. */
final class RowsImporter {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Enablement enablement;
    private final Applier applier;

    RowsImporter(Database database, MemoryRepositories repositories, Enablement enablement, Applier applier) {
        this.database = database;
        this.repositories = repositories;
        this.enablement = enablement;
        this.applier = applier;
    }

    /**
     * Makes the rows of an agent of git's a commit on top of what git has left, where git has lost commits that
     * PostgreSQL has had. Only what is lost is made up for: where git has it all, nothing happens.
     *
     * @param dryRun whether only to say what would be done
     * @throws MemoryException if there is no such agent, it is not git's, or its rows can't be committed; nothing was
     *     changed
     */
    RowsImport run(String agentId, Caller caller, boolean dryRun) {
        Agent agent = enablement.find(agentId);
        RepoId id = database.inTransaction(tx -> Homes.require(tx, agent));
        try {
            repositories.forget(id); // somebody has changed the store behind it
            repositories.open(id).refresh();
            RowsImport done = database.inTransaction(tx -> {
                Ledger.Repo repo = tx.ledger().register(agent.id(), agent.organizationId());
                Purge.refuse(tx, agentId);
                Enablement.requireStill(tx, id);
                MemoryRepository repository = Heads.readAsFarAs(repositories, id, repo);
                if (!repo.isEnabled()) {
                    throw notEnabled(repo, repository);
                }
                return replaceLost(tx, repo, repository, caller, dryRun);
            });
            if (!dryRun) {
                applier.apply(id, Applier.Scope.NEW_COMMITS);
            }
            return done;
        } catch (IOException e) {
            throw MemoryException.notCommitted(
                    "Rows of agent %s were not imported, the object storage failed".formatted(agentId), e);
        }
    }

    private static MemoryException notEnabled(Ledger.Repo repo, MemoryRepository repository) {
        boolean older =
                Heads.lost(repository, repo.appliedSeq(), repo.appliedSha()).isPresent();
        return MemoryException.conflict(
                "Agent %s is not enabled, nothing was changed: its rows are PostgreSQL's own. 'git-memory enable %s%s' makes them a commit%s."
                        .formatted(
                                repo.agentId(),
                                older ? "--older-store " : "",
                                repo.agentId(),
                                older ? " on top of what the object storage has left" : ""));
    }

    private RowsImport replaceLost(Tx tx, Ledger.Repo repo, MemoryRepository repository, Caller caller, boolean dryRun)
            throws IOException {
        String agentId = repo.agentId();
        Optional<String> lost = Heads.lost(repository, repo.appliedSeq(), repo.appliedSha());
        if (lost.isEmpty()) {
            return new RowsImport(null, List.of());
        }
        List<String> gone = tx.commits().shas(agentId).stream()
                .filter(sha -> !repository.hasCommit(sha))
                .toList();
        RowsImport result = new RowsImport(lost.get(), tx.commits().named(agentId, gone));
        if (!dryRun) {
            tx.commits().forget(agentId, gone);
            tx.ledger().forgetApplied(agentId);
            enablement.takeOver(
                    tx,
                    tx.ledger().register(agentId, repo.organizationId()),
                    repository,
                    caller,
                    Enablement.Precedence.ROWS_OVER_OLDER_GIT,
                    result.message(agentId));
        }
        return result;
    }
}
