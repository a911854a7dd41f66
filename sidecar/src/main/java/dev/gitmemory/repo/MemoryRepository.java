package dev.gitmemory.repo;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * An agent's memory as a git repository whose branch is {@code main}.
 *
 * <p>Thread-safe. Reads see the newest state that this process knows and never wait for a write; only
 * {@link #refresh} and {@link #commit} see what other processes wrote. An {@link IOException} from a read means that an
 * object could not be had; it leaves everything as it was.
 *
 * <p>Methods that take a {@code sha} want a full commit id, and throw {@link UnknownRevisionException} when this
 * process knows no such commit: {@link #resolve} makes one of what a person typed.
 */
public interface MemoryRepository {

    /** Which repository this is. */
    RepoId id();

    /** Which paths may come anew: what {@link #commit} asks, and others have to ask that bring commits in. */
    PathPolicy newPaths();

    /** The newest commit of {@code main} as known to this process; null when nothing was ever committed. */
    @Nullable
    Head head();

    /**
     * Reads the entries that other processes have added since, and answers the head then.
     *
     * @throws dev.gitmemory.log.CorruptLogException if an entry can't be used; what was known before still can
     * @throws IOException if the store can't be read
     */
    @Nullable
    Head refresh() throws IOException;

    /**
     * Commits drafts on top of {@code main}: a chain of commits in one entry of the log, in the order of the list, all
     * or none. Concurrent calls are gathered into one entry. When none of the drafts changes anything nothing is
     * written. A draft that brings paths which may not come anew ({@link PathPolicy}) is rejected with a
     * {@link dev.gitmemory.block.RuleViolation}.
     *
     * <p>When another process writes first, its entries are read, the edits applied again on top, and the write
     * repeated under the next number.
     *
     * @return what became of each draft, in their order
     * @throws dev.gitmemory.log.CorruptLogException if an entry can't be used; nothing was committed
     * @throws dev.gitmemory.log.UnknownOutcomeException if the store did not confirm the entry: the drafts may have been
     *     committed, all or none, or may be yet. {@link #refresh} tells.
     * @throws dev.gitmemory.log.StoreUnavailableException if the store has not taken the entry, and will not
     * @throws IOException if the store failed before anything was written
     */
    List<Outcome> commit(List<Draft> drafts) throws IOException;

    /**
     * The commit that a name means.
     *
     * @param revision {@code HEAD}, a branch, a tag, a full ref name, a commit id or at least 4 of its first digits
     * @return 40 hex digits
     * @throws UnknownRevisionException if there is none
     * @throws AmbiguousRevisionException if there are several
     */
    String resolve(String revision);

    /** Every text file of a commit by its path; what is not text is left out, and what has a name that is not UTF-8. */
    SortedMap<String, String> files(String sha) throws IOException;

    /** The paths of everything in a commit that is not a folder and has a name in UTF-8, sorted. */
    SortedSet<String> paths(String sha) throws IOException;

    /**
     * The text of a file at a commit, or null when there is none.
     *
     * @throws NotTextException if there is something at {@code path} that is no text
     */
    @Nullable
    String file(String sha, String path) throws IOException;

    /**
     * The commit of {@code main} that this installation made for a mark's request, as known to this process; null if there
     * is none. One that somebody else made and that names the request is none.
     */
    @Nullable
    CommitInfo find(Draft.Mark mark) throws IOException;

    /** Whether this process knows a commit with this id. */
    boolean hasCommit(String sha);

    /** The generation number of a commit: 1 for one without parents, greater than that of each of its parents. */
    long generation(String sha);

    /** What a commit says and did. */
    CommitInfo info(String sha) throws IOException;

    /**
     * The commits that led to one, newest first, in the order of {@code git log}.
     *
     * @param path a file or folder: only commits that touched it, as {@code git log -- path} picks them; null for all
     * @param limit 1 or more
     * @param before the {@link CommitPage#next} of the page before; null for the first page
     */
    CommitPage history(String fromSha, @Nullable String path, int limit, @Nullable String before) throws IOException;

    /**
     * How the files differ between two commits, sorted by path.
     *
     * @param fromSha null for an empty repository
     * @param path a file or folder; null for all
     */
    List<FileChange> diff(@Nullable String fromSha, String toSha, @Nullable String path) throws IOException;

    /**
     * What happened since a commit, for bringing a copy of it up to date. Cheap when {@code baseSha} is a few commits
     * back; right whatever it is, merges and unrelated histories included.
     *
     * @param baseSha null for the beginning of time
     */
    Changes changesSince(@Nullable String baseSha, String headSha) throws IOException;

    /**
     * Makes a checkpoint of everything up to the newest entry, from which the repository then opens, unless there is
     * one. Happens by itself while commits are made, see {@link CheckpointSettings}.
     *
     * @return whether this call has made one
     * @throws IOException if the store failed; the repository goes on without it
     */
    boolean checkpoint() throws IOException;

    /** How many entries the log has, as known to this process. */
    long entries();

    /** How many commits the log has, reachable or not, as known to this process. */
    long commits();

    /** About how much heap this repository takes. */
    long bytes();

    /**
     * Adds to a commit, which this process is about to insert through a view, the line that proves who made it: what its
     * trailers say then counts.
     *
     * @param commit complete; its message, as {@link #commit} writes it, ends in a line end
     */
    void prove(CommitBuilder commit) throws IOException;

    /**
     * A view for JGit's upload-pack and receive-pack: refs and objects as known to this process at the call. What is
     * pushed through the view is seen by it alone until its refs are updated, which adds one entry to the log;
     * a push that is refused leaves nothing behind. The caller closes it. Not thread-safe.
     */
    Repository jgit();

    /** The same for an import, which may insert much: that is kept in a temporary file until it is closed. */
    Repository jgitForImport();
}
