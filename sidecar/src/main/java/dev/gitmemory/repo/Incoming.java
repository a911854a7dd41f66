package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something from outside that was read for a repository and is not in it yet. Objects are checked already; whether files
 * are what an agent's memory may hold is the caller's to judge. Not thread-safe.
 */
public interface Incoming extends AutoCloseable {

    /**
     * Reads it.
     *
     * @param onto the repository that it is for
     * @param from a git repository, bare or with a work tree; a bundle; the git folder of a Letta memory file system; or
     *     a folder of files. Which of them is found out.
     * @param branch the branch to import; null for the one that HEAD is on. Must be null for a folder of files.
     * @param prune whether files that a folder does not have are to be removed; a repository is always taken as a whole
     * @throws TransferException if it can't be imported: unreadable, damaged, hostile, too big. Nothing was changed.
     */
    static Incoming read(
            MemoryRepository onto,
            Path from,
            @Nullable String branch,
            boolean prune,
            ImportLimits limits,
            TransferProgress progress)
            throws IOException {
        Source source = Source.detect(from);
        try {
            if (source.kind() != SourceKind.FOLDER) {
                return IncomingRepository.read(onto, source, branch, limits, progress);
            }
            if (branch != null) {
                throw new TransferException("a folder has no branches");
            }
            return IncomingFolder.read(onto, source.path(), prune, limits, progress);
        } catch (TransferException e) {
            throw new TransferException(
                    "'%s' (%s) can't be imported, nothing was changed: %s"
                            .formatted(from, source.kind().text(), e.getMessage()),
                    e);
        }
    }

    SourceKind kind();

    /** For people, and for the message of a commit: what is imported. */
    String description();

    /** Every file that the memory would consist of, or that a folder brings, by path. */
    List<IncomingFile> files();

    /** Paths that are there and not imported, with the reason. */
    List<String> leftOut();

    /**
     * Gives files another text on their way in. Commits that come in keep theirs: the texts are part of the merge, or of
     * one more commit on top.
     *
     * @param texts by path, of files that {@link #files} has
     */
    void replace(SortedMap<String, String> texts) throws IOException;

    /** The commit that is imported, 40 hex digits; null for a folder. */
    @Nullable
    String commitSha();

    /** What {@link #commit} would do now. */
    ImportPlan plan() throws IOException;

    /**
     * Does it, as one entry of the log; on top of what others committed meanwhile, if anybody did.
     *
     * @return what was done
     * @throws TransferException if the files do not fit with those that are there
     * @throws IOException as {@link MemoryRepository#commit} does
     */
    default ImportPlan commit(Author author, Instant now) throws IOException {
        return commit(author, now, plan -> {});
    }

    /**
     * As {@link #commit(Author, Instant)}.
     *
     * @param agreed is given what is about to be done, which others' commits may have changed since {@link #plan}; throws
     *     where that is not wanted, and nothing is written then
     */
    ImportPlan commit(Author author, Instant now, Consumer<ImportPlan> agreed) throws IOException;

    @Override
    void close();
}
