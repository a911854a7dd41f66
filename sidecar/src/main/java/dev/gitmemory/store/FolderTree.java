package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The folders of a store, reached from its root one by one, each by what is open already: a link on the way is an error,
 * whenever it was put there. Thread-safe.
 */
final class FolderTree {

    private final RootFolder root;

    FolderTree(RootFolder root) {
        this.root = root;
    }

    /** The root; the caller closes it. */
    Folder root() throws IOException {
        Folder folder = Folder.at(root.path());
        try {
            root.requireIs(folder);
            return folder;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Opens a folder, which the caller closes.
     *
     * @param names of the folders from the root on, as {@link FileNames} has them
     * @return null if there is none
     * @throws StoreException if there is a link on the way
     */
    @Nullable
    Folder find(List<String> names) throws IOException {
        Folder at;
        try {
            at = root();
        } catch (NoSuchFileException e) {
            if (root.wasThere()) {
                throw e;
            }
            return null; // a store that is only looked at need not be there
        }
        for (int i = 0; i < names.size(); i++) {
            Folder next;
            try (Folder above = at) {
                next = above.folder(names.get(i));
            } catch (StoreException e) {
                throw onTheWay(names, i, e);
            }
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    /**
     * Makes a folder and those above it, and makes the entries of all of them durable, also of those that were there:
     * another process may have made them and not come to sync them yet.
     *
     * @return the folder, which the caller closes
     */
    Folder makeDurably(List<String> names) throws IOException {
        Folder at = root();
        for (int i = 0; i < names.size(); i++) {
            try (Folder above = at) {
                at = make(above, names, i);
            }
        }
        return at;
    }

    private static Folder make(Folder above, List<String> names, int i) throws IOException {
        String name = names.get(i);
        try {
            BasicFileAttributes there = above.attributes(name);
            if (there == null) {
                create(above.path().resolve(name));
            } else if (there.isRegularFile()) {
                throw new IOException("'" + path(names, i) + "' is an object, so there can be nothing below it");
            }
            above.sync();
            Folder made = above.folder(name);
            if (made == null) {
                throw new StoreException("it is no folder, or what is above it was moved away meanwhile", null);
            }
            return made;
        } catch (StoreException e) {
            throw onTheWay(names, i, e);
        }
    }

    /** By its path, since the JDK has no {@code mkdirat(2)}; whoever calls this looks afterwards whether it came to be. */
    private static void create(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            // Somebody else has just made it.
        }
    }

    private static StoreException onTheWay(List<String> names, int i, StoreException e) {
        return new StoreException("at '" + path(names, i) + "': " + e.getMessage(), e);
    }

    private static Path path(List<String> names, int i) {
        return Path.of(names.get(0), names.subList(1, i + 1).toArray(String[]::new));
    }
}
