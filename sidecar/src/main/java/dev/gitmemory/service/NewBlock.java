package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.postgres.ExtraColumn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A block to create: what git mirrors, and what PostgreSQL alone keeps. */
public record NewBlock(Block block, List<String> tags, Map<ExtraColumn, @Nullable Object> extras) {}
