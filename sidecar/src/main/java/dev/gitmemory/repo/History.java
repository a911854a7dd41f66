package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** Pages through a history. */
final class History {

    private final BundleLog log;
    private final ObjectReader reader;
    private final CommitMac mac;

    History(BundleLog log, ObjectReader reader, CommitMac mac) {
        this.log = log;
        this.reader = reader;
        this.mac = mac;
    }

    CommitPage page(LoggedCommit from, @Nullable String path, int limit, @Nullable String before) throws IOException {
        if (limit < 1) {
            throw new IllegalArgumentException("A page has 1 commit or more, not " + limit);
        }
        HistoryWalk walk = before == null ? walk(from, path) : resume(from, path, Revisions.commit(log, before));
        List<CommitInfo> commits = new ArrayList<>();
        LoggedCommit next = before == null ? walk.next() : Revisions.commit(log, before);
        for (; next != null && commits.size() < limit; next = walk.next()) {
            commits.add(CommitReader.info(next, reader, mac));
        }
        return new CommitPage(commits, next == null ? null : next.name());
    }

    private HistoryWalk walk(LoggedCommit from, @Nullable String path) {
        return new HistoryWalk(from, path == null ? null : new PathLens(reader, path));
    }

    /**
     * A walk that has just answered {@code before}. Where history is a single line at that commit, as it nearly always
     * is, the walk simply begins there; else it begins at {@code from}, to know the other lines.
     */
    private HistoryWalk resume(LoggedCommit from, @Nullable String path, LoggedCommit before) throws IOException {
        HistoryWalk every = new HistoryWalk(from, null);
        skipTo(before, every);
        HistoryWalk walk = every.isAlone() ? walk(before, path) : walk(from, path);
        skipTo(before, walk);
        return walk;
    }

    private static void skipTo(LoggedCommit commit, HistoryWalk walk) throws IOException {
        LoggedCommit next = walk.next();
        while (next != null && !next.equals(commit)) {
            next = walk.next();
        }
        if (next == null) {
            throw new UnknownRevisionException(commit.name());
        }
    }
}
