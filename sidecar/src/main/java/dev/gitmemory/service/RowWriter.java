package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.postgres.Intents.Intent;
import dev.gitmemory.postgres.Intents.Kind;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.CommitInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings an agent's rows and links to what the ledger says, label by label.
 *
 * <p>A label that git has and no link has yet becomes the row that an {@link Intent} names; or, where a label with the
 * same content disappeared at once, that label's row under its new name, so that {@code git mv} keeps a block's id and
 * its tags; or else a new row. A link to a row that is gone gets that row again. A label that git lost loses its link,
 * and its row too unless another agent has it or an intent keeps it.
 */
final class RowWriter {

    private final Tx tx;
    private final RepoDelta delta;
    private final Map<String, Ledger.File> ledgerBefore;
    private final Map<String, Ledger.File> ledger;
    private final Map<String, String> links = new HashMap<>();
    private final Map<String, Intent> intents = new HashMap<>();
    private final Map<String, CommitInfo> commits;
    private final Set<String> leftOut = new HashSet<>();
    private final Applier.@Nullable Kept kept;

    /**
     * @param ledgerBefore the ledger's files before {@link LedgerWriter} brought them to the head
     * @param kept told of strange rows, which are kept; null for not looking at what rows hold
     */
    RowWriter(Tx tx, RepoDelta delta, Map<String, Ledger.File> ledgerBefore, Applier.@Nullable Kept kept) {
        this.tx = tx;
        this.kept = kept;
        this.delta = delta;
        this.ledgerBefore = ledgerBefore;
        this.commits = delta.commitsBySha();
        this.ledger = tx.ledger().files(delta.agentId());
        tx.agents().links(delta.agentId()).forEach(l -> {
            links.put(l.label(), l.blockId());
            if (l.leftOut()) {
                leftOut.add(l.blockId());
            }
        });
        tx.intents().of(delta.agentId(), requests(delta)).forEach(i -> intents.put(i.label(), i));
    }

    /** The requests that the delta's commits were made for. */
    static List<UUID> requests(RepoDelta delta) {
        return delta.commits().stream()
                .flatMap(commit -> Stream.ofNullable(commit.requestId()))
                .toList();
    }

    void write() {
        renames().forEach(this::rename);
        for (RepoDelta.Touched touched : delta.touched().values()) {
            String blockId = links.get(touched.label());
            Block block = touched.block();
            if (block == null && blockId != null) {
                remove(touched.label(), blockId);
            } else if (block != null && blockId == null) {
                add(block, touched.commitSha());
            } else if (block != null && blockId != null) {
                keep(touched.label(), touched.label(), blockId, touched.commitSha());
                put(blockId, block, touched.commitSha());
            }
        }
        tx.intents().remove(requests(delta));
    }

    /**
     * Keeps what a row holds and neither git nor the ledger has, where that is wanted; and in any case what was left out, for
     * nobody else has it, and what the row's file meant by an earlier edition of the rules, for nobody wrote the change.
     *
     * @param commitSha what is to take its place; null where the row is removed
     */
    private void keep(String oldLabel, String newLabel, String blockId, @Nullable String commitSha) {
        boolean wasLeftOut = leftOut.remove(blockId);
        RepoDelta.Touched touched = delta.touched().get(newLabel);
        boolean readAnew = touched != null && touched.readAnew();
        if (kept == null && !wasLeftOut && !readAnew) {
            return;
        }
        Ledger.File before = readAnew ? null : ledgerBefore.get(oldLabel);
        Ledger.File now = commitSha == null ? null : ledger.get(newLabel);
        Optional<Long> report = tx.reports()
                .keep(
                        delta.agentId(),
                        blockId,
                        before == null ? null : before.digest(),
                        now == null ? null : now.digest(),
                        commitSha);
        if (wasLeftOut) {
            tx.reports().removeLeftOut(delta.agentId(), blockId);
        }
        if (kept != null) {
            report.ifPresent(id -> kept.row(oldLabel, id));
        }
    }

