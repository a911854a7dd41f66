package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.PlainPatch;
import dev.gitmemory.postgres.PlainPatch.Column;
import dev.gitmemory.postgres.Tx;
import java.util.List;
import java.util.UUID;

/** Writes blocks that PostgreSQL alone keeps, as the application itself would; and the columns that it alone keeps. */
final class PlainBlocks {

    private final Database database;
    private final RowTurns turns = new RowTurns();

    PlainBlocks(Database database) {
        this.database = database;
    }

    BlockRow create(NewBlock created, Caller caller) {
        return database.inTransaction(tx -> {
            tx.agents().ensureOrganization(Caller.DEFAULT_ORGANIZATION, "default_org");
            return insert(tx, Caller.DEFAULT_ORGANIZATION, created, caller);
        });
    }

    BlockRow create(Agent agent, NewBlock created, Caller caller) {
        String label = created.block().label().text();
        return linking(agent.id(), label, tx -> {
            BlockRow row = insert(tx, agent.organizationId(), created, caller);
            tx.agents().link(agent.id(), label, row.id());
            Once.settle(tx, caller.once(), row.id());
            return row;
        });
    }

    private static BlockRow insert(Tx tx, String organizationId, NewBlock created, Caller caller) {
        String blockId = "block-" + UUID.randomUUID();
        tx.blockWrites().insert(blockId, organizationId, created.block(), null, caller.userId());
        tx.blockWrites().updateExtras(blockId, created.extras(), caller.userId());
        tx.blockWrites().setTags(blockId, organizationId, created.tags());
        return read(tx, blockId);
    }

    /** Changes what the patch names. Of a block of git's, that may only be what PostgreSQL alone keeps. */
    BlockRow update(BlockRow row, BlockPatch patch, Caller caller) {
        try {
            return inTurn(row, tx -> {
                if (patch.touchesGit()) {
                    PlainPatch columns = columns(patch);
                    BlockRow locked = tx.blocks().lock(row.id()).orElse(row);
                    checkLimit(locked, patch);
                    tx.blockWrites().patch(row.id(), columns, caller.userId());
                }
                writeExtras(tx, row, patch, caller);
                Once.settle(tx, caller.once(), row.id());
                return read(tx, row.id());
            });
        } catch (ConstraintException e) {
            throw MemoryException.conflict("Block %s was not changed: %s".formatted(row.id(), e.getMessage()));
        }
    }

    private <T> T inTurn(BlockRow row, Database.Work<T, RuntimeException> work) {
        return turns.take(row.id(), () -> database.inTransaction(work));
    }

    static void writeExtras(Tx tx, BlockRow row, BlockPatch patch, Caller caller) {
        tx.blockWrites().updateExtras(row.id(), patch.extras(), caller.userId());
        List<String> tags = patch.tags().value();
        if (patch.tags().given()) {
            tx.blockWrites().setTags(row.id(), row.organizationId(), tags == null ? List.of() : tags);
        }
    }

    void delete(BlockRow row, Caller caller) {
        boolean deleted = inTurn(row, tx -> {
            boolean gone = tx.blockWrites().delete(row.id());
            if (gone) {
                Once.settle(tx, caller.once(), null);
            }
            return gone;
        });
        if (!deleted) {
            throw MemoryException.conflict(
                    "Block %s is needed by other tables of the application; it was taken from its agents and kept"
                            .formatted(row.id()));
        }
    }

    BlockRow attach(Agent agent, BlockRow row, Caller caller) {
        return linking(agent.id(), row.label(), tx -> {
            tx.agents().link(agent.id(), row.label(), row.id());
            Once.settle(tx, caller.once(), row.id());
            return read(tx, row.id());
        });
    }

    BlockRow detach(Agent agent, BlockRow row, Caller caller) {
        return inTurn(row, tx -> {
            tx.agents().unlink(agent.id(), row.id());
            Once.settle(tx, caller.once(), row.id());
            return read(tx, row.id());
        });
    }

    private BlockRow linking(String agentId, String label, Database.Work<BlockRow, RuntimeException> work) {
        try {
            return database.inTransaction(work);
        } catch (ConstraintException e) {
            throw e.constraint() == null
                    ? e
                    : MemoryException.conflict("Agent %s has a block '%s' already".formatted(agentId, label));
        }
    }

    private static BlockRow read(Tx tx, String blockId) {
        return tx.blocks()
                .find(blockId)
                .orElseThrow(() -> MemoryException.notFound("There is no block '%s'".formatted(blockId)));
    }

    private static void checkLimit(BlockRow row, BlockPatch patch) {
        String value = patch.value().orKeep(row.value());
        Integer newLimit = patch.limit().value();
        long limit = newLimit == null ? row.limit() : newLimit;
        if ((patch.value().given() || patch.limit().given()) && value != null) {
            int length = value.codePointCount(0, value.length());
            if (length > limit) {
                throw new RuleViolation(
                        "value", "value is %d characters long, over the limit of %d".formatted(length, limit));
            }
        }
    }

    private static PlainPatch columns(BlockPatch patch) {
        PlainPatch columns = new PlainPatch();
        Label label = patch.label().value();
        if (label != null) {
            columns.set(Column.LABEL, label.text());
        }
        if (patch.value().given()) {
            columns.set(Column.VALUE, patch.value().value());
        }
        if (patch.description().given()) {
            columns.set(Column.DESCRIPTION, patch.description().value());
        }
        if (patch.limit().given()) {
            columns.set(Column.LIMIT, patch.limit().value());
        }
        if (patch.readOnly().given()) {
            columns.set(Column.READ_ONLY, patch.readOnly().value());
        }
        if (patch.metadata().given()) {
            Metadata metadata = patch.metadata().value();
            columns.set(Column.METADATA, metadata == null ? null : metadata.json());
        }
        return columns;
    }
}
