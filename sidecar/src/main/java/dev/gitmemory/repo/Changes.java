package dev.gitmemory.repo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened between two commits.
 *
 * @param baseSha the older commit; null for the beginning of time
 * @param headSha the newer commit
 * @param commits those that are in the history of {@code headSha} and not in that of {@code baseSha}, parents before
 *     children
 * @param files sorted by path: every file that was touched, also when it was changed and changed back
 */
public record Changes(@Nullable String baseSha, String headSha, List<CommitInfo> commits, List<ChangedFile> files) {

    public Changes {
        commits = List.copyOf(commits);
        files = List.copyOf(files);
    }
}
