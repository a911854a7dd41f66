package dev.gitmemory.service;

import dev.gitmemory.postgres.BlockRow;
import org.jspecify.annotations.Nullable;

/**
 * What a write left behind.
 *
 * @param row the block as this write made it
 * @param pending true when the write is in git and PostgreSQL fell before it got there: it will be applied as soon as
 *     PostgreSQL is back
 * @param sha the commit that the block's agent has since the write; null where git has no part in it
 */
public record Written(
        BlockRow row, boolean pending, @Nullable String sha) {

    /** A write after which the row carries its commit. */
    public Written(BlockRow row, boolean pending) {
        this(row, pending, row.gitSha());
    }
}
