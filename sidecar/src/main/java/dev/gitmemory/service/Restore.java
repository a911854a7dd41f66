package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts what an earlier commit held back, by a new commit: history is never rewritten. Thread-safe. */
final class Restore {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Targets targets;
    private final GitBlocks git;

    Restore(Database database, MemoryRepositories repositories, Targets targets, GitBlocks git) {
        this.database = database;
        this.repositories = repositories;
        this.targets = targets;
        this.git = git;
    }

    /** All of an agent's memory after it was put back; {@code sha} is null where git said so already. */
    record Restored(@Nullable String sha, boolean pending) {}

    /**
     * Makes a block what it was at a commit; one that is gone comes back, as a new row.
     *
     * @throws MemoryException if the agent is not enabled, or there was no such block at the commit
     */
    Written block(String agentId, Label label, String revision, Caller caller) {
        return targets.routed(() -> {
            Owner owner = owner(agentId);
            MemoryRepository repository = refreshed(owner);
            String sha = Views.resolve(repository, "to", revision);
            String text = read(() -> Optional.ofNullable(repository.file(sha, label.path())), agentId)
                    .orElseThrow(() -> noBlock(agentId, label, revision));
            Block block = RepoDelta.parse(agentId, label, text);
            if (block == null) {
                throw noBlock(agentId, label, revision);
            }
            requireBounded(block, revision);
            String message = "Restore %s to %s".formatted(label.text(), sha.substring(0, 10));
            Optional<BlockRow> row = database.inTransaction(tx -> tx.blocks().ofAgent(agentId, label.text()));
            return row.isPresent()
                    ? git.restore(
                            targets.requireNotLeftOut(targets.find(row.get().id())),
                            owner,
                            block,
                            text,
                            message,
                            caller)
                    : git.recreate(owner, block, text, message, caller);
        });
    }

    /**
     * Makes all of an agent's blocks what they were at a commit; those that were not there go. Files that are no blocks
     * stay as they are.
     *
     * @throws MemoryException if the agent is not enabled, or there is no such commit
     */
    Restored all(String agentId, String revision, Caller caller) {
        return targets.routed(() -> {
            Owner owner = owner(agentId);
            MemoryRepository repository = refreshed(owner);
            String sha = Views.resolve(repository, "to", revision);
            SortedMap<String, String> blocks = new TreeMap<>();
            for (Map.Entry<String, String> file :
                    read(() -> repository.files(sha), agentId).entrySet()) {
                BlockPaths.label(file.getKey()).ifPresent(label -> {
                    Block block = RepoDelta.parse(agentId, label, file.getValue());
                    if (block != null) {
                        requireBounded(block, revision);
                    }
                    blocks.put(file.getKey(), file.getValue());
                });
            }
            return git.restoreAll(owner, blocks, "Restore all blocks to " + sha.substring(0, 10), caller);
        });
    }

    /** What was written before there were bounds may stay, but is not written again. */
    private static void requireBounded(Block block, String revision) {
        try {
            block.metadata().requireBounded();
        } catch (RuleViolation e) {
            throw MemoryException.rule(
                    e.field(),
                    "'%s' can't be restored to what it was at %s: %s; nothing was written"
                            .formatted(block.label().text(), revision, e.getMessage()));
        }
    }

    private static MemoryException noBlock(String agentId, Label label, String revision) {
        return MemoryException.notFound("Agent %s had no block '%s' at %s".formatted(agentId, label.text(), revision));
    }

    private Owner owner(String agentId) {
        return targets.owner(targets.agent(agentId))
                .orElseThrow(() -> MemoryException.conflict(
                        "Agent %s is not enabled: git does not know what its blocks were".formatted(agentId)));
    }

    private MemoryRepository refreshed(Owner owner) {
        return read(
                () -> {
                    MemoryRepository repository = repositories.open(Homes.require(owner));
                    repository.refresh();
                    return repository;
                },
                owner.agentId());
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T read(Reading<T> reading, String agentId) {
        try {
            return reading.read();
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The repository of agent %s can't be read; nothing was written: %s"
                            .formatted(agentId, e.getMessage()),
                    e);
        }
    }
}
