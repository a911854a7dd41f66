package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.Intents.Intent;
import dev.gitmemory.postgres.Intents.Kind;
import dev.gitmemory.postgres.StatementFailedException;
import dev.gitmemory.repo.Draft;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks of agents of git's. Each method answers empty when the agent was disabled while its write was under
 * way: the commit stays in the repository, and the caller repeats the write in PostgreSQL.
 */
final class GitBlocks {

    private final Database database;
    private final GitFirstWriter writer;
    private final Steps steps;

    GitBlocks(Database database, GitFirstWriter writer, Steps steps) {
        this.database = database;
        this.writer = writer;
        this.steps = steps;
    }

    Optional<Written> create(Owner owner, NewBlock created, Caller caller) {
        return create(
                owner,
                created,
                o -> Draft.of(
                        caller.author(),
                        "Create " + created.block().label().text(),
                        BlockEdits.create(created.block())),
                caller);
    }

    private Optional<Written> create(Owner owner, NewBlock created, Function<Owner, Draft> draft, Caller caller) {
        Block block = created.block();
        Label label = block.label();
        UUID request = requestId(caller);
        String blockId = "block-" + (caller.once() == null ? UUID.randomUUID() : derived(request));
        GitFirstWriter.Done done = writer.write(
                List.of(owner),
                caller.once(),
                o -> draft.apply(o).forRequest(request),
                List.of(new Intent(request, owner.agentId(), label.text(), blockId, Kind.LINK)));
        BlockRow asCreated = new BlockRow(
                blockId,
                owner.organizationId(),
                label.text(),
                block.value(),
                block.description(),
                block.limit(),
                block.readOnly(),
                block.metadata().json(),
                done.sha(),
                created.tags(),
                Map.of());
        return answer(done, owner, asCreated, block, tx -> {
            tx.blockWrites().updateExtras(blockId, created.extras(), caller.userId());
            tx.blockWrites().setTags(blockId, owner.organizationId(), created.tags());
        });
    }

    Optional<Written> update(Target target, BlockPatch patch, Optional<BlockEdits.Condition> condition, Caller caller) {
        Label label = Label.of(target.row().label());
        Label newLabel = Optional.ofNullable(patch.label().value()).orElse(label);
        boolean rename = !newLabel.equals(label);
        if (rename) {
            requireFree(target, newLabel);
        }
        UUID request = requestId(caller);
        AtomicReference<@Nullable Block> result = new AtomicReference<>();
        String message = rename ? "Rename %s to %s".formatted(label.text(), newLabel.text()) : "Update " + label.text();
        Function<Owner, Draft> draft = owner -> {
            Optional<BlockEdits.Condition> own = isFirst(target, owner) ? condition : Optional.empty();
            return Draft.of(caller.author(), message, BlockEdits.update(owner.agentId(), label, patch, own, result))
                    .forRequest(rename ? request : caller.requestId());
        };
        List<Intent> intents = !rename
                ? List.of()
                : target.owners().stream()
                        .map(o -> new Intent(
                                request,
                                o.agentId(),
                                newLabel.text(),
                                target.row().id(),
                                Kind.LINK))
                        .toList();
        GitFirstWriter.Done done = writer.write(target.owners(), caller.once(), draft, intents);
        if (done.result() == GitFirstWriter.Result.NOT_ENABLED) {
            return Optional.empty(); // of several owners one was let go, perhaps before any edit ran
        }
        Block block = result.get();
        if (block == null) {
            throw new IllegalStateException("a commit was made whose edit never ran");
        }
        return answer(done, target.owners().get(0), target.row(), block, tx -> {
            PlainBlocks.writeExtras(tx, target.row(), patch, caller);
        });
    }

    /** A row has one label for all its agents, those without the tag included. */
    private void requireFree(Target target, Label newLabel) {
        database.inTransaction(tx -> tx.agents().labelTaken(target.row().id(), newLabel.text()))
                .ifPresent(taken -> {
                    throw MemoryException.conflict(
                            "%s shares this block, and has another block '%s' already; nothing was written"
                                    .formatted(
                                            taken.mayBeNamed() ? "Agent " + taken.agentId() : "Another agent",
                                            newLabel.text()));
                });
    }

    Optional<Blocks.Removed> delete(Target target, Optional<BlockEdits.Condition> condition, Caller caller) {
        Label label = Label.of(target.row().label());
        GitFirstWriter.Done done = writer.write(
                target.owners(),
                caller.once(),
                owner -> Draft.of(
                                caller.author(),
                                "Delete " + label.text(),
                                BlockEdits.delete(
                                        owner.agentId(), label, isFirst(target, owner) ? condition : Optional.empty()))
                        .forRequest(caller.requestId()),
                List.of());
        return done.result() == GitFirstWriter.Result.NOT_ENABLED
                ? Optional.empty()
                : Optional.of(new Blocks.Removed(done.sha(), done.result() == GitFirstWriter.Result.PENDING));
    }

    Optional<Written> attach(Owner owner, Target target, Caller caller) {
        BlockRow row = target.row();
        Block block = Enablement.block(row, Label.of(row.label()));
        block.metadata().requireBounded();
        UUID request = requestId(caller);
        GitFirstWriter.Done done = writer.write(
                List.of(owner),
                caller.once(),
                o -> Draft.of(caller.author(), "Attach " + row.label(), BlockEdits.create(block))
                        .forRequest(request)
                        .withAnyPath(),
                List.of(new Intent(request, owner.agentId(), row.label(), row.id(), Kind.LINK)));
        return answer(done, owner, row, block, tx -> {});
    }

