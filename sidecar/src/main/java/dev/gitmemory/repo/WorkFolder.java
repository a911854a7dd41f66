package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder to work in, of its own: names within are free, and others may not look in before all is done.
 *
 * <p>A file in it is locked as long as its process works there, so one whose lock can be had was left behind by a
 * process that died. Such folders are removed, of the same owner only. Not thread-safe.
 */
final class WorkFolder implements AutoCloseable {

    static final String EXPORT = ".git-memory-export-";
    static final String IMPORT = "git-memory-import-";

    private static final Logger log = LoggerFactory.getLogger(WorkFolder.class);
    private static final String LOCK = "in-use";

    private final Path parent;
    private final String prefix;
    private final Path path;
    private final @Nullable FileChannel lock;

    private WorkFolder(Path parent, String prefix, Path path, @Nullable FileChannel lock) {
        this.parent = parent;
        this.prefix = prefix;
        this.path = path;
        this.lock = lock;
    }

    /** @param prefix what the names of all such folders begin with */
    static WorkFolder make(Path parent, String prefix) throws IOException {
        Path path = Files.createTempDirectory(parent, prefix);
        Path made = path.resolve("made");
        FileChannel channel = FileChannel.open(made, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                Files.move(made, path.resolve(LOCK)); // under this name it is locked from the start
                return new WorkFolder(parent, prefix, path, channel);
            }
        } catch (IOException e) {
            log.debug("No locks in '{}': what dies there is not cleaned up", path, e);
        }
        channel.close();
        return new WorkFolder(parent, prefix, path, null);
    }

    Path path() {
        return path;
    }

    /** Removes the folders beside this one whose processes have died. What can't be removed is named and stays. */
    void removeAbandoned() throws IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(parent, prefix + "*")) {
            for (Path other : others) {
                if (!other.equals(path)) {
                    removeIfAbandoned(other);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void removeIfAbandoned(Path other) {
        Path locked = other.resolve(LOCK);
        try {
            if (!Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
                    || !Files.isRegularFile(locked, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(path))) {
                return;
            }
            try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                    FileLock mine = channel.tryLock()) {
                if (mine == null) {
                    return;
                }
                FolderTree.delete(other);
            }
            log.info("Removed '{}', which a process that was killed had left", other);
        } catch (OverlappingFileLockException e) {
            log.debug("'{}' is in use by this process", other);
        } catch (IOException e) {
            log.warn(
                    "'{}' may have been left by a process that was killed, and can't be removed: {}",
                    other,
                    e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            FolderTree.delete(path);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }
}
