package dev.gitmemory.cli;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.MigrationPreview;
import dev.gitmemory.postgres.MigrationReport;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/** What {@code git-memory migrate} says, and the exit code that goes with it. */
final class MigrationText {

    /** So many defects are told one by one. */
    private static final int MOST_NAMED = 20;

    private final String database;
    private final PrintStream out;

    MigrationText(String database, PrintStream out) {
        this.database = database;
        this.out = out;
    }

    /** Of what was compared. */
    ExitCode print(List<Defect> defects) {
        if (defects.isEmpty()) {
            out.println("Database " + database + " is as it has to be.");
            return ExitCode.OK;
        }
        out.println("Database " + database + " is not as it has to be, in " + Count.of(defects.size(), "place") + ":");
        defects.forEach(defect -> out.println("  " + defect));
        out.println("\"git-memory migrate\" mends what the migrating role may, and prints SQL for the rest.");
        return ExitCode.DIFFERENT;
    }

    /** Of what would be done. */
    ExitCode print(MigrationPreview preview) {
        MigrationReport outcome = preview.outcome();
        boolean isSound = outcome != null
                && outcome.mended().isEmpty()
                && outcome.defects().isEmpty();
        if (preview.pending().isEmpty() && isSound) {
            out.println("Database " + database + " is up to date.");
        } else {
            scripts("would run", preview.pending());
        }
        preview.changes().forEach(out::println);
        return outcome == null ? ExitCode.OK : rest(outcome, "Would mend", "Would take ");
    }

    /** Of what was done. */
    ExitCode print(MigrationReport report) {
        if (report.applied().isEmpty()
                && report.mended().isEmpty()
                && report.defects().isEmpty()) {
            out.println("Database " + database + " is up to date.");
        } else {
            scripts("ran", report.applied());
        }
        out.println("Guard: " + report.guard().engine().setting() + " (asked for "
                + report.guard().requested().setting() + "), version "
                + report.guard().version() + ".");
        report.advice().forEach(out::println);
        return rest(report, "Mended", "Took ");
    }

    private void scripts(String verb, List<String> scripts) {
        out.println("Database " + database + ": " + verb + " " + Count.of(scripts.size(), "script") + ".");
        scripts.forEach(script -> out.println("  " + script));
    }

    private ExitCode rest(MigrationReport report, String mended, String took) {
        if (!report.mended().isEmpty()) {
            out.println(mended + ", in " + Count.of(report.mended().size(), "place") + ":");
            report.mended().stream().limit(MOST_NAMED).forEach(defect -> out.println("  " + defect));
            if (report.mended().size() > MOST_NAMED) {
                out.println("  and %d more".formatted(report.mended().size() - MOST_NAMED));
            }
        }
        report.takenBack().forEach(taken -> out.println(took + taken));
        if (report.defects().isEmpty()) {
            return ExitCode.OK;
        }
        out.println("Not as it has to be still, in " + Count.of(report.defects().size(), "place") + ":");
        report.defects().forEach(defect -> out.println("  " + defect));
        List<String> remedies = report.defects().stream()
                .map(Defect::remedy)
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
        if (!remedies.isEmpty()) {
            out.println("A superuser runs, in this database:");
            remedies.forEach(out::println);
        }
        if (report.defects().stream().anyMatch(defect -> defect.remedy() == null)) {
            out.println("For what is left take the definition from a fresh installation in an empty database (migrate"
                    + " --create-tables, then pg_dump --schema-only --schema=git_memory), or the whole from a backup.");
        }
        return ExitCode.DIFFERENT;
    }
}
