package dev.gitmemory.repo;

/**
 * How a file differs between two commits. A renamed file is one deleted and one added.
 *
 * @param patch the unified diff as {@code git diff} prints it, with its header, without the names of functions
 * @param additions lines added; 0 for a binary file
 * @param deletions lines deleted; 0 for a binary file
 */
public record FileChange(String path, Type type, String patch, int additions, int deletions) {

    /** What happened to the file. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }
}
