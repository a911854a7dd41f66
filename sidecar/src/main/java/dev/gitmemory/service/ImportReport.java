package dev.gitmemory.service;

import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.SourceKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an import did, or would do.
 *
 * @param description what was imported, for people
 * @param plan with the paths as they were before: those of the rows' blocks for an agent that was not git's
 * @param enables whether the agent was not git's before
 * @param rowCommits the first lines of commits besides the import's own that keep what the agent's rows said, oldest
 *     first; none for an agent that was git's
 * @param headSha where the repository is after it; null for one without commits
 * @param leftOut what was there and not imported, with the reason
 * @param renamed labels of the agent's rows that enabling has changed, or would change, by the former ones
 * @param strangeAttributes whether a {@code .gitattributes} comes with it that is not what git-memory writes: git's
 *     clients follow it when they check files out
 * @param limited paths of files that stated no limit and have one written into them
 * @param removals labels of the blocks that go though the history that came in does not continue the agent's
 */
public record ImportReport(
        SourceKind kind,
        String description,
        ImportPlan plan,
        boolean enables,
        List<String> rowCommits,
        @Nullable String headSha,
        List<String> leftOut,
        List<Renamed> renamed,
        boolean strangeAttributes,
        List<String> limited,
        List<String> removals) {

    public ImportReport {
        rowCommits = List.copyOf(rowCommits);
        leftOut = List.copyOf(leftOut);
        renamed = List.copyOf(renamed);
        limited = List.copyOf(limited);
        removals = List.copyOf(removals);
    }
}
