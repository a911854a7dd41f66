package dev.gitmemory.postgres;

import org.jspecify.annotations.Nullable;

/**
 * How much is in a row of the application's blocks table, without reading it.
 *
 * @param gitSha the commit that the row equals, or null for a block of agents without the tag
 * @param value bytes of the value
 * @param description bytes of the description; 0 for none
 * @param metadata bytes of the metadata as text; 0 for none
 */
public record BlockSize(
        String id, String label, @Nullable String gitSha, long value, long description, long metadata) {}
