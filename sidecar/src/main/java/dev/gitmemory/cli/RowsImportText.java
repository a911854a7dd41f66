package dev.gitmemory.cli;

import dev.gitmemory.service.RowsImport;
import dev.gitmemory.service.Views;
import java.io.PrintStream;

/** What importing an agent's own rows did, or would do, as lines for people. */
final class RowsImportText {

    private static final int MOST_COMMITS = 50;

    private final PrintStream out;

    RowsImportText(PrintStream out) {
        this.out = out;
    }

    void print(Views.Status status, RowsImport done, boolean dryRun) {
        if (done.lost() == null) {
            out.println("%s: git has everything that PostgreSQL has had from it; nothing was changed"
                    .formatted(status.agentId()));
            return;
        }
        out.println("%s: %s".formatted(status.agentId(), done.lost()));
        out.println("  commits that are lost: " + done.commits().size());
        done.commits().stream()
                .limit(MOST_COMMITS)
                .forEach(commit -> out.println("    - %s %s: %s"
                        .formatted(
                                commit.sha(),
                                commit.authorName(),
                                commit.message().lines().findFirst().orElse(""))));
        if (done.commits().size() > MOST_COMMITS) {
            out.println("    ... and %d older ones".formatted(done.commits().size() - MOST_COMMITS));
        }
        if (dryRun) {
            out.println("Nothing was changed: this was a --dry-run. The rows would become a commit on top of "
                    + (status.headSha() == null ? "nothing" : status.headSha()));
            return;
        }
        StatusText.print(out, status);
    }
}
