package dev.gitmemory.repo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a history, newest first.
 *
 * @param next the first commit of the next page; null when this is the last
 */
public record CommitPage(List<CommitInfo> commits, @Nullable String next) {

    public CommitPage {
        commits = List.copyOf(commits);
    }
}
