package dev.gitmemory.cli;

import dev.gitmemory.repo.ImportLimits;
import dev.gitmemory.service.ImportRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to import into an agent that is there. */
final class ImportOptions {

    private static final int MOST_MIB = 1 << 20;

    @Option(names = "--agent", paramLabel = "ID", description = "The agent whose memory it becomes. No default.")
    @Nullable
    String agent;

    @Option(
            names = "--from",
            paramLabel = "PATH",
            description = "A git repository (bare or with a work tree), a git bundle, the repo.git folder of a Letta"
                    + " memory file system, or a folder of Markdown files: which of them is found out and said.")
    @Nullable
    Path from;

    @Option(
            names = "--from-rows",
            description =
                    "Where the object storage has lost commits that the agent's rows came from: make the rows, which"
                            + " are newer, a commit on top of what is left. Where nothing was lost nothing is changed.")
    boolean fromRows;

    @Option(
            names = "--branch",
            paramLabel = "NAME",
            description = "Branch of a repository that becomes main. Default: the one that its HEAD is on.")
    @Nullable
    String branch;

    @Option(
            names = "--prune",
            description = "Remove the blocks that a folder does not have. Without it they stay; a repository is always"
                    + " taken as a whole.")
    boolean prune;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Limit, in characters, that new and changed files get which state none; it is written into them."
                            + " Blocks that the agent has already keep theirs. Default: what such a file means, 100000.")
    @Nullable
    Integer limit;

    @Option(
            names = "--yes",
            description =
                    "Remove the blocks that a repository lacks whose history does not continue the agent's. Without"
                            + " it such an import is refused, and they are listed; nobody is asked on a terminal.")
    boolean yes;

    @Option(names = "--dry-run", description = "Check everything and say what would happen; change nothing.")
    boolean dryRun;

    @Option(
            names = "--max-size",
            paramLabel = "MIB",
            defaultValue = "512",
            description =
                    "Most that may come in, unpacked, in MiB. It becomes one object of the store, which is held in"
                            + " memory as a whole: give Java twice what it is packed (-Xmx). Default: 512.")
    int maxSizeMib = 512;

    @Option(
            names = "--max-file-size",
            paramLabel = "MIB",
            defaultValue = "64",
            description = "Largest file of any commit, in MiB. Default: 64.")
    int maxFileSizeMib = 64;

    boolean isUsed() {
        return agent != null || from != null || fromRows || branch != null || prune || dryRun || limit != null || yes;
    }

    void check(Problems problems) {
        if (agent == null || agent.isEmpty()) {
            problems.add("missing --agent, the agent to import into");
        }
        if (fromRows && (from != null || branch != null || prune || limit != null || yes)) {
            problems.add(
                    "--from-rows takes the agent's own rows: it excludes --from, --branch, --prune, --limit and --yes");
        } else if (from == null && !fromRows) {
            problems.add("missing --from, the repository, bundle or folder to import");
        }
        if (limit != null && limit < 1) {
            problems.add("--limit must be 1 or more characters, is " + limit);
        }
        if (maxSizeMib < 1 || maxSizeMib > MOST_MIB) {
            problems.add("--max-size must be 1 to " + MOST_MIB + " MiB, is " + maxSizeMib);
        }
        if (maxFileSizeMib < 1 || maxFileSizeMib > MOST_MIB) {
            problems.add("--max-file-size must be 1 to " + MOST_MIB + " MiB, is " + maxFileSizeMib);
        }
    }

    String agent() {
        if (agent == null) {
            throw new IllegalStateException("--agent was not checked");
        }
        return agent;
    }

    ImportRequest request() {
        if (from == null) {
            throw new IllegalStateException("--from was not checked");
        }
        ImportLimits limits = new ImportLimits(
                (long) maxFileSizeMib << 20,
                (long) maxSizeMib << 20,
                ImportLimits.DEFAULT.files(),
                ImportLimits.DEFAULT.refs());
        return new ImportRequest(from, branch, prune, limits, dryRun, limit, yes);
    }
}
