package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.BlockFilter;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Page;
import dev.gitmemory.postgres.Tx;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes blocks: those of agents with the tag through git, all others in PostgreSQL alone. Thread-safe.
 *
 * <p>Every method throws a {@link MemoryException} where it is refused, a {@link dev.gitmemory.block.RuleViolation}
 * where a rule for blocks is broken, and a {@link dev.gitmemory.postgres.DatabaseUnavailableException} where PostgreSQL
 * was down before anything was written. A parameter {@code ifMatch} is the SHA that the caller has seen, {@code *} for
 * any, or null for no condition.
 */
public final class Blocks {

    private final Database database;
    private final Targets targets;
    private final GitBlocks git;
    private final PlainBlocks plain;

    Blocks(Database database, Targets targets, GitBlocks git, PlainBlocks plain) {
        this.database = database;
        this.targets = targets;
        this.git = git;
        this.plain = plain;
    }

    public BlockRow get(String blockId) {
        return targets.row(blockId);
    }

    /** Blocks of any agent or of none, in the order in which they were created. */
    public List<BlockRow> list(BlockFilter filter, Page page) {
        return database.inTransaction(tx -> {
            requireThere("after", page.after(), tx.blocks()::isThere);
            requireThere("before", page.before(), tx.blocks()::isThere);
            return tx.blocks().list(filter, page);
        });
    }

    /** How many blocks there are of any agent or of none. */
    public long count(BlockFilter filter) {
        return database.inTransaction(tx -> tx.blocks().count(filter));
    }

    /** The agents that have a block, by id. */
    public List<Agent> agentsOf(String blockId, Page page) {
        String id = targets.row(blockId).id();
        return database.inTransaction(tx -> tx.agents().ofBlock(id, page));
    }

    /** A list that goes on behind a block that is gone would end there as if there were no more. */
    private static void requireThere(String parameter, @Nullable String blockId, Predicate<String> isThere) {
        if (blockId != null && !isThere.test(blockId)) {
            throw MemoryException.malformed(
                    parameter,
                    "'%s' is %s, which is no block of this list (any more); begin the list again"
                            .formatted(parameter, Shown.of(blockId)));
        }
    }

    /** The agent's blocks, by label. */
    public List<BlockRow> ofAgent(String agentId) {
        targets.agent(agentId);
        return database.inTransaction(tx -> tx.blocks().ofAgent(agentId));
    }

    /** A part of the agent's blocks, by label. */
    public List<BlockRow> ofAgent(String agentId, Page page) {
        targets.agent(agentId);
        return database.inTransaction(tx -> {
            requireThere("after", page.after(), id -> tx.agents().isLinked(agentId, id));
            requireThere("before", page.before(), id -> tx.agents().isLinked(agentId, id));
            return tx.blocks().ofAgent(agentId, page);
        });
    }

    /** The block that the agent knows by this label. */
    public BlockRow ofAgent(String agentId, String label) {
        targets.agent(agentId);
        return database.inTransaction(tx -> tx.blocks().ofAgent(agentId, label))
                .orElseThrow(() ->
                        MemoryException.notFound("Agent %s has no block '%s'".formatted(agentId, Shown.of(label))));
    }

    /** Creates a block that no agent has yet; it is in PostgreSQL alone. */
    public BlockRow create(NewBlock created, Caller caller) {
        created.block().checkLimit();
        IndexEntries.requireNew(Caller.DEFAULT_ORGANIZATION, null, created);
        return plain.create(created, caller);
    }

    /** Creates a block of an agent. */
    public Written create(String agentId, NewBlock created, Caller caller) {
        created.block().checkLimit();
        return targets.routed(() -> {
            Agent agent = targets.agent(agentId);
            IndexEntries.requireNew(agent.organizationId(), agentId, created);
            Optional<Owner> owner = targets.owner(agent);
            if (owner.isPresent()) {
                database.execute(tx -> requireFree(tx, agentId, created.block().label()));
            }
            return owner.isPresent()
                    ? git.create(owner.get(), created, caller)
                    : Optional.of(new Written(plain.create(agent, created, caller), false));
        });
    }

    /** What git does not have may be there all the same: a block that was left out. */
    private static void requireFree(Tx tx, String agentId, Label label) {
        tx.reports().leftOut(agentId).stream()
                .filter(block -> block.label().equals(label.text()))
                .findFirst()
                .ifPresent(block -> {
                    throw MemoryException.conflict("There is a block '%s' already, %s, which git can't have: %s"
                            .formatted(label.text(), block.blockId(), block.reason()));
                });
    }

    /** Changes a block. */
    public Written update(String blockId, BlockPatch patch, @Nullable String ifMatch, Caller caller) {
        return targets.routed(() -> {
            Target target = targets.find(blockId);
            Optional<BlockEdits.Condition> condition = targets.condition(target, ifMatch);
            patch.requireUnchanged(target.row());
            requireFits(target.row(), patch);
            return target.isGits() && patch.touchesGit()
                    ? git.update(targets.requireNotLeftOut(target), patch, condition, caller)
                    : Optional.of(new Written(plain.update(target.row(), patch, caller), false));
        });
    }

