package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.ChangedFile;
import dev.gitmemory.repo.Changes;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the commit that an agent's rows equal and its head.
 *
 * @param row the repository as the ledger has it, locked by the transaction under way
 * @param commits the commits to record, oldest first
 * @param touched the labels to look at
 */
record RepoDelta(
        Ledger.Repo row,
        MemoryRepository repository,
        Head head,
        List<CommitInfo> commits,
        SortedMap<String, Touched> touched) {

    /**
     * A label's state at the head.
     *
     * @param block null when git does not have it
     * @param commitSha the commit that touched it last; empty where git never had it
     * @param readAnew whether no commit has touched it, but its file was read by an earlier edition of the rules
     */
    record Touched(String label, @Nullable Block block, String commitSha, boolean readAnew) {}

    String agentId() {
        return row.agentId();
    }

    /**
     * The labels that commits since the applied one have touched; and all others that git has, where the ledger was written by
     * an earlier edition of the rules for files.
     */
    static RepoDelta newCommits(Ledger.Repo row, MemoryRepository repository) throws IOException {
        Head head = Heads.require(repository, row);
        RepoDelta delta = newCommits(row, repository, head);
        if (row.isReadOtherwise()) {
            for (Touched file : touched(
                            row, repository.changesSince(null, head.sha()).files())
                    .values()) {
                delta.touched()
                        .putIfAbsent(file.label(), new Touched(file.label(), file.block(), file.commitSha(), true));
            }
        }
        return delta;
    }

    private static RepoDelta newCommits(Ledger.Repo row, MemoryRepository repository, Head head) throws IOException {
        if (row.appliedSha() != null && head.entry() <= row.appliedSeq()) {
            return new RepoDelta(row, repository, head, List.of(), new TreeMap<>());
        }
        Changes changes = repository.changesSince(row.appliedSha(), head.sha());
        return new RepoDelta(row, repository, head, changes.commits(), touched(row, changes.files()));
    }

    /** Every label that git has, and every label that the rows have and git has not. */
    static RepoDelta everything(Ledger.Repo row, MemoryRepository repository, Collection<String> linkedLabels)
            throws IOException {
        Head head = Heads.require(repository, row);
        List<CommitInfo> commits = row.appliedSha() != null && head.entry() <= row.appliedSeq()
                ? List.of()
                : repository.changesSince(row.appliedSha(), head.sha()).commits();
        SortedMap<String, Touched> touched =
                touched(row, repository.changesSince(null, head.sha()).files());
        for (String label : linkedLabels) {
            touched.putIfAbsent(label, new Touched(label, null, "", false));
        }
        return new RepoDelta(row, repository, head, commits, touched);
    }

    /** Every label that git had at a commit, which need not be the newest. */
    static RepoDelta at(Ledger.Repo row, MemoryRepository repository, Head head) throws IOException {
        return new RepoDelta(
                row,
                repository,
                head,
                repository.changesSince(row.appliedSha(), head.sha()).commits(),
                touched(row, repository.changesSince(null, head.sha()).files()));
    }

    private static SortedMap<String, Touched> touched(Ledger.Repo row, List<ChangedFile> files) {
        SortedMap<String, Touched> touched = new TreeMap<>();
        for (ChangedFile file : files) {
            label(row.agentId(), file).ifPresent(l -> touched.put(l.text(), touched(row.agentId(), l, file)));
        }
        return touched;
    }

    private static Optional<Label> label(String agentId, ChangedFile file) {
        if (file.kind() == ChangedFile.Kind.DELETED) {
            return BlockPaths.label(file.path());
        }
        try {
            return Label.ofPath(file.path());
        } catch (RuleViolation e) {
            throw MemoryException.conflict("Agent %s: git has a file %s that can't be a block: %s. Rename it in git."
                    .formatted(agentId, file.path(), e.getMessage()));
        }
    }

    private static Touched touched(String agentId, Label label, ChangedFile file) {
        if (file.kind() == ChangedFile.Kind.OTHER) {
            throw invalid(agentId, label, "it is not a text file.");
        }
        Block block = parse(agentId, label, file.text());
        if (block != null) {
            requireApplicable(agentId, block);
        }
        return new Touched(label.text(), block, file.commitSha(), false);
    }

    /** What PostgreSQL could not hold it is not given: each attempt would cost it all of its memory. */
    private static void requireApplicable(String agentId, Block block) {
        try {
            block.metadata().requireApplicable();
        } catch (RuleViolation e) {
            throw MemoryException.conflict("Agent %s: PostgreSQL can't have git's '%s': %s, and PostgreSQL follows."
                    .formatted(agentId, block.label().text(), e.getMessage()));
        }
    }

    /** The block that a file holds, or null when there is no file. */
    static @Nullable Block parse(String agentId, Label label, @Nullable String content) {
        if (content == null) {
            return null;
        }
        try {
            return BlockMarkdown.parse(label, content);
        } catch (RuleViolation e) {
            throw invalid(agentId, label, e.getMessage());
        }
    }

    private static MemoryException invalid(String agentId, Label label, @Nullable String why) {
        return MemoryException.conflict("Agent %s: git's %s is not a valid block: %s Commit a valid file on top."
                .formatted(agentId, label.path(), why));
    }

    /** The block that git's head has under a label, or null. */
    @Nullable
    Block atHead(String label) throws IOException {
        Touched known = touched.get(label);
        if (known != null) {
            return known.block();
        }
        Label l = Label.of(label);
        return parse(agentId(), l, repository.file(head.sha(), l.path()));
    }

    Map<String, CommitInfo> commitsBySha() {
        Map<String, CommitInfo> bySha = new TreeMap<>();
        commits.forEach(c -> bySha.put(c.sha(), c));
        return bySha;
    }
}
