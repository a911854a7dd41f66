package dev.gitmemory.repo;

import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** Reads what a commit says, and its files. */
final class CommitReader {

    private CommitReader() {}

    static CommitInfo info(LoggedCommit commit, ObjectReader reader, CommitMac mac) throws IOException {
        RevCommit parsed =
                RevCommit.parse(reader.open(commit, Constants.OBJ_COMMIT).getBytes());
        CommitText text = CommitText.of(parsed, mac);
        @Nullable
        LoggedCommit parent =
                commit.parents().isEmpty() ? null : commit.parents().get(0);
        TreeDiff.Summary changed = TreeDiff.summary(reader, parent == null ? null : parent.tree(), commit.tree());
        return new CommitInfo(
                commit.name(),
                parent == null ? null : parent.name(),
                commit.generation(),
                text.author(),
                text.message(),
                text.requestId(),
                CommitText.timestamp(parsed),
                changed.paths(),
                changed.additions(),
                changed.deletions());
    }

    static SortedMap<String, String> files(LoggedCommit commit, ObjectReader reader) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(commit.tree());
            walk.setRecursive(true);
            while (walk.next()) {
                String path = TreePaths.text(walk);
                String text = path == null
                        ? null
                        : TreeLeaf.existing(walk.getFileMode(), walk.getObjectId(0))
                                .textOrNull(reader);
                if (path != null && text != null) {
                    files.put(path, text);
                }
            }
        }
        return files;
    }

    /** What is at {@code path}; null if nothing is, or a folder. */
    static @Nullable TreeLeaf find(LoggedCommit commit, String path, ObjectReader reader) throws IOException {
        if (path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
            return null;
        }
        try (TreeWalk walk = TreeWalk.forPath(reader, path, commit.tree())) {
            return walk == null || walk.getFileMode().equals(FileMode.TREE)
                    ? null
                    : TreeLeaf.existing(walk.getFileMode(), walk.getObjectId(0));
        }
    }
}