    private void requireFits(BlockRow row, BlockPatch patch) {
        List<String> agents =
                patch.label().given() ? database.inTransaction(tx -> tx.agents().linked(row.id())) : List.of();
        IndexEntries.requirePatched(row, agents, patch);
    }

    /** Changes the block that the agent knows by this label. */
    public Written update(String agentId, String label, BlockPatch patch, @Nullable String ifMatch, Caller caller) {
        return update(toWrite(agentId, label).id(), patch, ifMatch, caller);
    }

    /**
     * As {@link #ofAgent(String, String)}, for a write: an agent that waits to be taken over is taken over before its label
     * is said to be unknown, for it may get that label then.
     */
    BlockRow toWrite(String agentId, String label) {
        Agent agent = targets.agent(agentId);
        return database.inTransaction(tx -> tx.blocks().ofAgent(agentId, label)).orElseGet(() -> {
            targets.owner(agent);
            return ofAgent(agentId, label);
        });
    }

    /**
     * Removes a block: agents of git's lose it by a commit, and keep it in their history. Agents without the tag that
     * share it with them keep the row; where there is none left, the row goes.
     *
     * @return whether PostgreSQL still has to follow
     */
    public boolean delete(String blockId, @Nullable String ifMatch, Caller caller) {
        return targets.routed(() -> remove(targets.find(blockId), ifMatch, caller))
                .pending();
    }

    /** A block that was removed; {@code sha} is null for one that PostgreSQL alone kept. */
    record Removed(@Nullable String sha, boolean pending) {}

    /**
     * As {@link #delete}, asked for one of the agents that have the block, and says by which commit. Where only others are
     * git's it is refused: they would lose the block, and the one that it was asked for would keep it.
     */
    Removed remove(String agentId, String blockId, @Nullable String ifMatch, Caller caller) {
        return targets.routed(() -> {
            Target target = targets.find(blockId);
            requireGitsOrNobodys(target, agentId);
            return remove(target, ifMatch, caller);
        });
    }

    /** The others are not named: they may be another organisation's. */
    private static void requireGitsOrNobodys(Target target, String agentId) {
        if (target.isGits()
                && target.owners().stream().noneMatch(owner -> owner.agentId().equals(agentId))) {
            throw MemoryException.conflict(
                    "Agent %s is not enabled, and shares '%s' (block %s) with an agent that is; nothing was deleted. Detach the block to take it from %s alone, or delete it for the other one."
                            .formatted(
                                    agentId, target.row().label(), target.row().id(), agentId));
        }
    }

    private Optional<Removed> remove(Target target, @Nullable String ifMatch, Caller caller) {
        Optional<BlockEdits.Condition> condition = targets.condition(target, ifMatch);
        if (target.isGits() && !targets.isLeftOut(target)) {
            return git.delete(target, condition, caller);
        }
        plain.delete(target.row(), caller);
        return Optional.of(new Removed(null, false));
    }

    /** Gives an agent a block that exists; no change where the agent has it already. */
    public Written attach(String agentId, String blockId, Caller caller) {
        return targets.routed(() -> {
            Agent agent = targets.agent(agentId);
            BlockRow row = targets.row(blockId);
            if (targets.isLinked(agentId, blockId)) {
                return Optional.of(new Written(row, false, ownSha(agentId, row.label())));
            }
            IndexEntries.requireLinked(agent, row);
            Optional<Owner> owner = targets.owner(agent);
            return owner.isPresent()
                    ? git.attach(owner.get(), targets.requireNotLeftOut(targets.find(blockId)), caller)
                    : Optional.of(new Written(plain.attach(agent, row, caller), false));
        });
    }

    /** The row may carry another agent's. */
    private @Nullable String ownSha(String agentId, String label) {
        Ledger.File file =
                database.inTransaction(tx -> tx.ledger().files(agentId)).get(label);
        return file == null ? null : file.commitSha();
    }

    /**
     * Takes a block from an agent; the row stays. Where the agent does not have it, a caller whose request has no number to be
     * known again by may have done it before: nothing is changed. Any other is told.
     */
    public Written detach(String agentId, String blockId, Caller caller) {
        return targets.routed(() -> {
            Agent agent = targets.agent(agentId);
            BlockRow row = targets.row(blockId);
            if (!targets.isLinked(agentId, blockId)) {
                if (caller.once() != null) {
                    throw MemoryException.notFound("Agent %s does not have block %s".formatted(agentId, row.id()));
                }
                return Optional.of(new Written(row, false, null));
            }
            Optional<Owner> owner = targets.owner(agent);
            return owner.isPresent() && !targets.isLeftOut(targets.find(blockId))
                    ? git.detach(owner.get(), row, caller)
                    : Optional.of(new Written(plain.detach(agent, row, caller), false));
        });
    }
}
