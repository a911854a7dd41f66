package dev.gitmemory.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is held open: whatever is asked of it is about this very folder, also when another has taken its name
 * meanwhile, and no name in it is followed elsewhere. Where the platform can't hold folders open, each name is looked at
 * before it is used instead. Used by one thread.
 */
abstract class Folder implements Closeable {

    /** The folder at {@code path}, which may be a link: who opens a store names it. */
    @SuppressWarnings("StreamResourceLeak") // the folder closes it
    static Folder at(Path path) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(path);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return new HeldFolder(path, secure);
        }
        stream.close();
        return new NamedFolder(path);
    }

    /** What is under a name, a link itself and not what it leads to; null if there is nothing. */
    abstract @Nullable BasicFileAttributes attributes(String name) throws IOException;

    /** Opens what {@link #attributes} has shown to be a folder. */
    abstract Folder openFolder(String name) throws IOException;

    /** Opens a file for reading. */
    abstract FileChannel openFile(String name) throws IOException;

    /** Makes a new file, open for writing. */
    abstract FileChannel createFile(String name) throws IOException;

    abstract void deleteFile(String name) throws IOException;

    /** Deletes an empty folder. */
    abstract void deleteFolder(String name) throws IOException;

    /** The names in it; may be asked for once. */
    abstract List<String> names() throws IOException;

    /** Device and inode of the folder; null where the file system has no such thing. */
    abstract @Nullable Object key() throws IOException;

    /** Makes its names durable. */
    abstract void sync() throws IOException;

    /** Where it was when it was opened. */
    abstract Path path();

    /** Whether a path leads to this very folder now; true where the file system can't tell. */
    final boolean isAt(Path path) throws IOException {
        Object key = key();
        return key == null
                || key.equals(
                        Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    /**
     * The folder under a name; null if there is nothing, or a file.
     *
     * @throws StoreException if there is a link
     */
    final @Nullable Folder folder(String name) throws IOException {
        BasicFileAttributes there = attributes(name);
        if (there != null && there.isSymbolicLink()) {
            throw new StoreException(
                    "'" + name
                            + "' is a symbolic link, and no link in a store is followed; put the folder itself in its"
                            + " place",
                    null);
        }
        if (there == null || !there.isDirectory()) {
            return null;
        }
        try {
            return openFolder(name);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null; // since it was looked at
        }
    }

    /**
     * Whether there is a regular file under a name: opening a FIFO or a device may never come to an end.
     *
     * @throws StoreException if there is neither that nor a folder
     */
    final boolean hasFile(String name) throws IOException {
        BasicFileAttributes there = attributes(name);
        if (there == null || there.isDirectory()) {
            return false;
        }
        if (there.isSymbolicLink()) {
            throw new StoreException("it is a symbolic link, and no link in a store is followed; move it away", null);
        }
        if (there.isOther()) {
            throw new StoreException("it is no regular file (a pipe, a socket or a device); move it away", null);
        }
        return true;
    }

    /**
     * Removes a folder that holds nothing but folders, as deleted objects leave it behind.
     *
     * @return false if it is none, or there is something in it, or it may not be removed: it is there still
     */
    final boolean deleteIfWithoutFiles(String name) {
        try (Folder inner = folder(name)) {
            if (inner == null) {
                return false;
            }
            for (String child : inner.names()) {
                if (!inner.deleteIfWithoutFiles(child)) {
                    return false;
                }
            }
        } catch (IOException e) {
            return false;
        }
        try {
            deleteFolder(name);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
