package dev.gitmemory.repo;

import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Walks a history from a commit in the order of {@code git log}: newest first by the committer's time, and never a
 * parent before its child among commits of the same second, which git leaves to chance.
 */
final class HistoryWalk {

    private record Open(LoggedCommit commit, int order) {}

    private static final Comparator<Open> NEWEST_FIRST = Comparator.<Open>comparingInt(o -> -o.commit.time())
            .thenComparingInt(o -> -o.commit.generation())
            .thenComparingInt(Open::order);

    private final PriorityQueue<Open> open = new PriorityQueue<>(NEWEST_FIRST);
    private final Set<ObjectId> seen = new HashSet<>();
    private final @Nullable PathLens lens;
    private boolean alone;

    /** @param lens null to see every commit */
    HistoryWalk(LoggedCommit from, @Nullable PathLens lens) {
        this.lens = lens;
        push(List.of(from));
    }

    /** The next commit, or null at the end. */
    @Nullable
    LoggedCommit next() throws IOException {
        while (!open.isEmpty()) {
            LoggedCommit commit = open.remove().commit();
            alone = open.isEmpty();
            if (lens == null) {
                push(commit.parents());
                return commit;
            }
            PathLens.Step step = lens.at(commit);
            push(step.parents());
            if (step.counts()) {
                return commit;
            }
        }
        return null;
    }

    /**
     * Whether everything that was still to come when {@link #next} answered came behind its answer: then a walk that
     * begins there goes on just like this one.
     */
    boolean isAlone() {
        return alone;
    }

    private void push(List<LoggedCommit> commits) {
        for (LoggedCommit commit : commits) {
            if (seen.add(commit)) {
                open.add(new Open(commit, seen.size()));
            }
        }
    }
}
