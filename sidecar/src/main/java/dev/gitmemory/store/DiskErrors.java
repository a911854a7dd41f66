package dev.gitmemory.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Says what a failure of the file system means and what to do. */
final class DiskErrors {

    private DiskErrors() {}

    /** Why it failed, without the file's whole path: clients of a server are told it, too. */
    static String describe(Exception e) {
        if (e instanceof FileSystemException f) {
            return f.getReason() == null ? kind(f) : f.getReason();
        }
        String message = e.getMessage();
        if (e instanceof FileNotFoundException && message != null) {
            return message.replaceFirst("(?s).* \\((.*)\\)$", "$1"); // as in: /path/file (Read-only file system)
        }
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static String kind(FileSystemException e) {
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof NotDirectoryException) {
            return "Not a directory";
        }
        return e instanceof FileAlreadyExistsException ? "a file is in its place" : "Input/output error";
    }

    /** Whether the system said no, and did not break down over it. */
    static boolean isRefusal(IOException e) {
        return !advice(e).isEmpty();
    }

    /** What to do about a write, as the end of a sentence; empty where nobody knows. */
    static String advice(IOException e) {
        return advice(e, "read and write");
    }

    /** What to do about a read. */
    static String adviceForReading(IOException e) {
        return advice(e, "read");
    }

    private static String advice(IOException e, String right) {
        String text = describe(e).toLowerCase(Locale.ROOT);
        if (text.contains("no space left") || text.contains("quota exceeded")) {
            return "; make room on this disk";
        }
        if (e instanceof AccessDeniedException || text.contains("permission denied")) {
            return "; give this user the right to " + right + " there";
        }
        return text.contains("read-only file system") ? "; mount it for writing" : "";
    }
}
