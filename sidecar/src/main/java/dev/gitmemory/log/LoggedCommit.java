package dev.gitmemory.log;

import java.util.List;
import org.eclipse.jgit.lib.ObjectId;

/** A commit of the log, linked to its parents. Immutable. */
public final class LoggedCommit extends LoggedObject {

    private static final long serialVersionUID = 1L;

    private final LoggedObject tree;

    @SuppressWarnings("serial") // an ObjectId is serializable, this is never serialized
    private final List<LoggedCommit> parents;

    private final int generation;
    private final int time;

    LoggedCommit(LoggedObject commit, LoggedObject tree, List<LoggedCommit> parents, int time) {
        super(commit);
        this.tree = tree;
        this.parents = List.copyOf(parents);
        this.generation =
                1 + parents.stream().mapToInt(LoggedCommit::generation).max().orElse(0);
        this.time = time;
    }

    /** The id of its tree. */
    public ObjectId tree() {
        return tree;
    }

    /** Its parents in their order; none for a root commit. */
    public List<LoggedCommit> parents() {
        return parents;
    }

    /** One more than the greatest of its parents, 1 for a root commit: git's generation number. */
    public int generation() {
        return generation;
    }

    /** The committer's time in seconds since 1970. */
    public int time() {
        return time;
    }
}
