package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.BlockRow;
import java.util.List;

/**
 * A block that somebody wants to change, and who decides about it.
 *
 * @param owners the agents of git's that have it, by id; empty for a block that PostgreSQL alone keeps
 */
record Target(BlockRow row, List<Owner> owners) {

    boolean isGits() {
        return !owners.isEmpty();
    }
}
