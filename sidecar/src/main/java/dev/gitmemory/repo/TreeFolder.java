package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a commit in the making. Its subfolders are read when they are entered and written when they were read, so
 * that an edit costs as much as the folders on its way.
 *
 * <p>Names are kept as bytes, one a char (ISO 8859-1): git does not say that they are UTF-8, and a name that is not
 * must come out as it came in.
 */
final class TreeFolder {

    private final ObjectReader reader;
    private final @Nullable ObjectId original;
    private final Map<String, TreeLeaf> leaves = new TreeMap<>();
    private final Map<String, TreeFolder> folders = new TreeMap<>();
    private boolean loaded;

    /** @param original null for a new folder */
    TreeFolder(ObjectReader reader, @Nullable ObjectId original) {
        this.reader = reader;
        this.original = original;
    }

    /** The key of a name. */
    static String key(String segment) {
        return new String(segment.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The name of a key; null if it is no UTF-8. */
    static @Nullable String name(String key) {
        return TreePaths.text(key.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** May be changed. */
    Map<String, TreeLeaf> leaves() throws IOException {
        load();
        return leaves;
    }

    /** May be changed. */
    Map<String, TreeFolder> folders() throws IOException {
        load();
        return folders;
    }

    TreeFolder addFolder(String key) throws IOException {
        TreeFolder folder = new TreeFolder(reader, null);
        folders().put(key, folder);
        return folder;
    }

    /** Git has no empty folders: one that lost its last file is none. */
    boolean isEmpty() throws IOException {
        if (!loaded && original != null) {
            return false;
        }
        for (TreeFolder folder : folders.values()) {
            if (!folder.isEmpty()) {
                return false;
            }
        }
        return leaves.isEmpty();
    }

    /** Inserts what is new in it and answers the id of the tree. */
    ObjectId write(ObjectInserter into) throws IOException {
        if (!loaded && original != null) {
            return original;
        }
        // Git sorts a folder as if its name ended in a slash; no name has one.
        Map<String, FileMode> modes = new TreeMap<>();
        Map<String, ObjectId> ids = new TreeMap<>();
        for (var leaf : leaves.entrySet()) {
            modes.put(leaf.getKey(), leaf.getValue().mode());
            ids.put(leaf.getKey(), leaf.getValue().write(into));
        }
        for (var folder : folders.entrySet()) {
            if (!folder.getValue().isEmpty()) {
                modes.put(folder.getKey() + "/", FileMode.TREE);
                ids.put(folder.getKey() + "/", folder.getValue().write(into));
            }
        }
        TreeFormatter tree = new TreeFormatter();
        modes.forEach((key, mode) -> {
            byte[] name = key.getBytes(StandardCharsets.ISO_8859_1);
            int length = mode == FileMode.TREE ? name.length - 1 : name.length;
            tree.append(name, 0, length, mode, ids.get(key));
        });
        return into.insert(tree);
    }

    private void load() throws IOException {
        if (loaded) {
            return;
        }
        if (original != null) {
            CanonicalTreeParser entry = new CanonicalTreeParser(null, reader, original);
            for (; !entry.eof(); entry.next()) {
                byte[] name = new byte[entry.getNameLength()];
                entry.getName(name, 0);
                String key = new String(name, StandardCharsets.ISO_8859_1);
                if (entry.getEntryFileMode().equals(FileMode.TREE)) {
                    folders.put(key, new TreeFolder(reader, entry.getEntryObjectId()));
                } else {
                    leaves.put(key, TreeLeaf.existing(entry.getEntryFileMode(), entry.getEntryObjectId()));
                }
            }
        }
        loaded = true;
    }
}
