package dev.gitmemory.repo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.diff.DiffEntry;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.AbstractTreeIterator;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** How two trees differ; null stands for the empty tree. */
final class TreeDiff {

    /** What a commit changed: paths sorted, and lines. */
    record Summary(List<String> paths, int additions, int deletions) {}

    private TreeDiff() {}

    /** The paths that differ, of those that are texts, without looking into files. */
    static Set<String> paths(ObjectReader reader, @Nullable ObjectId from, ObjectId to) throws IOException {
        Set<String> paths = new HashSet<>();
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(iterator(reader, from));
            walk.addTree(iterator(reader, to));
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                String path = TreePaths.text(walk);
                if (path != null) {
                    paths.add(path);
                }
            }
        }
        return paths;
    }

    static Summary summary(ObjectReader reader, @Nullable ObjectId from, ObjectId to) throws IOException {
        Set<String> paths = new TreeSet<>();
        int additions = 0;
        int deletions = 0;
        try (DiffFormatter formatter = formatter(reader, OutputStream.nullOutputStream())) {
            formatter.setAbbreviationLength(Constants.OBJECT_ID_STRING_LENGTH); // nobody sees them
            for (DiffEntry entry : formatter.scan(iterator(reader, from), iterator(reader, to))) {
                EditList edits = formatter.toFileHeader(entry).toEditList();
                paths.add(path(entry));
                additions += additions(edits);
                deletions += deletions(edits);
            }
        }
        return new Summary(List.copyOf(paths), additions, deletions);
    }

    /** @param path a file or folder; null for all */
    static List<FileChange> changes(ObjectReader reader, @Nullable ObjectId from, ObjectId to, @Nullable String path)
            throws IOException {
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        List<FileChange> changes = new ArrayList<>();
        try (DiffFormatter formatter = formatter(reader, patch)) {
            if (path != null) {
                formatter.setPathFilter(PathFilter.create(path));
            }
            for (DiffEntry entry : formatter.scan(iterator(reader, from), iterator(reader, to))) {
                patch.reset();
                formatter.format(entry);
                formatter.flush();
                EditList edits = formatter.toFileHeader(entry).toEditList();
                changes.add(new FileChange(
                        path(entry),
                        type(entry),
                        patch.toString(StandardCharsets.UTF_8),
                        additions(edits),
                        deletions(edits)));
            }
        }
        changes.sort(Comparator.comparing(FileChange::path));
        return changes;
    }

    private static DiffFormatter formatter(ObjectReader reader, OutputStream out) {
        DiffFormatter formatter = new DiffFormatter(out);
        formatter.setReader(reader, new Config());
        formatter.setDetectRenames(false);
        formatter.setBinaryFileThreshold(TreeLeaf.LARGEST_TEXT_BYTES);
        return formatter;
    }

    private static AbstractTreeIterator iterator(ObjectReader reader, @Nullable ObjectId tree) throws IOException {
        return tree == null ? new EmptyTreeIterator() : new CanonicalTreeParser(null, reader, tree);
    }

    private static String path(DiffEntry entry) {
        return entry.getChangeType() == DiffEntry.ChangeType.DELETE ? entry.getOldPath() : entry.getNewPath();
    }

    private static FileChange.Type type(DiffEntry entry) {
        return switch (entry.getChangeType()) {
            case ADD -> FileChange.Type.ADDED;
            case DELETE -> FileChange.Type.DELETED;
            default -> FileChange.Type.MODIFIED;
        };
    }

    private static int additions(EditList edits) {
        return edits.stream().mapToInt(e -> e.getLengthB()).sum();
    }

    private static int deletions(EditList edits) {
        return edits.stream().mapToInt(e -> e.getLengthA()).sum();
    }
}
