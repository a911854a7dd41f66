package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.SourceKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells which blocks an import removes though nobody has said so: not whoever imports, and not the history that comes in. */
final class Removals {

    private static final String PREFIX = "system/";

    private Removals() {}

    /**
     * The labels, sorted. A history that continues the agent's has removed what it lacks itself, and a folder removes
     * nothing unless it is told to.
     *
     * @param plan its removed paths counted against what the agent has now
     * @param enabled whether that is what git has, or what the rows say
     * @param inGit paths of the repository's head
     */
    static List<String> unasked(SourceKind kind, ImportPlan plan, boolean enabled, Set<String> inGit) {
        if (kind == SourceKind.FOLDER) {
            return List.of();
        }
        boolean continues =
                switch (plan.way()) {
                    case FAST_FORWARD, NOTHING -> true;
                    case WHOLE_HISTORY, MERGE, COMMIT -> false;
                };
        if (continues && enabled) {
            return List.of();
        }
        return plan.removed().stream()
                .filter(path -> !continues || !isIn(inGit, path))
                .map(BlockPaths::label)
                .flatMap(Optional::stream)
                .map(Label::text)
                .sorted()
                .toList();
    }

    /** Whether git has had it, and so the history that continues it: a row that git lacks gets the prefix again. */
    private static boolean isIn(Set<String> inGit, String path) {
        return inGit.contains(path) || (path.startsWith(PREFIX) && inGit.contains(path.substring(PREFIX.length())));
    }
}
