package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.repo.Edit;
import dev.gitmemory.repo.FileTree;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a repository's files that writes of blocks consist of. They are evaluated where they are committed,
 * on the newest files, so what they refuse they refuse in the light of every commit before them.
 */
final class BlockEdits {

    private BlockEdits() {}

    /**
     * What the caller has seen of a label, checked once more against the files that the commit is made on.
     *
     * @param seen the file's content when the caller's condition was found to hold
     */
    record Condition(String expectedSha, @Nullable String seen) {

        void check(Label label, @Nullable String now) {
            if (!java.util.Objects.equals(seen, now)) {
                throw MemoryException.stale("'%s' was changed after %s; read it again and repeat the write"
                        .formatted(label.text(), expectedSha));
            }
        }
    }

    /** Adds a block; its label must be free. */
    static Edit create(Block block) {
        return files -> {
            requireFree(files, block.label());
            files.write(block.label().path(), BlockMarkdown.render(block));
        };
    }

    /**
     * Changes a block, and renames it where the patch says so.
     *
     * @param result receives the block after the change
     */
    static Edit update(
            String agentId,
            Label label,
            BlockPatch patch,
            Optional<Condition> condition,
            AtomicReference<@Nullable Block> result) {
        return files -> {
            String old = files.read(label.path());
            condition.ifPresent(c -> c.check(label, old));
            Block block = RepoDelta.parse(agentId, label, old);
            if (old == null || block == null) {
                throw noBlock(agentId, label);
            }
            Block changed = patch.applyTo(block);
            if (!changed.label().equals(label)) {
                requireFree(files, changed.label());
                files.delete(label.path());
            }
            files.write(changed.label().path(), BlockMarkdown.rerender(old, changed));
            result.set(changed);
        };
    }

    /** Removes a block. */
    static Edit delete(String agentId, Label label, Optional<Condition> condition) {
        return files -> {
            String old = files.read(label.path());
            condition.ifPresent(c -> c.check(label, old));
            if (old == null) {
                throw noBlock(agentId, label);
            }
            files.delete(label.path());
        };
    }

    /**
     * Makes a block what it was at an earlier commit.
     *
     * @param text the file that it had then, front matter included; null to keep what this repository's file says
     *     besides the block
     */
    static Edit restore(String agentId, Block block, @Nullable String text) {
        return files -> {
            String old = files.read(block.label().path());
            if (old == null) {
                throw noBlock(agentId, block.label());
            }
            files.write(block.label().path(), text == null ? BlockMarkdown.rerender(old, block) : text);
        };
    }

    /** Brings a block back under a label that is free. */
    static Edit recreate(Block block, String text) {
        return files -> {
            requireFree(files, block.label());
            files.write(block.label().path(), text);
        };
    }

    /** Makes the files of blocks these and no others; other files stay. */
    static Edit restoreAll(SortedMap<String, String> blocks) {
        return files -> {
            List.copyOf(files.paths()).stream()
                    .filter(p -> BlockPaths.label(p).isPresent() && !blocks.containsKey(p))
                    .forEach(files::delete);
            blocks.forEach(files::write);
        };
    }

    private static MemoryException noBlock(String agentId, Label label) {
        return MemoryException.notFound("Agent %s has no block '%s'".formatted(agentId, label.text()));
    }

    private static void requireFree(FileTree files, Label label) {
        if (files.exists(label.path())) {
            throw MemoryException.conflict("There is a block '%s' already".formatted(label.text()));
        }
        String folder = label.path() + "/";
        if (files.paths().tailSet(folder).stream()
                .findFirst()
                .filter(p -> p.startsWith(folder))
                .isPresent()) {
            throw MemoryException.conflict(
                    "'%s' can't be a block: git has a folder of the name %s".formatted(label.text(), label.path()));
        }
    }
}
