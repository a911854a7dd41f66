package dev.gitmemory.postgres;

import dev.gitmemory.block.Block;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of the application's blocks table. The guard judges each statement: for blocks of agents that git owns,
 * the ledger has to hold the new state first.
 *
 * <p>Metadata is written as json: PostgreSQL makes it jsonb where the column is, whatever it was when the statement was prepared.
 *
 * <p>Empty metadata is stored as NULL, and a row that says "no metadata" in another way ({@code {}} or JSON null)
 * keeps its way: git has one way to say it and the digest does not tell them apart.
 */
public final class BlockWrites {

    /** Whether the row {@code b} is not what is to be written. */
    private static final String DIFFERS = """
            b.label COLLATE "C" <> :label
            OR b.git_sha IS DISTINCT FROM :git_sha
            OR git_memory.digest_seen(b.value, b.description, b."limit", b.read_only, b.metadata_::json)
               <> git_memory.digest(:value, :description, :limit, :read_only, CAST(:metadata AS json))
            """;

    private final Handle handle;
    private final BlockColumns columns;

    BlockWrites(Handle handle, BlockColumns columns) {
        this.handle = handle;
        this.columns = columns;
    }

    /** Stores a new row. {@code gitSha} is null for a block that git does not have. */
    public void insert(
            String blockId, String organizationId, Block block, @Nullable String gitSha, @Nullable String userId) {
        insert(blockId, organizationId, block.label().text(), block, gitSha, userId);
    }

    /**
     * As {@link #insert(String, String, Block, String, String)}, under a label that git may be unable to have.
     *
     * @param block the rest of the row
     */
    public void insert(
            String blockId,
            String organizationId,
            String label,
            Block block,
            @Nullable String gitSha,
            @Nullable String userId) {
        String creator = columns.has(ExtraColumn.CREATED_BY_ID) ? "_created_by_id, _last_updated_by_id," : "";
        String creatorValue = creator.isEmpty() ? "" : ":user_id, :user_id,";
        int rows = bindBlock(handle.createUpdate("""
                                INSERT INTO <block> (id, organization_id, <creator> git_sha, label, value,
                                                     description, "limit", read_only, metadata_)
                                VALUES (:id, :organization, <creator_value> :git_sha, :label, :value,
                                        :description, :limit, :read_only, CAST(:metadata AS json))
                                """), block)
                .define("creator", creator)
                .define("creator_value", creatorValue)
                .bind("label", label)
                .bind("id", blockId)
                .bind("organization", organizationId)
                .bind("git_sha", gitSha)
                .bind("user_id", userId)
                .execute();
        if (rows != 1) {
            throw notChanged(blockId);
        }
    }

    /**
     * Makes the row's mirrored columns and its SHA what is given; a row that has them already is not touched, and one that
     * is not there is made.
     */
    public void put(
            String blockId, String organizationId, Block block, @Nullable String gitSha, @Nullable String userId) {
        Optional<Boolean> isRenamed = update(blockId, block, gitSha, userId);
        if (isRenamed.isPresent()) {
            if (isRenamed.get()) {
                renameLinks(blockId, block.label().text());
            }
            return;
        }
        Optional<Boolean> differs = bindBlock(
                        handle.createQuery("SELECT <differs> FROM <block> b WHERE b.id = :id"), block)
                .define("differs", DIFFERS)
                .bind("id", blockId)
                .bind("git_sha", gitSha)
                .mapTo(Boolean.class)
                .findOne();
        if (differs.isEmpty()) {
            insert(blockId, organizationId, block, gitSha, userId);
        } else if (differs.get()) {
            throw notChanged(blockId);
        }
    }

    /** Empty if there is no row that differs; whether links had another label before. */
    private Optional<Boolean> update(String blockId, Block block, @Nullable String gitSha, @Nullable String userId) {
        return bindBlock(handle.createQuery("""
                                UPDATE <block> b
                                   SET label = :label,
                                       value = :value,
                                       description = :description,
                                       "limit" = :limit,
                                       read_only = :read_only,
                                       metadata_ = CASE
                                           WHEN git_memory.metadata_seen(b.metadata_::json)
                                                IS NOT DISTINCT FROM git_memory.metadata_text(CAST(:metadata AS json))
                                           THEN b.metadata_::json
                                           ELSE CAST(:metadata AS json)
                                       END,
                                       git_sha = :git_sha
                                       <bookkeeping>
                                 WHERE b.id = :id
                                   AND (<differs>)
                                RETURNING EXISTS (SELECT
                                                    FROM <blocks_agents> l
                                                   WHERE l.block_id = b.id
                                                     AND l.block_label COLLATE "C" \\<\\> :label)
                                """), block)
                .define("differs", DIFFERS)
                .define("bookkeeping", columns.bookkeeping())
                .bind("id", blockId)
                .bind("git_sha", gitSha)
                .bind("user_id", userId)
                .mapTo(Boolean.class)
                .findOne();
    }

