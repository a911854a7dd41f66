package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.Commits;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.CommitInfo;
import java.util.Optional;

/** Brings an agent's part of the ledger to its head; before the rows, since the guard judges rows by the ledger. */
final class LedgerWriter {

    private LedgerWriter() {}

    static void write(Tx tx, RepoDelta delta) {
        String agentId = delta.agentId();
        for (RepoDelta.Touched touched : delta.touched().values()) {
            Block block = touched.block();
            if (block == null) {
                tx.ledger().removeFile(agentId, touched.label());
            } else {
                tx.ledger().putFile(agentId, block, touched.commitSha());
            }
        }
        tx.commits()
                .put(agentId, delta.commits().stream().map(LedgerWriter::commit).toList());
        tx.ledger()
                .setApplied(
                        agentId,
                        new Ledger.Position(
                                delta.head().sha(),
                                delta.head().entry(),
                                delta.repository().entries(),
                                delta.repository().commits()));
    }

    private static Commits.Commit commit(CommitInfo commit) {
        return new Commits.Commit(
                commit.sha(),
                commit.parentSha(),
                commit.seq(),
                commit.author().type().word(),
                commit.author().id(),
                commit.author().name(),
                commit.message(),
                commit.timestamp(),
                commit.filesChanged().stream()
                        .map(BlockPaths::label)
                        .flatMap(Optional::stream)
                        .map(Label::text)
                        .toList(),
                commit.requestId());
    }
}
