package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.Tx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of an agent's rows git can have, under which labels, and which not and why.
 *
 * <p>Rows that keep their label come first, so that of two that would have the same the one is left out that would have
 * to be renamed.
 *
 * @param blocks by block id
 * @param renamed labels of these that are others than the rows have, by those
 */
record Selection(SortedMap<String, Block> blocks, List<Renamed> renamed, List<LeftOut> leftOut) {

    /** @param keepsLabel whether a row's label stays, where others get the prefix {@code system/} */
    static Selection of(Tx tx, String agentId, AgentRows rows, Predicate<BlockRow> keepsLabel) {
        SortedMap<String, Block> blocks = new TreeMap<>();
        SortedMap<String, String> labelByPath = new TreeMap<>();
        List<Renamed> renamed = new ArrayList<>();
        List<LeftOut> leftOut = new ArrayList<>();
        rows.large()
                .forEach(large -> leftOut.add(new LeftOut(
                        large.row().id(),
                        large.row().label(),
                        String.valueOf(large.reason().getMessage()))));
        List<BlockRow> ordered = rows.small().stream()
                .sorted(Comparator.comparing((BlockRow row) -> !keepsLabel.test(row) && isRenamed(row)))
                .toList();
        for (BlockRow row : ordered) {
            try {
                Label label = Label.of(row.label());
                Block block = Enablement.block(row, keepsLabel.test(row) ? label : label.withSystemPrefix());
                block.metadata().requireBounded();
                if (!block.label().equals(label)) {
                    IndexEntries.requireLabel(agentId, row.id(), block.label());
                }
                Optional<String> collision = collision(tx, agentId, row, block.label(), labelByPath);
                if (collision.isPresent()) {
                    leftOut.add(new LeftOut(row.id(), row.label(), collision.get()));
                } else {
                    labelByPath.put(block.label().path(), row.label());
                    blocks.put(row.id(), block);
                    if (!block.label().equals(label)) {
                        renamed.add(new Renamed(label.text(), block.label().text()));
                    }
                }
            } catch (RuleViolation e) {
                leftOut.add(new LeftOut(row.id(), row.label(), String.valueOf(e.getMessage())));
            }
        }
        renamed.sort(Comparator.comparing(Renamed::from));
        return new Selection(blocks, renamed, leftOut);
    }

    private static boolean isRenamed(BlockRow row) {
        return !row.label().startsWith("system/");
    }

    private static Optional<String> collision(
            Tx tx, String agentId, BlockRow row, Label label, SortedMap<String, String> labelByPath) {
        String other = labelByPath.get(label.path());
        if (other != null) {
            return Optional.of("'%s' and '%s' would both become '%s'".formatted(other, row.label(), label.text()));
        }
        String inTheWay = folderOrFile(label.path(), labelByPath);
        if (inTheWay != null) {
            return Optional.of("'%s' and '%s' can't both be files: one would be a folder of the other"
                    .formatted(inTheWay, row.label()));
        }
        Optional<String> leftOutElsewhere = tx.reports().whyLeftOut(row.id(), agentId);
        if (leftOutElsewhere.isPresent()) {
            return leftOutElsewhere.map(reason -> "another agent, which shares it, left it out: " + reason);
        }
        return tx.agents()
                .labelTaken(row.id(), label.text())
                .filter(taken -> !taken.agentId().equals(agentId))
                .map(taken -> "'%s' can't become '%s': %s, which shares it, has that"
                        .formatted(
                                row.label(),
                                label.text(),
                                taken.mayBeNamed() ? "agent " + taken.agentId() : "another agent"));
    }

    /** The label whose file would be a folder on the way to {@code path}, or below whose folder it would be. */
    private static @Nullable String folderOrFile(String path, SortedMap<String, String> labelByPath) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            String folder = labelByPath.get(path.substring(0, slash));
            if (folder != null) {
                return folder;
            }
        }
        SortedMap<String, String> below = labelByPath.tailMap(path + "/");
        return !below.isEmpty() && below.firstKey().startsWith(path + "/") ? below.get(below.firstKey()) : null;
    }
}
