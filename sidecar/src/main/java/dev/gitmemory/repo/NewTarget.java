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
 * published; what a process that was killed left beside the place goes when the next one comes. Not thread-safe.
 */
final class NewTarget implements AutoCloseable {

    private final Path target;
    private final WorkFolder work;

    private NewTarget(Path target, WorkFolder work) {
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
        WorkFolder work = WorkFolder.make(folder, WorkFolder.EXPORT);
        work.removeAbandoned();
        return new NewTarget(target, work);
    }

    /** The folder in which all of this happens. */
    Path folder() {
        return work.path();
    }

    /** Where to write; there is nothing yet. */
    Path work() {
        return folder().resolve("new");
    }

    /** Where to keep what is needed on the way only; there is nothing yet. */
    Path scratch() {
        return folder().resolve("scratch");
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
        work.close();
    }
}
