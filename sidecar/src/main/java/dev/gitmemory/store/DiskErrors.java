package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Says what a failure of the file system means and what to do. */
final class DiskErrors {

    private DiskErrors() {}

    static String describe(Exception e) {
        // A FileSystemException's message is often the file name only.
        String kind = e.getClass().getSimpleName();
        if (e instanceof FileSystemException f) {
            return f.getReason() == null ? kind + " " + f.getFile() : f.getReason();
        }
        return e.getMessage() == null ? kind : e.getMessage();
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
