package dev.gitmemory.repo;

import java.nio.file.Path;

/** What a repository can be exported as. */
public enum ExportFormat {
    /** A folder with the files of one commit. */
    DIR,
    /** A bare git repository: all refs, all history. */
    GIT,
    /** One git bundle: all refs, all history. */
    BUNDLE;

    /** What the ending of a name says: {@code .git}, {@code .bundle}, anything else for a folder of files. */
    public static ExportFormat of(Path target) {
        String name = String.valueOf(target.getFileName());
        if (name.endsWith(".bundle")) {
            return BUNDLE;
        }
        return name.endsWith(".git") ? GIT : DIR;
    }
}
