package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.repo.IncomingFile;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits of imported files that state none. The format gives them {@link Block#DEFAULT_LIMIT}; who imports may want
 * another, which is written into them then, for a file says by itself what it means. A block that the agent has keeps its
 * limit so.
 *
 * @param wanted what others get; null for the format's
 * @param existing of the agent's blocks, by path; of no meaning where nothing is wanted
 */
record BlockLimits(@Nullable Integer wanted, Map<String, Integer> existing) {

    /** As the format has it. */
    static final BlockLimits NONE = new BlockLimits(null, Map.of());

    static BlockLimits of(int wanted, Collection<Block> existing) {
        Map<String, Integer> limits = new HashMap<>();
        existing.forEach(block -> limits.put(block.label().path(), block.limit()));
        return new BlockLimits(wanted, limits);
    }

    /** The files that get a limit, with it, by path. What can't be a block's file is not among them. */
    SortedMap<String, String> written(List<IncomingFile> files) {
        SortedMap<String, String> texts = new TreeMap<>();
        if (wanted == null) {
            return texts;
        }
        for (IncomingFile file : files) {
            String text = file.text();
            Label label = BlockPaths.label(file.path()).orElse(null);
            if (text == null || label == null || file.unchanged() || file.pathProblem() != null) {
                continue;
            }
            try {
                if (!ImportRules.isLfsPointer(text) && !BlockMarkdown.statesLimit(text)) {
                    Block block =
                            BlockMarkdown.parseNew(label, text).withLimit(existing.getOrDefault(file.path(), wanted));
                    String limited = BlockMarkdown.rerender(text, block);
                    if (!limited.equals(text)) {
                        texts.put(file.path(), limited);
                    }
                }
            } catch (RuleViolation e) {
                // The rules refuse it, by name.
            }
        }
        return texts;
    }

    /**
     * Refuses a value over its limit.
     *
     * @param isGiven whether the file has its limit from here
     * @throws RuleViolation with the way out
     */
    void check(String path, Block block, boolean statesLimit, boolean isGiven) {
        int length = block.length();
        if (length <= block.limit()) {
            return;
        }
        if (statesLimit && !isGiven) {
            throw new RuleViolation(
                    "value",
                    "value is %d characters long, over the limit of %d that the file states; write 'limit: %d' there, or shorten it"
                            .formatted(length, block.limit(), length));
        }
        String ofFile = "add 'limit: %d' to the file's front matter".formatted(length);
        String problem;
        if (!isGiven) {
            problem = "over the limit of %d of a file without 'limit:'; %s, or give --limit %d"
                    .formatted(block.limit(), ofFile, length);
        } else if (existing.containsKey(path)) {
            problem = "over the limit of %d that the agent's block has, which --limit does not change; %s"
                    .formatted(block.limit(), ofFile);
        } else {
            problem = "over --limit %d; %s, or give --limit %d".formatted(block.limit(), ofFile, length);
        }
        throw new RuleViolation("value", "value is %d characters long, %s".formatted(length, problem));
    }
}
