package dev.gitmemory.repo;

import org.jspecify.annotations.Nullable;

/**
 * What the newer commit says about a file that was touched since an older one.
 *
 * @param text the content; null unless {@code kind} is {@link Kind#TEXT}
 * @param commitSha the commit that last touched the file, as {@code git log -1 -- path} says; for a deleted file that
 *     this history has never had, the newer commit itself
 */
public record ChangedFile(String path, Kind kind, @Nullable String text, String commitSha) {

    /** What is at the path. */
    public enum Kind {
        /** A regular file of valid UTF-8 without NUL. */
        TEXT,
        /** Something else: a binary file, a symbolic link, a submodule. */
        OTHER,
        /** Nothing. */
        DELETED
    }
}