    Optional<Written> detach(Owner owner, BlockRow row, Caller caller) {
        Label label = Label.of(row.label());
        UUID request = requestId(caller);
        GitFirstWriter.Done done = writer.write(
                List.of(owner),
                caller.once(),
                o -> Draft.of(
                                caller.author(),
                                "Detach " + label.text(),
                                BlockEdits.delete(o.agentId(), label, Optional.empty()))
                        .forRequest(request),
                List.of(new Intent(request, owner.agentId(), label.text(), row.id(), Kind.DETACH)));
        return switch (done.result()) {
            case NOT_ENABLED -> Optional.empty();
            case PENDING -> Optional.of(new Written(row, true, done.sha()));
            case APPLIED ->
                Optional.of(new Written(
                        database.inTransaction(tx -> tx.blocks().find(row.id())).orElse(row), false, done.sha()));
        };
    }

    /** Makes a block what it was, for each of its owners; {@code asked} gets the very file that it had. */
    Optional<Written> restore(Target target, Owner asked, Block block, String text, String message, Caller caller) {
        GitFirstWriter.Done done = writer.write(
                target.owners(),
                caller.once(),
                o -> Draft.of(
                                caller.author(),
                                message,
                                BlockEdits.restore(
                                        o.agentId(), block, o.agentId().equals(asked.agentId()) ? text : null))
                        .forRequest(caller.requestId()),
                List.of());
        return answer(done, target.owners().get(0), target.row(), block, tx -> {});
    }

    /** Brings a block back that the agent has no more, as a new row. */
    Optional<Written> recreate(Owner owner, Block block, String text, String message, Caller caller) {
        return create(
                owner,
                new NewBlock(block, List.of(), Map.of()),
                o -> Draft.of(caller.author(), message, BlockEdits.recreate(block, text))
                        .withAnyPath(),
                caller);
    }

    /** Makes the agent's files of blocks these and no others. */
    Optional<Restore.Restored> restoreAll(
            Owner owner, SortedMap<String, String> blocks, String message, Caller caller) {
        GitFirstWriter.Done done = writer.write(
                List.of(owner),
                caller.once(),
                o -> Draft.of(caller.author(), message, BlockEdits.restoreAll(blocks))
                        .forRequest(caller.requestId())
                        .withAnyPath(),
                List.of());
        return done.result() == GitFirstWriter.Result.NOT_ENABLED
                ? Optional.empty()
                : Optional.of(new Restore.Restored(done.sha(), done.result() == GitFirstWriter.Result.PENDING));
    }

    /** The same for each attempt. Whoever sees the block does not learn the request's number, which may still be open. */
    private static UUID derived(UUID request) {
        return UUID.nameUUIDFromBytes(("block of " + request).getBytes(StandardCharsets.UTF_8));
    }

    private static UUID requestId(Caller caller) {
        return caller.once() == null ? UUID.randomUUID() : caller.once().requestId();
    }

    private static boolean isFirst(Target target, Owner owner) {
        return owner.equals(target.owners().get(0));
    }

    /**
     * The block as this write made it, also when another one has changed it since.
     *
     * @param before answers what PostgreSQL alone keeps, where it can't be asked
     * @param extras writes what PostgreSQL alone keeps, once the row is there
     */
    private Optional<Written> answer(
            GitFirstWriter.Done done,
            Owner owner,
            BlockRow before,
            Block block,
            Database.Action<RuntimeException> extras) {
        return switch (done.result()) {
            case NOT_ENABLED -> Optional.empty();
            case PENDING -> Optional.of(new Written(overlay(before, block, done.sha()), true));
            case APPLIED -> Optional.of(new Written(overlay(finish(owner, before, extras), block, done.sha()), false));
        };
    }

    private BlockRow finish(Owner owner, BlockRow before, Database.Action<RuntimeException> extras) {
        try {
            BlockRow row = database.inTransaction(tx -> {
                if (tx.blocks().isThere(before.id())) {
                    extras.in(tx);
                }
                return tx.blocks().find(before.id()).orElse(before);
            });
            steps.reached(Steps.Step.DONE, owner.agentId());
            return row;
        } catch (DatabaseUnavailableException e) {
            throw MemoryException.unavailable(
                    "The write is in git and in PostgreSQL, which fell before it took the fields that it alone keeps. Repeat the request.",
                    e);
        } catch (ConstraintException | StatementFailedException e) {
            throw MemoryException.notApplied(
                    "The write is in git and in PostgreSQL, which refused the fields that it alone keeps, all of them: %s"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private static BlockRow overlay(BlockRow row, Block block, @Nullable String sha) {
        Map<String, @Nullable Object> others = row.others();
        String metadata = Enablement.says(row.metadata(), block.metadata())
                ? row.metadata()
                : block.metadata().isEmpty() ? null : block.metadata().json();
        return new BlockRow(
                row.id(),
                row.organizationId(),
                block.label().text(),
                block.value(),
                block.description(),
                block.limit(),
                block.readOnly(),
                metadata,
                sha == null ? row.gitSha() : sha,
                row.tags(),
                others);
    }
}
