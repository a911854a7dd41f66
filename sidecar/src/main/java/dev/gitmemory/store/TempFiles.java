package dev.gitmemory.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
 * <p>A process that dies leaves its file behind. Another may be writing at the same time, so only files that have not
 * been touched for {@link #ABANDONED_AFTER} are removed: a write takes seconds at most.
 */
final class TempFiles {

    static final String FOLDER = ".git-memory-tmp";
    static final Duration ABANDONED_AFTER = Duration.ofHours(24);

    private final Path folder;
    private final Disk disk;

    TempFiles(Path root, Disk disk) {
        this.disk = disk;
        this.folder = root.resolve(FOLDER);
    }

    void open(Clock clock) throws IOException {
        Files.createDirectories(folder);
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
        Path file = folder.resolve(UUID.randomUUID().toString());
        disk.reached(Disk.Step.MAKE_FILE);
        // Not a FileChannel: an interrupt would close it and leave open how much is on the disk.
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            disk.reached(Disk.Step.WRITE);
            out.write(content);
            disk.reached(Disk.Step.SYNC_FILE);
            out.getFD().sync();
            return file;
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
