package dev.gitmemory.cli;

import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.service.Difference;
import dev.gitmemory.service.EnablePreview;
import dev.gitmemory.service.Enabled;
import dev.gitmemory.service.NotPortable;
import dev.gitmemory.service.Renamed;
import dev.gitmemory.service.Views;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;

/** An agent's status and differences as lines for people. */
final class StatusText {

    /** Of one kind, about an agent that may have thousands. */
    private static final int MOST_LINES = 50;

    private StatusText() {}

    static void print(PrintStream out, Views.Status status) {
        out.println("%s: %s, %s"
                .formatted(
                        status.agentId(),
                        status.state(),
                        status.headSha() == null
                                ? "no commits"
                                : Count.of(status.commits(), "commit") + ", head " + status.headSha()));
        if (status.lastError() != null) {
            out.println("  last error: " + status.lastError());
        }
        printLeftOut(out, status.leftOut(), "was", "were");
        printNotPortable(out, status.notPortable());
    }

    /** What became of labels: the blocks that git can't have, and those that have another one now. */
    static void printLabels(PrintStream out, Enabled enabled) {
        printLeftOut(out, enabled.status().leftOut(), "was", "were");
        printRenamed(out, enabled.renamed(), "was", "were");
    }

    private static void printLeftOut(PrintStream out, List<LeftOut> leftOut, String is, String are) {
        if (!leftOut.isEmpty()) {
            int blocks = leftOut.size();
            out.println("  %s left out and frozen, for git can't have %s:"
                    .formatted(Count.of(blocks, "block " + is, "blocks " + are), blocks == 1 ? "it" : "them"));
            leftOut.forEach(b -> out.println(
                    ImportText.oneLine("    '%s', block %s: %s".formatted(b.label(), b.blockId(), b.reason()))));
        }
    }

    private static void printNotPortable(PrintStream out, List<NotPortable> labels) {
        if (!labels.isEmpty()) {
            out.println("  warning: %s can't be checked out on every system, and can be renamed:"
                    .formatted(Count.of(labels.size(), "label")));
            printSome(out, labels, label -> "'%s': %s".formatted(label.label(), label.reason()));
        }
    }

    private static <T> void printSome(PrintStream out, List<T> all, Function<T, String> line) {
        all.stream().limit(MOST_LINES).forEach(one -> out.println("    " + line.apply(one)));
        if (all.size() > MOST_LINES) {
            out.println("    ... and %d more".formatted(all.size() - MOST_LINES));
        }
    }

    static void print(PrintStream out, Enabled enabled) {
        print(out, enabled.status());
        printRenamed(out, enabled.renamed(), "was", "were");
    }

    static void print(PrintStream out, String agentId, EnablePreview preview) {
        out.println("%s: %s"
                .formatted(
                        agentId,
                        preview.enabled()
                                ? "is enabled already"
                                : Count.of(preview.blocks(), "block") + " would become git's"));
        printLeftOut(out, preview.leftOut(), "would be", "would be");
        printNotPortable(out, preview.notPortable());
        printRenamed(out, preview.renamed(), "would be", "would be");
    }

    static void printRenamed(PrintStream out, List<Renamed> renamed, String is, String are) {
        if (!renamed.isEmpty()) {
            out.println("  %s renamed, and %s so when the agent is disabled:"
                    .formatted(
                            Count.of(renamed.size(), "label " + is, "labels " + are),
                            renamed.size() == 1 ? "stays" : "stay"));
            printSome(out, renamed, label -> "%s -> %s".formatted(label.from(), label.to()));
        }
    }

    /** @param start of the line, the agent's id first */
    static void printDifferences(PrintStream out, String start, String verb, List<Difference> differences) {
        if (differences.isEmpty()) {
            out.println(start + " PostgreSQL equals git");
            return;
        }
        out.println("%s %s %s".formatted(start, verb, Count.of(differences.size(), "difference")));
        differences.forEach(d -> out.println("  " + d));
    }
}
