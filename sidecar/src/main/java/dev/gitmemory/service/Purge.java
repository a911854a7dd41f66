package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes an agent's repository and all that the ledger knows of it, for good, and leaves a tombstone.
 *
 * <ol>
 *   <li>PostgreSQL gets the tombstone, under the locks that taking the agent over needs: from here on nobody does.
 *   <li>The log gets one, as its last entry: whoever has the repository open, in whatever process, can't add to it.
 *   <li>All other objects of the repository are removed.
 *   <li>The ledger's rows, the intents and the finished requests are removed, and the tombstone says that it is done.
 * </ol>
 *
 * A crash anywhere between leaves a tombstone that says that it is not done, which the {@link Reconciler} finds. Each
 * step may be repeated. Thread-safe.
 */
final class Purge {

    private final Database database;
    private final MemoryRepositories repositories;

    Purge(Database database, MemoryRepositories repositories) {
        this.database = database;
        this.repositories = repositories;
    }

    /**
     * Removes all of it; of an agent that was purged before, what somebody may have left since.
     *
     * @param organizationId whose repository it is, where PostgreSQL knows nothing of the agent; null for what it knows
     * @param roleName who asks for it
     * @throws MemoryException if nobody knows of the agent or it has no repository, if it is enabled, or if the object
     *     storage fails: then the rest is done as soon as it can be
     */
    Tombstone run(String agentId, @Nullable String organizationId, String roleName) {
        RepoId id = database.inTransaction(tx -> find(tx, agentId, organizationId));
        try {
            if (!repositories.isThere(id) && !database.inTransaction(tx -> isKnown(tx, agentId))) {
                throw MemoryException.notFound(
                        "Agent %s has no repository: there is nothing to purge".formatted(agentId));
            }
            Tombstone placed = database.inTransaction(tx -> place(tx, id, roleName));
            return goOn(placed);
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The object storage failed; if purging had begun, it goes on by itself when the storage answers: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Does whatever is left to do. */
    Tombstone goOn(Tombstone tombstone) throws IOException {
        String agentId = tombstone.agentId();
        long removed = repositories.purge(new RepoId(tombstone.organizationId(), agentId));
        return database.inTransaction(tx -> {
            tx.tombstones().forgetAgent(agentId);
            tx.tombstones().swept(agentId, removed);
            return tx.tombstones().find(agentId).orElseThrow();
        });
    }

    private static RepoId find(Tx tx, String agentId, @Nullable String organizationId) {
        return tx.ledger()
                .organization(agentId)
                .or(() -> tx.tombstones().find(agentId).map(Tombstone::organizationId))
                .or(() -> tx.agents().find(agentId).map(Agent::organizationId))
                .or(() -> tx.ledger().repo(agentId).map(Ledger.Repo::organizationId))
                .or(() -> Optional.ofNullable(organizationId))
                .map(organization -> new RepoId(organization, agentId))
                .orElseThrow(() -> Enablement.noAgent(agentId));
    }

    private static boolean isKnown(Tx tx, String agentId) {
        return tx.ledger().repo(agentId).isPresent()
                || tx.tombstones().find(agentId).isPresent();
    }

    private static Tombstone place(Tx tx, RepoId id, String roleName) {
        String agentId = id.agentId();
        Optional<Tombstone> known = tx.tombstones().find(agentId);
        if (known.isPresent()) {
            return known.get();
        }
        boolean isThere = tx.agents().lock(agentId).isPresent(); // before the ledger's row, as who enables it does
        Ledger.Repo repo = tx.ledger().register(agentId, id.organizationId());
        if (!isThere) {
            tx.agents().removeTag(agentId); // where the application's tags outlive their agents
        } else if (repo.isEnabled() || tx.agents().hasTag(agentId)) {
            throw MemoryException.conflict(
                    "Agent %s is enabled, and was not purged: disable it first. Its rows then stay as they are."
                            .formatted(agentId));
        }
        tx.ledger().setState(agentId, Ledger.State.DISABLED, null);
        tx.ledger().forgetInFlight(agentId);
        return tx.tombstones().place(agentId, id.organizationId(), roleName);
    }

    /** @throws MemoryException if the agent was purged */
    static void refuse(Tx tx, String agentId) {
        tx.tombstones().find(agentId).ifPresent(tombstone -> {
            throw MemoryException.gone(
                    "Agent %s was purged (asked for by role %s at %s): what git had of its memory is gone for good, and the agent can't be git's again."
                            .formatted(
                                    agentId,
                                    tombstone.roleName(),
                                    tombstone
                                            .askedAt()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .atOffset(ZoneOffset.UTC)));
        });
    }
}
