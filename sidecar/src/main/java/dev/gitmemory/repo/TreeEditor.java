package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** The files of a commit in the making, on top of an existing tree. */
final class TreeEditor implements FileTree {

    private final BundleLog log;
    private final ObjectReader reader;
    private final TreeFolder root;
    private final Set<String> brought = new TreeSet<>();
    private final Set<String> taken = new TreeSet<>();

    /** @param base the tree to begin with; null for none */
    TreeEditor(BundleLog log, ObjectReader reader, @Nullable ObjectId base) {
        this.log = log;
        this.reader = reader;
        this.root = new TreeFolder(reader, base);
    }

    /** Inserts what is new and answers the id of the tree. */
    ObjectId write(ObjectInserter into) throws IOException {
        return root.write(into);
    }

    /** Where something is now and nothing was at the beginning. */
    Set<String> brought() {
        return brought;
    }

    /** The paths that there were at the beginning. */
    SortedSet<String> pathsBefore() {
        SortedSet<String> before = paths();
        before.removeAll(brought);
        before.addAll(taken);
        return before;
    }

    @Override
    public @Nullable String read(String path) {
        try {
            TreeLeaf leaf = find(path);
            return leaf == null ? null : leaf.text(path, reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean exists(String path) {
        try {
            return find(path) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(String path, String content) {
        byte[] bytes = Texts.encode(path, content);
        try {
            put(path, TreeLeaf.file(bytes, find(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void restore(String path, String commitSha) {
        PathRules.check(path);
        LoggedCommit commit = Revisions.commit(log, commitSha);
        try (TreeWalk there = TreeWalk.forPath(reader, path, commit.tree())) {
            if (there == null || there.getFileMode().equals(FileMode.TREE)) {
                delete(path);
            } else {
                put(path, TreeLeaf.existing(there.getFileMode(), there.getObjectId(0)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void delete(String path) {
        try {
            TreeFolder folder = folderOf(path);
            if (folder != null && folder.leaves().remove(lastKey(path)) != null && !brought.remove(path)) {
                taken.add(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SortedSet<String> paths() {
        SortedSet<String> paths = new TreeSet<>();
        try {
            collect(root, "", paths);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return paths;
    }

    private static void collect(TreeFolder folder, String prefix, SortedSet<String> paths) throws IOException {
        for (String key : folder.leaves().keySet()) {
            String name = TreeFolder.name(key);
            if (name != null) {
                paths.add(prefix + name);
            }
        }
        for (var sub : folder.folders().entrySet()) {
            String name = TreeFolder.name(sub.getKey());
            if (name != null) {
                collect(sub.getValue(), prefix + name + "/", paths);
            }
        }
    }

    private @Nullable TreeLeaf find(String path) throws IOException {
        TreeFolder folder = folderOf(path);
        return folder == null ? null : folder.leaves().get(lastKey(path));
    }

    /** The folder that {@code path} is in, or null if there is none. */
    private @Nullable TreeFolder folderOf(String path) throws IOException {
        PathRules.check(path);
        TreeFolder folder = root;
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length - 1 && folder != null; i++) {
            folder = folder.folders().get(TreeFolder.key(segments[i]));
        }
        return folder;
    }

    private void put(String path, TreeLeaf leaf) throws IOException {
        TreeFolder folder = root;
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length - 1; i++) {
            String key = TreeFolder.key(segments[i]);
            if (folder.leaves().containsKey(key)) {
                throw new IllegalArgumentException(
                        "There can be nothing at '" + path + "': '" + segments[i] + "' is a file");
            }
            TreeFolder sub = folder.folders().get(key);
            folder = sub == null ? folder.addFolder(key) : sub;
        }
        TreeFolder sameName = folder.folders().get(lastKey(path));
        if (sameName != null && !sameName.isEmpty()) {
            throw new IllegalArgumentException("There can be no file at '" + path + "': it is a folder");
        }
        if (folder.leaves().put(lastKey(path), leaf) == null && !taken.remove(path)) {
            brought.add(path);
        }
    }

    private static String lastKey(String path) {
        return TreeFolder.key(path.substring(path.lastIndexOf('/') + 1));
    }
}
