package dev.gitmemory.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/** Folders whose entries survive a crash of the machine. */
final class Folders {

    private Folders() {}

    /**
     * Makes {@code folder} and those above it up to {@code root}, and makes the entries of all of them durable, also
     * of those that were there: another process may have made them and not come to sync them yet.
     */
    static void createDurably(Path folder, Path root) throws IOException {
        Deque<Path> downward = new ArrayDeque<>();
        for (Path at = folder; !at.equals(root); at = parent(at)) {
            downward.push(at);
        }
        for (Path at : downward) {
            try {
                Files.createDirectory(at);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(at)) {
                    throw new IOException(
                            "'" + root.relativize(at) + "' is an object, so there can be nothing below it", e);
                }
            }
            sync(parent(at));
        }
    }

    /**
     * Makes the entries of a folder durable. An interrupt neither stops this nor gets lost: it would leave open
     * whether an object is durable.
     */
    static void sync(Path folder) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true; // again, without the interrupt
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException("'" + path + "' is in no folder");
        }
        return parent;
    }

    /**
     * Removes a folder that holds nothing but folders, as deleted objects leave it behind.
     *
     * @return false if it is none, or there is something in it, or it may not be removed: it is there still
     */
    static boolean deleteIfWithoutFiles(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
                for (Path child : children) {
                    if (!deleteIfWithoutFiles(child)) {
                        return false;
                    }
                }
            }
            return Files.deleteIfExists(folder);
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }
}
