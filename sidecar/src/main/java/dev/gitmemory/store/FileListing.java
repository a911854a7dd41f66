package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing: walks only the folders that can hold an answer, in the order of the keys. A link on the way to
 * the prefix is an error; one below it is listed as an object without content, whatever it leads to: reading it says what it is.
 */
final class FileListing {

    /** A file or folder of the store; a folder's key ends in {@code /}, which puts it where its content sorts. */
    private record Child(String key, String name, boolean isFolder, long size) {}

    private final FolderTree tree;
    private final String prefix;
    private final String startAfter;
    private final int limit;
    private final List<ObjectStore.Entry> page = new ArrayList<>();

    FileListing(FolderTree tree, String prefix, String startAfter, int limit) {
        this.tree = tree;
        this.prefix = prefix;
        this.startAfter = startAfter;
        this.limit = limit;
    }

    List<ObjectStore.Entry> page() throws IOException {
        int end = prefix.lastIndexOf('/');
        List<String> names = end > 0 ? FileNames.path(prefix.substring(0, end)) : List.of();
        try (Folder folder = tree.find(names)) {
            if (folder != null) { // else nothing has such a prefix
                walk(folder, prefix.substring(0, end + 1));
            }
        }
        return page;
    }

    private void walk(Folder folder, String folderKey) throws IOException {
        for (Child child : children(folder, folderKey)) {
            if (page.size() == limit) {
                return;
            }
            if (!child.isFolder()) {
                page.add(new ObjectStore.Entry(child.key(), child.size()));
                continue;
            }
            try (Folder inner = folder.folder(child.name())) {
                if (inner != null) { // else it is gone since
                    walk(inner, child.key());
                }
            }
        }
    }

    private List<Child> children(Folder folder, String folderKey) throws IOException {
        List<Child> children = new ArrayList<>();
        for (String name : folder.names()) {
            if (folderKey.isEmpty() && name.equals(TempFiles.FOLDER)) {
                continue;
            }
            String key = folderKey + FileNames.decode(name);
            // Asking what a file is costs the most, so that comes last.
            Child child = mayHoldAnswers(key + "/") ? child(folder, key, name) : null;
            if (child != null) {
                children.add(child);
            }
        }
        children.sort((a, b) -> Keys.ORDER.compare(a.key(), b.key()));
        return children;
    }

    private @Nullable Child child(Folder folder, String key, String name) throws IOException {
        BasicFileAttributes there = folder.attributes(name);
        if (there == null) {
            return null; // deleted since the folder was read
        }
        if (there.isDirectory()) {
            // No object has a longer key, however deep folders lie in each other.
            return key.length() < Keys.LONGEST_BYTES ? new Child(key + "/", name, true, 0) : null;
        }
        // What is no file has a name that nobody else can have, and reading it says what it is.
        return isAnswer(key) ? new Child(key, name, false, there.isRegularFile() ? there.size() : 0) : null;
    }

    private boolean isAnswer(String key) {
        return key.startsWith(prefix) && Keys.ORDER.compare(key, startAfter) > 0;
    }

    private boolean mayHoldAnswers(String folderKey) {
        boolean underPrefix = folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
        boolean afterStart = Keys.ORDER.compare(folderKey, startAfter) > 0 || startAfter.startsWith(folderKey);
        return underPrefix && afterStart;
    }
}
