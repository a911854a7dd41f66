package dev.gitmemory.repo;

/**
 * A change to the files of a repository.
 *
 * <p>It is applied to the files of the newest commit at the moment of committing, and applied again to newer ones when
 * another writer was first. It must therefore do nothing but read and change the given files. What it throws rejects
 * its draft, and leaves the other drafts of the same call alone.
 */
@FunctionalInterface
public interface Edit {

    /** Reads and changes {@code files}, which are valid during this call only. */
    void apply(FileTree files);
}