    /** New label by the label that it replaces. */
    private Map<String, String> renames() {
        Map<String, String> lost = new HashMap<>(); // digest and block id -> label
        delta.touched().values().stream()
                .filter(t -> t.block() == null && links.containsKey(t.label()) && !intents.containsKey(t.label()))
                .forEach(t -> {
                    lost.put(links.get(t.label()), t.label());
                    Ledger.File before = ledgerBefore.get(t.label());
                    if (before != null) {
                        lost.put(before.digest(), t.label());
                    }
                });
        Map<String, String> renames = new HashMap<>();
        delta.touched().values().stream()
                .filter(t -> t.block() != null && !links.containsKey(t.label()))
                .forEach(t -> {
                    Intent intent = intents.get(t.label());
                    Ledger.File now = ledger.get(t.label());
                    String old =
                            intent != null ? lost.get(intent.blockId()) : now == null ? null : lost.get(now.digest());
                    if (old != null && !renames.containsKey(old) && mayRename(links.get(old), t.label())) {
                        renames.put(old, t.label());
                    }
                });
        return renames;
    }

    /**
     * A row has one label for all its agents, so it is renamed only where git says so for each of them; its links follow
     * where there is a row; and an index has to hold both id and label.
     */
    private boolean mayRename(@Nullable String blockId, String newLabel) {
        return blockId != null
                && IndexEntries.fit(blockId, newLabel)
                && tx.blocks().isThere(blockId)
                && tx.agents().labelTaken(blockId, newLabel).isEmpty()
                && tx.agents().owners(blockId).stream()
                        .allMatch(o -> tx.ledger().files(o.agentId()).containsKey(newLabel));
    }

    private void rename(String oldLabel, String newLabel) {
        String blockId = Objects.requireNonNull(links.remove(oldLabel));
        RepoDelta.Touched touched = Objects.requireNonNull(delta.touched().get(newLabel));
        Block block = Objects.requireNonNull(touched.block());
        keep(oldLabel, newLabel, blockId, touched.commitSha());
        put(blockId, block, touched.commitSha());
        links.put(newLabel, blockId);
    }

    private void put(String blockId, Block block, String commitSha) {
        String sha = sha(tx, delta.agentId(), blockId, block.label().text(), commitSha);
        tx.blockWrites().put(blockId, delta.row().organizationId(), block, sha, authorId(commitSha));
    }

    private void remove(String label, String blockId) {
        Intent intent = intents.get(label);
        boolean keep = intent != null && intent.kind() == Kind.DETACH;
        if (!keep && tx.agents().otherLinks(blockId, delta.agentId()) == 0) {
            keep(label, label, blockId, null);
            tx.blockWrites().delete(blockId);
            return;
        }
        tx.agents()
                .unlink(
                        delta.agentId(),
                        blockId); // PostgreSQL gives the row what it owes to the agents that have it still
    }

    private void add(Block block, String commitSha) {
        String label = block.label().text();
        Intent intent = intents.get(label);
        String blockId = intent == null ? "block-" + UUID.randomUUID() : intent.blockId();
        if (intent == null) {
            tx.blockWrites().insert(blockId, delta.row().organizationId(), block, commitSha, authorId(commitSha));
        } else {
            put(blockId, block, commitSha);
        }
        tx.agents().link(delta.agentId(), label, blockId);
        links.put(label, blockId);
    }

    /** The SHA for a row: of the first agent, by id, among those of git's that have the block. */
    static String sha(Tx tx, String agentId, String blockId, String label, String ownSha) {
        List<String> owners = tx.agents().enabledOwners(List.of(blockId)).getOrDefault(blockId, List.of());
        if (owners.isEmpty() || agentId.compareTo(owners.get(0)) <= 0) {
            return ownSha;
        }
        Ledger.File first = tx.ledger().files(owners.get(0)).get(label);
        return first == null ? ownSha : first.commitSha();
    }

    private @Nullable String authorId(String commitSha) {
        CommitInfo commit = commits.get(commitSha);
        return commit == null ? null : commit.author().id();
    }
}
