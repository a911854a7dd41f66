package dev.gitmemory.repo;

import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/** Finds the commit that was made for the request of a {@link Draft.Mark}. */
final class MarkedCommits {

    private MarkedCommits() {}

    /** The commit with the mark in the history of {@code head}; null if there is none. */
    static @Nullable LoggedCommit find(LoggedCommit head, Draft.Mark mark, ObjectReader reader, CommitMac mac)
            throws IOException {
        String number = mark.requestId().toString();
        Deque<LoggedCommit> open = new ArrayDeque<>();
        Set<LoggedCommit> seen = new HashSet<>();
        open.add(head);
        while (!open.isEmpty()) {
            LoggedCommit commit = open.remove();
            // A commit is of a greater generation than everything before it: what follows is of a smaller one.
            if (commit.generation() <= mark.afterSeq() || !seen.add(commit)) {
                continue;
            }
            RevCommit parsed =
                    RevCommit.parse(reader.open(commit, Constants.OBJ_COMMIT).getBytes());
            if (parsed.getFullMessage().contains(number)
                    && mark.requestId().equals(CommitText.of(parsed, mac).requestId())) {
                return commit;
            }
            open.addAll(commit.parents());
        }
        return null;
    }
}
