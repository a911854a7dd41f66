package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.postgres.AgentTable.Link;
import dev.gitmemory.postgres.BlockSize;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.service.Difference.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares an agent's ledger and rows with git, in one transaction that holds the repository's row. */
final class Comparison {

    private final Tx tx;
    private final RepoDelta git;
    private final Map<String, Ledger.File> ledger;
    private final Map<String, BlockSize> rows;
    private final Map<String, String> links;
    private final Map<String, String> rowDigests;
    private final Map<String, String> leftOut;
    private final List<Difference> differences = new ArrayList<>();

    private Comparison(Tx tx, RepoDelta git) {
        this.tx = tx;
        this.git = git;
        this.ledger = tx.ledger().files(git.agentId());
        this.rows = tx.blocks().sizesOfAgent(git.agentId()).stream()
                .collect(Collectors.toMap(BlockSize::label, row -> row));
        this.links = tx.agents().links(git.agentId()).stream().collect(Collectors.toMap(Link::label, Link::blockId));
        this.rowDigests = tx.ledger().rowDigests(git.agentId());
        this.leftOut =
                tx.reports().leftOut(git.agentId()).stream().collect(Collectors.toMap(LeftOut::label, LeftOut::reason));
    }

    /** What differs, by label; {@code git} covers every label that git has. */
    static List<Difference> of(Tx tx, RepoDelta git) {
        Comparison comparison = new Comparison(tx, git);
        comparison.compare();
        return comparison.differences;
    }

    private void compare() {
        if (!git.head().sha().equals(git.row().appliedSha())) {
            add(
                    "",
                    Kind.LEDGER,
                    "PostgreSQL has applied %s, git's head is %s"
                            .formatted(git.row().appliedSha(), git.head().sha()));
        }
        SortedSet<String> labels = new TreeSet<>(git.touched().keySet());
        labels.addAll(ledger.keySet());
        labels.addAll(rows.keySet());
        labels.addAll(links.keySet());
        for (String label : labels) {
            RepoDelta.Touched file = git.touched().get(label);
            Block block = file == null ? null : file.block();
            if (file == null || block == null) {
                compareAbsent(label);
            } else {
                compare(label, block, file.commitSha());
            }
        }
    }

    private void compareAbsent(String label) {
        BlockSize row = rows.get(label);
        String reason = leftOut.get(label);
        if (row != null && reason != null) {
            add(
                    label,
                    Kind.LEFT_OUT,
                    "block %s was left out when the agent was enabled: %s".formatted(row.id(), reason));
        } else if (row != null) {
            add(label, Kind.EXTRA_ROW, "block %s is not in git".formatted(row.id()));
        } else if (isDangling(label)) {
            add(
                    label,
                    Kind.EXTRA_ROW,
                    "a row links it to block %s, which does not exist; it is not in git".formatted(links.get(label)));
        }
        if (ledger.containsKey(label)) {
            add(label, Kind.LEDGER, "the ledger has it, git has not");
        }
    }

    private boolean isDangling(String label) {
        String blockId = links.get(label);
        return blockId != null
                && rows.values().stream().noneMatch(row -> row.id().equals(blockId));
    }

    private void compare(String label, Block block, String commitSha) {
        String digest = tx.ledger().digest(block);
        Ledger.File recorded = ledger.get(label);
        if (recorded == null
                || !recorded.digest().equals(digest)
                || !recorded.commitSha().equals(commitSha)) {
            add(label, Kind.LEDGER, "the ledger does not say what git says since " + commitSha);
        }
        compareRow(label, rows.get(label), digest, commitSha);
    }

    private void compareRow(String label, @Nullable BlockSize row, String digest, String commitSha) {
        if (row == null) {
            add(label, Kind.MISSING_ROW, "git has it since " + commitSha);
            return;
        }
        if (!digest.equals(rowDigests.get(label))) {
            add(label, Kind.CONTENT, "block %s differs from git's %s".formatted(row.id(), commitSha));
        }
        String expected = RowWriter.sha(tx, git.agentId(), row.id(), label, commitSha);
        if (!expected.equals(row.gitSha())) {
            add(label, Kind.SHA, "block %s carries %s, expected %s".formatted(row.id(), row.gitSha(), expected));
        }
    }

    private void add(String label, Kind kind, String what) {
        differences.add(new Difference(label, kind, what, ""));
    }
}
