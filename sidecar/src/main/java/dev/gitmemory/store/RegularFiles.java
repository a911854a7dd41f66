package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Tells files from what only looks so in a folder: opening a FIFO or a device may never come to an end. */
final class RegularFiles {

    private RegularFiles() {}

    /**
     * The size of a file in bytes, or -1 where there is none, or a folder.
     *
     * @throws IOException if there is something else, or it can't be looked at
     */
    static long size(Path file) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(file)) {
                throw new StoreException("it is a link to nothing; move it away", e);
            }
            return -1;
        } catch (FileSystemException e) {
            if ("Not a directory".equals(e.getReason())) {
                return -1; // something above it is an object
            }
            throw e;
        }
        if (attributes.isOther()) {
            throw new StoreException("it is no regular file (a pipe, a socket or a device); move it away", null);
        }
        return attributes.isDirectory() ? -1 : attributes.size();
    }
}
