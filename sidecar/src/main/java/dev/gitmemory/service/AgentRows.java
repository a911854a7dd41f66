package dev.gitmemory.service;

import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.BlockSize;
import dev.gitmemory.postgres.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An agent's rows as they are to become files in git. PostgreSQL is asked for their sizes first: a row that is larger than
 * a file may be is not read, and neither are rows that together would fill the heap, which all agents share.
 *
 * @param small what was read, without the columns that PostgreSQL alone keeps
 * @param large those that git can't have for their size
 */
record AgentRows(List<BlockRow> small, List<Large> large) {

    /** Rows, their files, what is sent to PostgreSQL and what git makes of them are in memory at the same time. */
    private static final int PARTS_OF_HEAP = 6;

    /** A row that is too large for git, and why. */
    record Large(BlockSize row, RuleViolation reason) {}

    AgentRows {
        small = List.copyOf(small);
        large = List.copyOf(large);
    }

    /**
     * Reads the rows of an agent that git can hold.
     *
     * @throws MemoryException if they are too many for this process; nothing was read
     */
    static AgentRows read(Tx tx, String agentId) {
        return read(tx, agentId, Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP);
    }

    /** @param mostBytes of all rows that are read */
    static AgentRows read(Tx tx, String agentId, long mostBytes) {
        List<Large> large = new ArrayList<>();
        long bytes = 0;
        for (BlockSize size : tx.blocks().sizesOfAgent(agentId)) {
            Optional<String> field = tooLong(size);
            if (field.isPresent()) {
                large.add(new Large(size, BlockMarkdown.tooLong(field.get())));
            } else {
                bytes += size.value() + size.description() + size.metadata();
            }
        }
        if (bytes > mostBytes) {
            throw MemoryException.rule(
                    "blocks",
                    "Agent %s was not enabled, nothing was changed: its blocks are %d MiB together, and a process with a heap of %d MiB enables an agent with %d MiB at most. Give it more (-Xmx), or the agent less."
                            .formatted(
                                    agentId, bytes >> 20, Runtime.getRuntime().maxMemory() >> 20, mostBytes >> 20));
        }
        return new AgentRows(
                tx.blocks()
                        .contentsOfAgent(
                                agentId, large.stream().map(l -> l.row().id()).toList()),
                large);
    }

    /** The field that alone is longer than a file may be. */
    private static Optional<String> tooLong(BlockSize size) {
        return Stream.of(
                        Optional.of("value").filter(f -> size.value() > BlockMarkdown.MAX_BYTES),
                        Optional.of("description").filter(f -> size.description() > BlockMarkdown.MAX_BYTES),
                        Optional.of("metadata").filter(f -> size.metadata() > BlockMarkdown.MAX_BYTES))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Ids of the rows that carry a commit. */
    List<String> withCommits() {
        return Stream.concat(
                        small.stream().filter(row -> row.gitSha() != null).map(BlockRow::id),
                        large.stream()
                                .map(Large::row)
                                .filter(row -> row.gitSha() != null)
                                .map(BlockSize::id))
                .toList();
    }
}