    /** Links have the row's label; where a foreign key sees to that they have it by now. */
    private void renameLinks(String blockId, String label) {
        handle.createUpdate("""
                        UPDATE <blocks_agents>
                           SET block_label = :label
                         WHERE block_id = :id
                           AND texteq(block_id COLLATE "C", :id)
                           AND block_label COLLATE "C" \\<\\> :label
                        """).bind("id", blockId).bind("label", label).execute();
    }

    /** Sets columns that PostgreSQL alone keeps; those the table does not have are left out. */
    public void updateExtras(String blockId, Map<ExtraColumn, @Nullable Object> values, @Nullable String userId) {
        List<ExtraColumn> present =
                values.keySet().stream().filter(columns::has).sorted().toList();
        if (present.isEmpty()) {
            return;
        }
        String assignments =
                present.stream().map(c -> c.column() + " = :" + c.field()).collect(Collectors.joining(", "));
        Update update = handle.createUpdate("UPDATE <block> SET <assignments> <bookkeeping> WHERE id = :id")
                .define("assignments", assignments)
                .define("bookkeeping", columns.bookkeeping())
                .bind("id", blockId)
                .bind("user_id", userId);
        present.forEach(c -> update.bind(c.field(), values.get(c)));
        update.execute();
    }

    /** Sets the columns of a patch and leaves the others as they are. */
    public void patch(String blockId, PlainPatch patch, @Nullable String userId) {
        if (patch.isEmpty()) {
            return;
        }
        Update update = handle.createUpdate("UPDATE <block> SET <assignments> <bookkeeping> WHERE id = :id")
                .define("assignments", patch.assignments())
                .define("bookkeeping", columns.bookkeeping())
                .bind("id", blockId)
                .bind("user_id", userId);
        patch.bindTo(update);
        update.execute();
        String label = patch.label();
        if (label != null) {
            renameLinks(blockId, label);
        }
    }

    /** Sets the row's SHA alone; null takes it off a row that no agent of git's is linked to any more. */
    public void setSha(String blockId, @Nullable String gitSha) {
        int rows = handle.createUpdate(
                        "UPDATE <block> SET git_sha = :sha WHERE id = :id AND git_sha IS DISTINCT FROM :sha")
                .bind("id", blockId)
                .bind("sha", gitSha)
                .execute();
        boolean differs = rows == 0
                && handle.createQuery(
                                "SELECT EXISTS (SELECT FROM <block> WHERE id = :id AND git_sha IS DISTINCT FROM :sha)")
                        .bind("id", blockId)
                        .bind("sha", gitSha)
                        .mapTo(Boolean.class)
                        .one();
        if (differs) {
            throw notChanged(blockId);
        }
    }

    /** Makes {@code tags} the block's tags. */
    public void setTags(String blockId, String organizationId, List<String> tags) {
        handle.createUpdate("DELETE FROM <blocks_tags> WHERE block_id = :id AND NOT tag = ANY (:tags)")
                .bind("id", blockId)
                .bindArray("tags", String.class, tags)
                .execute();
        handle.createUpdate("""
                        INSERT INTO <blocks_tags> (block_id, tag, organization_id)
                        SELECT :id, t, :organization
                          FROM unnest(:tags) AS t
                            ON CONFLICT DO NOTHING
                        """)
                .bind("id", blockId)
                .bind("organization", organizationId)
                .bindArray("tags", String.class, tags)
                .execute();
    }

    /**
     * Removes the row, its links and its tags. A row that other tables of the application still need, or its triggers keep,
     * stays, without links and without a SHA. Returns whether the row is gone.
     */
    public boolean delete(String blockId) {
        handle.savepoint("delete_block");
        try {
            handle.createUpdate("DELETE FROM <blocks_tags> WHERE block_id = :id")
                    .bind("id", blockId)
                    .execute();
            int rows = handle.createUpdate("DELETE FROM <block> WHERE id = :id")
                    .bind("id", blockId)
                    .execute();
            if (rows == 0) {
                requireGone(blockId);
            }
            unlink(blockId); // PostgreSQL has, with the row, where a foreign key says so
            handle.releaseSavepoint("delete_block");
            return true;
        } catch (RuntimeException e) {
            if (!(DatabaseErrors.translate(e) instanceof ConstraintException)) {
                throw e;
            }
            handle.rollbackToSavepoint("delete_block");
        }
        unlink(blockId);
        setSha(blockId, null);
        return false;
    }

    private void requireGone(String blockId) {
        boolean isThere = handle.createQuery("SELECT EXISTS (SELECT FROM <block> WHERE id = :id)")
                .bind("id", blockId)
                .mapTo(Boolean.class)
                .one();
        if (isThere) {
            throw notChanged(blockId);
        }
    }

    private void unlink(String blockId) {
        handle.createUpdate("DELETE FROM <blocks_agents> WHERE block_id = :id")
                .bind("id", blockId)
                .execute();
    }

    private static ConstraintException notChanged(String blockId) {
        return ConstraintException.notChanged("the row of block " + blockId);
    }

    private static <S extends SqlStatement<S>> S bindBlock(S statement, Block block) {
        return statement
                .bind("label", block.label().text())
                .bind("value", block.value())
                .bind("description", block.description())
                .bind("limit", block.limit())
                .bind("read_only", block.readOnly())
                .bind("metadata", Ledger.json(block));
    }
}
