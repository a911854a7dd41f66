package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.ImportPlan.Way;
import dev.gitmemory.repo.Incoming;
import dev.gitmemory.repo.IncomingFile;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.SourceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What an import does to an agent that is not git's yet. Its memory is what its rows say, not what the repository had
 * when it was git's, so that is what the import adds to, changes and takes from.
 *
 * @param plan the import's plan, its paths of blocks counted against the rows
 * @param rowPaths the paths of the blocks that the rows are going to be in git
 * @param renamed labels of the rows that enabling changes, by the former ones
 * @param rowCommits the first lines of the commits that the rows cost besides the import's own, oldest first
 */
record RowsPlan(ImportPlan plan, Set<String> rowPaths, List<Renamed> renamed, List<String> rowCommits) {

    /**
     * Finds out.
     *
     * @param rows what the agent's rows are going to be in git
     * @param plan what the import does to the repository as it is
     * @param gitWins whether the repository's files win in the end, or the rows
     * @param prune whether blocks that a folder does not have go
     */
    static RowsPlan of(
            Selection rows,
            MemoryRepository repository,
            Incoming incoming,
            ImportPlan plan,
            boolean gitWins,
            boolean prune)
            throws IOException {
        String agentId = repository.id().agentId();
        SortedMap<String, Block> before = new TreeMap<>();
        rows.blocks().values().forEach(block -> before.put(block.label().path(), block));
        boolean isFolder = incoming.kind() == SourceKind.FOLDER;
        SortedMap<String, Block> theirs = blocks(incoming);
        SortedMap<String, Block> after = new TreeMap<>(isFolder || !gitWins ? before : theirs);
        if (isFolder) {
            after.keySet().removeIf(path -> prune && !theirs.containsKey(path) && !isLeftOut(path, incoming));
            after.putAll(theirs);
        }
        ImportPlan counted = counted(before, after, plan, isFolder, repository.head() == null);
        List<String> commits = new ArrayList<>();
        if (repository.head() == null && isFolder) {
            commits.add(Enablement.message(agentId, true));
        } else if (!before.equals(isFolder || !gitWins ? inGit(repository) : theirs) && !before.isEmpty()) {
            commits.add(Enablement.message(agentId, false));
            if (!isFolder && gitWins) {
                commits.add(RowsCommit.messageOfReturn(agentId));
            }
        }
        return new RowsPlan(counted, before.keySet(), rows.renamed(), commits);
    }

    private static ImportPlan counted(
            Map<String, Block> before, Map<String, Block> after, ImportPlan plan, boolean isFolder, boolean isNew) {
        List<String> added = others(plan.added());
        if (isFolder && isNew) {
            added.remove(RowsCommit.ATTRIBUTES); // the rows' commit brings it
        }
        List<String> changed = others(plan.changed());
        List<String> removed = others(plan.removed());
        added.addAll(paths(after, before, (block, other) -> other == null));
        changed.addAll(paths(after, before, (block, other) -> other != null && !other.equals(block)));
        removed.addAll(paths(before, after, (block, other) -> other == null));
        added.sort(null);
        changed.sort(null);
        removed.sort(null);
        boolean nothing = added.isEmpty() && changed.isEmpty() && removed.isEmpty();
        Way way = isFolder ? (nothing ? Way.NOTHING : Way.COMMIT) : plan.way();
        return new ImportPlan(way, plan.headSha(), plan.newCommits(), added, changed, removed, plan.refs());
    }

    private static List<String> others(List<String> paths) {
        return new ArrayList<>(
                paths.stream().filter(path -> BlockPaths.label(path).isEmpty()).toList());
    }

    private static List<String> paths(
            Map<String, Block> of, Map<String, Block> others, BiPredicate<Block, @Nullable Block> which) {
        return of.entrySet().stream()
                .filter(block -> which.test(block.getValue(), others.get(block.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isLeftOut(String path, Incoming incoming) {
        return incoming.leftOut().stream().anyMatch(line -> line.startsWith(path + ": "));
    }

    private static SortedMap<String, Block> blocks(Incoming incoming) {
        SortedMap<String, Block> blocks = new TreeMap<>();
        for (IncomingFile file : incoming.files()) {
            put(blocks, file.path(), file.text());
        }
        return blocks;
    }

    /** The blocks that the repository has now, by path. */
    static SortedMap<String, Block> inGit(MemoryRepository repository) throws IOException {
        SortedMap<String, Block> blocks = new TreeMap<>();
        var head = repository.head();
        if (head != null) {
            repository.files(head.sha()).forEach((path, text) -> put(blocks, path, text));
        }
        return blocks;
    }

    private static void put(SortedMap<String, Block> blocks, String path, @Nullable String text) {
        try {
            Label label = BlockPaths.label(path).orElse(null);
            if (label != null && text != null) {
                blocks.put(path, BlockMarkdown.parse(label, text));
            }
        } catch (RuleViolation e) {
            // No block: one that breaks a rule is not imported, and one that is in git already is in no row.
        }
    }
}
