package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.AgentTable;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.GuardRefusedException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds out who decides about a block: git or PostgreSQL alone. Thread-safe. */
final class Targets {

    /** Tags come and go rarely; more turns than this mean that something is wrong. */
    private static final int TURNS = 5;

    private final Database database;
    private final MemoryRepositories repositories;
    private final Enablement enablement;
    private final ApplyTurns turns;

    Targets(Database database, MemoryRepositories repositories, Enablement enablement, ApplyTurns turns) {
        this.database = database;
        this.repositories = repositories;
        this.enablement = enablement;
        this.turns = turns;
    }

    Agent agent(String agentId) {
        return database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> Enablement.noAgent(agentId));
    }

    BlockRow row(String blockId) {
        return database.inTransaction(tx -> tx.blocks().find(blockId))
                .orElseThrow(() -> MemoryException.notFound("There is no block '%s'".formatted(Shown.of(blockId))));
    }

    boolean isLinked(String agentId, String blockId) {
        return database.inTransaction(tx -> tx.agents().isLinked(agentId, blockId));
    }

    /** The agent as an owner, if its blocks are git's. */
    Optional<Owner> owner(Agent agent) {
        return takenOver(() -> database.inTransaction(tx -> tx.agents().owner(agent.id())).stream()
                        .toList())
                .stream()
                .findFirst();
    }

    /** A block and its owners; owners with a tag that nobody has taken over yet are taken over first. */
    Target find(String blockId) {
        List<Owner> owners =
                takenOver(() -> database.inTransaction(tx -> tx.agents().owners(blockId)));
        return new Target(row(blockId), owners);
    }

    /**
     * Whether a block is one that was left out when its agents were taken over: nobody but PostgreSQL has it, and it is
     * frozen there.
     */
    boolean isLeftOut(Target target) {
        return whyLeftOut(target).isPresent();
    }

    private Optional<String> whyLeftOut(Target target) {
        return target.isGits() && target.row().gitSha() == null
                ? database.inTransaction(
                        tx -> tx.reports().whyLeftOut(target.row().id(), ""))
                : Optional.empty();
    }

    /** @throws MemoryException if the block was left out */
    Target requireNotLeftOut(Target target) {
        whyLeftOut(target).ifPresent(reason -> {
            throw MemoryException.conflict(
                    "Block %s was left out when its agent was enabled, and is frozen: %s. Disable the agent, mend the row by SQL and enable the agent again; or delete the block."
                            .formatted(target.row().id(), reason));
        });
        return target;
    }

    /** Owners that are git's, all of them. */
    private List<Owner> takenOver(Supplier<List<Owner>> read) {
        List<Owner> owners = read.get();
        for (int turn = 0; turn < TURNS && !areTakenOver(owners); turn++) {
            owners.stream().filter(o -> !o.takenOver()).forEach(o -> takeOver(o.agentId()));
            owners = read.get();
        }
        if (!areTakenOver(owners)) {
            throw unsettled();
        }
        return owners;
    }

    private static boolean areTakenOver(List<Owner> owners) {
        return owners.stream().allMatch(Owner::takenOver);
    }

    private void takeOver(String agentId) {
        if (!enablement.takeOver(agentId)) {
            database.execute(tx -> tx.agents().awaitTag(agentId)); // whoever removes it decides whose the blocks are
        }
    }

    private static MemoryException unsettled() {
        return MemoryException.conflict("The agent is being enabled and disabled all the time; try again");
    }

    /**
     * Checks {@code If-Match} against git, and answers what the edit has to check again where it is committed.
     *
     * @throws MemoryException if the block is not the one that the caller has seen
     */
    Optional<BlockEdits.Condition> condition(Target target, @Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return Optional.empty();
        }
        if (!target.isGits()) {
            throw MemoryException.stale("Block %s has no git_sha: no agent with the tag %s has it"
                    .formatted(target.row().id(), AgentTable.TAG));
        }
        Owner owner = target.owners().get(0);
        RepoId id = Homes.of(owner);
        Label label = Label.of(target.row().label());
        try {
            MemoryRepository repository = Heads.open(repositories, id, owner.appliedSha());
            Ledger.Repo repo = applied(id, repository);
            Ledger.File file = database.inTransaction(tx -> tx.ledger().files(owner.agentId()))
                    .get(label.text());
            if (repo.appliedSha() == null || file == null || !file.commitSha().equals(ifMatch)) {
                throw MemoryException.stale("Block %s is at %s, not at %s; read it again and repeat the write"
                        .formatted(target.row().id(), file == null ? "no commit" : file.commitSha(), ifMatch));
            }
            return Optional.of(new BlockEdits.Condition(ifMatch, repository.file(file.commitSha(), label.path())));
        } catch (IOException e) {
            throw MemoryException.unavailable("The object storage failed; nothing was written: " + e.getMessage(), e);
        }
    }

    /** The ledger's state once it has followed git as far as this process knows. */
    private Ledger.Repo applied(RepoId id, MemoryRepository repository) throws IOException {
        Supplier<Ledger.Repo> read =
                () -> database.inTransaction(tx -> tx.ledger().repo(id.agentId()))
                        .orElseThrow(() -> MemoryException.conflict("Agent %s is not enabled".formatted(id.agentId())));
        Ledger.Repo repo = read.get();
        Head head = repository.head();
        if (head != null && head.entry() > repo.appliedSeq()) {
            turns.applyThrough(id, repository, Lane.Patience.SHARED);
            return read.get();
        }
        if (head == null || head.entry() < repo.appliedSeq()) {
            repository.refresh();
        }
        return repo;
    }

    /** One attempt at a write; empty when the agent was disabled meanwhile. */
    @FunctionalInterface
    interface Attempt<T> {
        Optional<T> run();
    }

    /**
     * Carries out a write, and once more when the agent was enabled or disabled under its feet.
     *
     * @throws MemoryException if that does not settle
     */
    <T> T routed(Attempt<T> attempt) {
        GuardRefusedException refused = null;
        for (int turn = 0; turn < TURNS; turn++) {
            try {
                Optional<T> done = attempt.run();
                if (done.isPresent()) {
                    return done.get();
                }
            } catch (GuardRefusedException e) {
                refused = e; // the tag came after the block was looked up: look again
            }
        }
        throw refused == null
                ? unsettled()
                : MemoryException.conflict("PostgreSQL refused the write: " + refused.getMessage());
    }
}
