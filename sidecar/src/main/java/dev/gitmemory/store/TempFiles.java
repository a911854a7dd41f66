package dev.gitmemory.store;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

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

    private final Path folder;
    private final Disk disk;
    private final Clock clock;
    private volatile boolean made;

    TempFiles(Path root, Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
        this.folder = root.resolve(FOLDER);
    }

    /** Makes the folder, the first time, and removes what dead processes have left in it. */
    synchronized void make() throws IOException {
        if (made) {
            return;
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            // Of another process, or an earlier one; what else it may be shows below.
        }
        removeAbandoned();
        made = true;
    }

    private void removeAbandoned() throws IOException {
        Instant abandoned = clock.instant().minus(ABANDONED_AFTER);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (isOlder(file, abandoned)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** A new file with {@code content}, which is on the disk when this returns. */
    Path write(byte[] content) throws IOException {
        make();
        Path file = folder.resolve(UUID.randomUUID().toString());
        disk.reached(Disk.Step.MAKE_FILE);
        // Not a FileChannel: an interrupt would close it and leave open how much is on the disk.
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            disk.reached(Disk.Step.WRITE);
            out.write(content);
            disk.reached(Disk.Step.SYNC_FILE);
            out.getFD().sync();
            return file;
        } catch (FileNotFoundException e) {
            if (Files.isDirectory(folder)) {
                throw e;
            }
            throw new StoreException(
                    "its folder '" + FOLDER
                            + "' is gone: the store was emptied or replaced; put it back, and this process"
                            + " goes on by itself",
                    e);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private static boolean isOlder(Path file, Instant than) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(than);
        } catch (NoSuchFileException e) {
            return false; // its writer has just removed it
        }
    }
}
