package dev.gitmemory.service;

import dev.gitmemory.postgres.BlockRow;

/**
 * What a write left behind.
 *
 * @param row the block as this write made it
 * @param pending true when the write is in git and PostgreSQL fell before it got there: it will be applied as soon as
 *     PostgreSQL is back
 */
public record Written(BlockRow row, boolean pending) {}
