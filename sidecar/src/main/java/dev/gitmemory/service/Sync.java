package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.AgentTable.Link;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.GuardRefusedException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.StatementFailedException;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Difference.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares PostgreSQL with git, label by label, and makes it equal git where it is not. Thread-safe. */
final class Sync {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Steps steps;
    private final Lanes<String> lanes = new Lanes<>();

    Sync(Database database, MemoryRepositories repositories, Applier applier, Steps steps) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
        this.steps = steps;
    }

    /**
     * Rebuilds the agent's ledger and rows from git, removals included, and answers what differed before. What rows held
     * that git did not is kept in a report.
     *
     * @throws MemoryException if there is no such agent, git does not own its blocks, its repository can't be used, or
     *     PostgreSQL refuses what git has
     */
    List<Difference> sync(String agentId) {
        try {
            return apply(agentId);
        } catch (ConstraintException | GuardRefusedException | StatementFailedException e) {
            throw MemoryException.notApplied(Applier.cannotFollow(agentId, e.getMessage()), e);
        }
    }

    private List<Difference> apply(String agentId) {
        return withRepository(agentId, id -> {
            Map<String, Long> kept = new HashMap<>();
            applier.apply(id, Applier.Scope.NEW_COMMITS, kept::put);
            List<Difference> before = compare(id);
            steps.reached(Steps.Step.COMPARED, agentId);
            if (before.stream().anyMatch(Difference::canBeMended)
                    && applier.apply(id, Applier.Scope.EVERYTHING, kept::put) == Applier.Result.NOT_ENABLED) {
                throw notEnabled(agentId);
            }
            return before.stream()
                    .map(d -> d.done(done(d, kept.get(d.label()))))
                    .toList();
        });
    }

    private static String done(Difference difference, @Nullable Long kept) {
        boolean content = difference.kind() == Kind.CONTENT || difference.kind() == Kind.EXTRA_ROW;
        return difference.kind().remedied()
                + (content && kept != null ? "; what it held is kept: git_memory.overwritten, id " + kept : "");
    }

    /** As {@link #verify}, and says what {@link #sync} would do. */
    List<Difference> dryRun(String agentId) {
        return verify(agentId).stream()
                .map(d -> d.done("would " + d.kind().remedy()))
                .toList();
    }

    /** Compares without changing anything; commits that were not applied yet show as differences. */
    List<Difference> verify(String agentId) {
        return withRepository(agentId, this::compare);
    }

    private interface Work {
        List<Difference> on(RepoId id) throws IOException;
    }

    private List<Difference> withRepository(String agentId, Work work) {
        database.execute(tx -> Purge.refuse(tx, agentId));
        Agent agent =
                database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> Enablement.noAgent(agentId));
        RepoId id = database.inTransaction(tx -> Homes.require(tx, agent));
        try {
            String applied = database.inTransaction(tx -> tx.ledger().repo(agentId))
                    .map(Ledger.Repo::appliedSha)
                    .orElse(null);
            Heads.open(repositories, id, applied).refresh();
            return lanes.take(agentId, Optional::empty, Lane.Patience.ONE_ATTEMPT, () -> work.on(id));
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "Agent %s: the object storage failed, PostgreSQL was left as it is: %s"
                            .formatted(agentId, e.getMessage()),
                    e);
        }
    }

    private List<Difference> compare(RepoId id) throws IOException {
        MemoryRepository repository = repositories.open(id);
        return database.inTransaction(tx -> {
            Ledger.Repo repo = Optional.ofNullable(
                            tx.ledger().lock(List.of(id.agentId())).get(id.agentId()))
                    .filter(Ledger.Repo::isEnabled)
                    .orElseThrow(() -> notEnabled(id.agentId()));
            List<Link> links = tx.agents().links(id.agentId());
            RepoDelta git = RepoDelta.everything(
                    repo,
                    repository,
                    links.stream().filter(l -> !l.leftOut()).map(Link::label).toList());
            return Comparison.of(tx, git);
        });
    }

    private static MemoryException notEnabled(String agentId) {
        return MemoryException.conflict(
                "Agent %s is not enabled: its blocks are PostgreSQL's own. Enable it first.".formatted(agentId));
    }
}
