package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import java.util.Optional;

/** Tells which of a repository's files are blocks, also in histories that others have written. */
final class BlockPaths {

    private BlockPaths() {}

    /**
     * The label of a file; empty for a file that belongs to the repository alone, and for one whose name is no label:
     * it can't be a block, and where it is gone again nobody needs to know.
     */
    static Optional<Label> label(String path) {
        try {
            return Label.ofPath(path);
        } catch (RuleViolation e) {
            return Optional.empty();
        }
    }
}
