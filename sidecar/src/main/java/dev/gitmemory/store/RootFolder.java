package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a store, and whether it is still the one that was opened: a process that goes on while somebody moves
 * it away, unmounts its disk or puts another in its place must not take that other one for the same store. Thread-safe.
 */
final class RootFolder {

    private static final String ANOTHER =
            "another folder is in the place of the store's since this process has opened it; put the one that was"
                    + " there back, and this process goes on by itself; if the one that is there now is right, restart";

    private final Path path;

    /** Device and inode; null where the file system has no such thing, or the folder was not there. */
    private final @Nullable Object identity;

    private RootFolder(Path path, @Nullable Object identity) {
        this.path = path;
        this.identity = identity;
    }

    /** Remembers what is there now, if anything is. */
    static RootFolder at(Path path) throws IOException {
        return new RootFolder(path, Files.exists(path) ? identity(path) : null);
    }

    Path path() {
        return path;
    }

    /** Whether there was a folder when it was opened. */
    boolean wasThere() {
        return identity != null;
    }

    /** Says why it is not the folder any more that was opened; null if it is. */
    @Nullable
    String change() {
        if (identity == null) {
            return null;
        }
        try {
            if (identity.equals(identity(path))) {
                return null;
            }
        } catch (IOException e) {
            return "the store's folder is gone, or can't be looked at; put it back or mount it, and this process goes on by"
                    + " itself";
        }
        return ANOTHER;
    }

    /** @throws StoreException if an open folder is not the one that was opened first */
    void requireIs(Folder open) throws IOException {
        if (identity != null && !identity.equals(open.key())) {
            throw new StoreException(ANOTHER, null);
        }
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
