package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.RepoId;
import java.util.Optional;

/**
 * Which repository is an agent's: that of the organisation that the ledger names, from when git has something of the agent;
 * until then that of the organisation that the application names. Whoever opens a repository asks here.
 *
 * <p>The two differ where the application has moved an agent to another organisation, or has made it anew there under its
 * old id. Then nothing is written and nothing is shown: neither organisation may get what is the other's.
 */
final class Homes {

    private Homes() {}

    /** The agent's repository, whoever the agent may be by now: to look after it, not to show or change what it holds. */
    static RepoId of(Tx tx, Agent agent) {
        return new RepoId(tx.ledger().organization(agent.id()).orElse(agent.organizationId()), agent.id());
    }

    /** As {@link #of(Tx, Agent)}. */
    static RepoId of(Owner owner) {
        return new RepoId(owner.repositoryOrganizationId(), owner.agentId());
    }

    /**
     * The agent's repository, to read or write for it.
     *
     * @throws MemoryException if it is another organisation's
     */
    static RepoId require(Tx tx, Agent agent) {
        return require(of(tx, agent), agent.organizationId());
    }

    /** As {@link #require(Tx, Agent)}. */
    static RepoId require(Owner owner) {
        return require(of(owner), owner.organizationId());
    }

    /**
     * Where the application knows the agent, its repository has to be of the same organisation.
     *
     * @throws MemoryException if it is another organisation's
     */
    static void requireUnmoved(Tx tx, String agentId) {
        tx.agents().find(agentId).ifPresent(agent -> require(tx, agent));
    }

    /** Why a repository is not the agent's any more, in words for people, and what to do; empty if it is. */
    static Optional<String> moved(RepoId id, Agent agent) {
        return moved(id, agent.organizationId());
    }

    private static RepoId require(RepoId id, String organizationId) {
        moved(id, organizationId).ifPresent(message -> {
            throw MemoryException.conflict(message);
        });
        return id;
    }

    private static Optional<String> moved(RepoId id, String organizationId) {
        return id.organizationId().equals(organizationId)
                ? Optional.empty()
                : Optional.of(
                        "Agent %1$s is of organisation '%2$s', but its repository is of '%3$s': the application has moved the agent, or made it anew there. Nothing was changed. Set the agent's organization_id back to '%3$s'. Or leave the repository to '%3$s' ('git-memory disable %1$s'), and let an agent of '%2$s' with a new id have the memory: 'git-memory export --agent %1$s --to memory.bundle', then 'git-memory import --agent NEW-ID --from memory.bundle'."
                                .formatted(id.agentId(), organizationId, id.organizationId()));
    }
}
