package dev.gitmemory.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Files that are being written, in a folder of their own inside the store so that they can be linked to their final
 * name.
 *
 * <p>The folder is made once per process, before its first write: if it is gone later, so is the store.
 *
 * <p>A process that dies leaves its file behind. Another may be writing at the same time, so only files that have not
 * been touched for {@link #ABANDONED_AFTER} are removed: a write takes seconds, and one that was asleep for so long fails
 * for want of its file, and stores nothing.
 */
final class TempFiles {

    static final String FOLDER = ".git-memory-tmp";
    static final Duration ABANDONED_AFTER = Duration.ofMinutes(15);

    private final Path root;
    private final FolderTree tree;
    private final Disk disk;
    private final Clock clock;
    private volatile boolean made;

    TempFiles(Path root, FolderTree tree, Disk disk, Clock clock) {
        this.root = root;
        this.tree = tree;
        this.disk = disk;
        this.clock = clock;
    }

    /**
     * A file that is on the disk; removed when it is closed, once it has got its final name or will not get one.
     *
     * @param in the folder that has it, held open
     * @param key its device and inode; null where the file system has no such thing
     */
    record Written(Folder in, String name, @Nullable Object key) implements Closeable {

        Path path() {
            return in.path().resolve(name);
        }

        /** Whether it is what an open folder has under a name. */
        boolean isIn(Folder folder, String name) throws IOException {
            BasicFileAttributes there = folder.attributes(name);
            return there != null && there.isRegularFile() && (key == null || key.equals(there.fileKey()));
        }

        /** Removes another name beside its own. */
        void deleteSibling(Path other) throws IOException {
            delete(in, String.valueOf(other.getFileName()));
        }

        @Override
        public void close() throws IOException {
            try (in) {
                delete(in, name);
            }
        }
    }

    /** Makes the folder, the first time, and removes what dead processes have left in it. */
    synchronized void make() throws IOException {
        if (made) {
            return;
        }
        try {
            Files.createDirectory(root.resolve(FOLDER));
        } catch (FileAlreadyExistsException e) {
            // Of another process, or an earlier one; what else it may be shows below.
        }
        try (Folder folder = open()) {
            removeAbandoned(folder);
        }
        made = true;
    }

    private Folder open() throws IOException {
        Folder folder = tree.find(List.of(FOLDER));
        if (folder == null) {
            throw new StoreException(
                    "its folder '" + FOLDER
                            + "' is gone: the store was emptied or replaced; put it back, and this process"
                            + " goes on by itself",
                    null);
        }
        return folder;
    }

    private void removeAbandoned(Folder folder) throws IOException {
        Instant abandoned = clock.instant().minus(ABANDONED_AFTER);
        for (String name : folder.names()) {
            BasicFileAttributes file = folder.attributes(name);
            if (file != null && file.lastModifiedTime().toInstant().isBefore(abandoned)) {
                delete(folder, name);
            }
        }
    }

    /** A new file with {@code content}, which is on the disk when this returns. */
    Written write(byte[] content) throws IOException {
        make();
        Folder folder = open();
        try {
            return Uninterrupted.call(() -> write(folder, content));
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private Written write(Folder folder, byte[] content) throws IOException {
        String name = UUID.randomUUID().toString();
        disk.reached(Disk.Step.MAKE_FILE);
        try (FileChannel out = folder.createFile(name)) {
            disk.reached(Disk.Step.WRITE);
            FileContent.write(content, out);
            disk.reached(Disk.Step.SYNC_FILE);
            out.force(true);
            BasicFileAttributes there = folder.attributes(name);
            return new Written(folder, name, there == null ? null : there.fileKey());
        } catch (IOException e) {
            try {
                delete(folder, name);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private static void delete(Folder folder, String name) throws IOException {
        BasicFileAttributes there = folder.attributes(name);
        if (there != null && there.isDirectory()) {
            return; // nobody of ours has made it
        }
        if (there != null) {
            folder.deleteFile(name);
        }
    }
}
