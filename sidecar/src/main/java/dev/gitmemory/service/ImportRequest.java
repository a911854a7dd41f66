package dev.gitmemory.service;

import dev.gitmemory.repo.ImportLimits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An import that somebody wants.
 *
 * @param from a git repository, a bundle, a Letta memory file system's git folder, or a folder of files
 * @param branch the branch to import; null for the one that the repository's HEAD is on
 * @param prune whether blocks that a folder does not have are removed; a repository is always taken as a whole
 * @param dryRun whether to find out only what would happen
 * @param blockLimit the limit, in code points, that new and changed files get which state none, unless the agent has the
 *     block already, whose limit stays then; null for what the format says such a file has
 * @param mayRemove whether blocks may go that a history lacks which does not continue the agent's
 */
public record ImportRequest(
        Path from,
        @Nullable String branch,
        boolean prune,
        ImportLimits limits,
        boolean dryRun,
        @Nullable Integer blockLimit,
        boolean mayRemove) {}
