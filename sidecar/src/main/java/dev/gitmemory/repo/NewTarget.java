package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A file or folder that comes into being whole or not at all: it is written beside its place under another name, and
 * gets its own when it is complete. What is at the place already is never touched. Closing removes what was not
 * published. Not thread-safe.
 */
final class NewTarget implements AutoCloseable {

    private final Path target;
    private final Path work;

    private NewTarget(Path target, Path work) {
        this.target = target;
        this.work = work;
    }

    /** @throws TransferException if there is something at {@code target}, or no folder to put it into */
    static NewTarget at(Path path) throws IOException {
        Path target = path.toAbsolutePath().normalize();
        Path folder = target.getParent();
        if (folder == null) {
            throw new TransferException("'" + path + "' can't be made anew; give the name of a file or folder in it");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw taken(target, null);
        }
        if (!Files.isDirectory(folder)) {
            throw new TransferException("There is no folder '" + folder + "'; make it first, or choose another");
        }
        // A folder of its own, so that the name within is free, and that others may not look in before it is done.
        return new NewTarget(target, Files.createTempDirectory(folder, ".git-memory-export-"));
    }

    /** The folder in which all of this happens. */
    Path folder() {
        return work;
    }

    /** Where to write; there is nothing yet. */
    Path work() {
        return work.resolve("new");
    }

    /** Where to keep what is needed on the way only; there is nothing yet. */
    Path scratch() {
        return work.resolve("scratch");
    }

    /** @throws TransferException if there is something at the place now */
    void publish() throws IOException {
        if (Files.isDirectory(work())) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw taken(target, null);
            }
            Files.move(work(), target, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        try {
            Files.createLink(target, work()); // unlike a move it never replaces anything
        } catch (FileAlreadyExistsException e) {
            throw taken(target, e);
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(work(), target); // a file system without hard links
        }
    }

    private static TransferException taken(Path target, @Nullable Throwable cause) {
        return new TransferException(
                "'" + target + "' exists already and is left as it is; move it away, or choose another name", cause);
    }

    @Override
    public void close() throws IOException {
        FolderTree.delete(work);
    }
}
