package dev.gitmemory.repo;

import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of a commit in the making. Paths are relative, their segments joined by {@code /}. Not thread-safe.
 *
 * <p>Every method that takes a path throws {@link IllegalArgumentException} with the path and the reason when git
 * can't check it out everywhere: an empty segment, {@code .}, {@code ..}, {@code .git} in any spelling, a control
 * character.
 */
public interface FileTree {

    /**
     * The text of a file, or null when there is none.
     *
     * @throws NotTextException if there is something at {@code path} that is no text: a binary file, a symbolic link,
     *     a submodule
     */
    @Nullable
    String read(String path);

    /** Whether there is anything at {@code path} that is not a folder. */
    boolean exists(String path);

    /**
     * Creates or replaces a file by a text, stored as UTF-8 byte for byte. Missing folders are created.
     *
     * @throws IllegalArgumentException if {@code path} is a folder or runs through a file, or if {@code content} has a
     *     lone surrogate
     */
    void write(String path, String content);

    /**
     * Creates or replaces a file by the file that another commit has at the same path, or deletes it if that has none.
     */
    void restore(String path, String commitSha);

    /** Deletes a file, and the folders that this leaves empty; no error when there is none. */
    void delete(String path);

    /** The paths of everything that is not a folder and has a name in UTF-8, sorted. A live view is not promised. */
    SortedSet<String> paths();
}
