package dev.gitmemory.repo;

import org.jspecify.annotations.Nullable;

/**
 * A file that an import would bring.
 *
 * @param text the content; null unless {@code kind} is {@link Kind#TEXT}
 * @param unchanged whether the repository has it at the same path with the same content already
 */
public record IncomingFile(String path, Kind kind, @Nullable String text, boolean unchanged) {

    /** What is at the path. */
    public enum Kind {
        /** A regular file of valid UTF-8 without NUL. */
        TEXT,
        /** A regular file of something else. */
        BINARY,
        /** A regular file of more than 16 MiB, which was not read. */
        TOO_LONG,
        SYMBOLIC_LINK,
        /** Something whose name is not UTF-8; {@code path} is the form in quotes that git shows. */
        NAME_IS_NO_TEXT,
        SUBMODULE
    }

    /** Says why git's clients would stumble over the path; null when they would not. */
    public @Nullable String pathProblem() {
        try {
            PathRules.check(path);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }
}
