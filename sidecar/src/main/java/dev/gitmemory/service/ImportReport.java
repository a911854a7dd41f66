package dev.gitmemory.service;

import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.SourceKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an import did, or would do.
 *
 * @param description what was imported, for people
 * @param enables whether the agent was not git's before
 * @param headSha where the repository is after it; null for one without commits
 * @param leftOut what was there and not imported, with the reason
 */
public record ImportReport(
        SourceKind kind,
        String description,
        ImportPlan plan,
        boolean enables,
        @Nullable String headSha,
        List<String> leftOut) {

    public ImportReport {
        leftOut = List.copyOf(leftOut);
    }
}
