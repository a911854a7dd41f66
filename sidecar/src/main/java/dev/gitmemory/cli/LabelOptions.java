package dev.gitmemory.cli;

import dev.gitmemory.repo.PathPolicy;
import picocli.CommandLine.Option;

/** Which labels git-memory takes that git does not have yet. */
final class LabelOptions {

    @Option(
            names = "--portable-labels",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Refuse new labels whose files can't be checked out on Windows or macOS: aux, a?b, or one that differs"
                            + " from another only in case. What is there already stays, and is named. Default: true;"
                            + " --no-portable-labels takes them.")
    boolean portable = true;

    PathPolicy newPaths() {
        return portable ? PathPolicy.PORTABLE : PathPolicy.ANY;
    }
}
