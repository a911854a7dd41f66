package dev.gitmemory.cli;

import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.SourceKind;
import dev.gitmemory.service.ImportReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What an import did, or would do, as lines for people. */
final class ImportText {

    private static final int MOST_PATHS = 50;

    private final PrintStream out;

    ImportText(PrintStream out) {
        this.out = out;
    }

    void print(String agentId, ImportReport report, boolean dryRun) {
        ImportPlan plan = report.plan();
        out.println(oneLine("%s: %s, %s".formatted(agentId, report.kind().text(), report.description())));
        if (report.enables()) {
            out.println("  the agent " + (dryRun ? "would become" : "has become") + " git's (enable)");
        }
        out.println("  " + way(report));
        if (!report.rowCommits().isEmpty()) {
            out.println("  %s for what the agent's rows %s: '%s'"
                    .formatted(
                            report.rowCommits().size() == 1
                                    ? "one more commit"
                                    : report.rowCommits().size() + " more commits",
                            dryRun ? "say" : "said",
                            String.join("', '", report.rowCommits())));
        }
        boolean changesFiles = !plan.added().isEmpty()
                || !plan.changed().isEmpty()
                || !plan.removed().isEmpty();
        if (plan.way() != ImportPlan.Way.NOTHING || changesFiles) {
            out.println("  files: %d added, %d changed, %d removed"
                    .formatted(
                            plan.added().size(),
                            plan.changed().size(),
                            plan.removed().size()));
            printPaths("+", plan.added());
            printPaths("~", plan.changed());
            printPaths("-", plan.removed());
        }
        StatusText.printRenamed(out, report.renamed(), dryRun ? "would be" : "was", dryRun ? "would be" : "were");
        printLimited(report, dryRun);
        printRemovals(report, dryRun);
        plan.refs().forEach((name, id) -> out.println("  ref: %s at %s".formatted(name, id)));
        printPaths("left out:", report.leftOut());
        if (report.strangeAttributes()) {
            out.println(
                    "  warning: its .gitattributes %s the place of git-memory's '* -text': with line ends or filters in it,"
                                    .formatted(dryRun ? "would take" : "has taken")
                            + " git's clients may check files out, and push them, with other bytes than PostgreSQL has");
        }
        if (dryRun) {
            out.println("Nothing was changed: this was a --dry-run.");
        } else {
            out.println("Head: " + report.headSha());
        }
    }

    private static String way(ImportReport report) {
        ImportPlan plan = report.plan();
        return switch (plan.way()) {
            case NOTHING ->
                report.kind() == SourceKind.FOLDER
                        ? "no commit: the agent's files are the same already"
                        : "no commit: the agent's history has it already";
            case WHOLE_HISTORY -> "the whole history, %s".formatted(withIds(plan));
            case FAST_FORWARD -> "fast-forward from %s, %s".formatted(plan.headSha(), withIds(plan));
            case MERGE ->
                "a history of its own, %s: its files in one merge commit on top of %s"
                        .formatted(Count.of(plan.newCommits(), "commit"), plan.headSha());
            case COMMIT -> "one commit";
        };
    }

    /** The same without control characters, which a file's name may have and a terminal obeys. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    line.append(String.format(Locale.ROOT, c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                default -> line.appendCodePoint(c);
            }
        });
        return line.toString();
    }

    private static String withIds(ImportPlan plan) {
        return Count.of(plan.newCommits(), "commit with its id", "commits with their ids");
    }

    private void printLimited(ImportReport report, boolean dryRun) {
        if (!report.limited().isEmpty()) {
            boolean onTop = report.plan().way() == ImportPlan.Way.WHOLE_HISTORY
                    || report.plan().way() == ImportPlan.Way.FAST_FORWARD;
            out.println("  limits: %s that had none %s one written into %s%s"
                    .formatted(
                            Count.of(report.limited().size(), "file"),
                            dryRun ? "would get" : "got",
                            report.limited().size() == 1 ? "it" : "them",
                            onTop ? ", in one more commit" : ""));
            printPaths("limit:", report.limited());
        }
    }

    private void printRemovals(ImportReport report, boolean dryRun) {
        if (!report.removals().isEmpty()) {
            out.println("  %s %s that it lacks, though its history does not continue the agent's%s:"
                    .formatted(
                            dryRun ? "would remove" : "removed",
                            Count.of(report.removals().size(), "block"),
                            dryRun ? ", which takes --yes" : ""));
            printPaths("block:", report.removals());
        }
    }

    private void printPaths(String mark, List<String> paths) {
        printSome(out, "    " + mark + " ", paths);
    }

    /** Prints the first of them, one a line, and how many more there are. */
    static void printSome(PrintStream out, String mark, List<String> texts) {
        texts.stream().limit(MOST_PATHS).forEach(text -> out.println(mark + oneLine(text)));
        if (texts.size() > MOST_PATHS) {
            out.println("%s... and %d more".formatted(mark, texts.size() - MOST_PATHS));
        }
    }
}
