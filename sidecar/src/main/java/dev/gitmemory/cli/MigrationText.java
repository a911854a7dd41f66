package dev.gitmemory.cli;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.MigrationPreview;
import dev.gitmemory.postgres.MigrationReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code git-memory migrate} says, and the exit code that goes with it. */
final class MigrationText {

    /** So many defects are told one by one. */
    private static final int MOST_NAMED = 20;

    private static final String TAKE_IT_FROM =
            "take the definition from a fresh installation in an empty database (migrate --create-tables, then pg_dump"
                    + " --schema-only --schema=git_memory), or the whole from a backup.";

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
        list(defects);
        Map<Defect.Mender, List<Defect>> by = defects.stream().collect(Collectors.groupingBy(Defect::mender));
        List<Defect> migrating = by.getOrDefault(Defect.Mender.MIGRATING, List.of());
        List<Defect> renamed = by.getOrDefault(Defect.Mender.MIGRATING_OTHER_TABLES, List.of());
        List<Defect> sql = by.getOrDefault(Defect.Mender.SQL, List.of());
        int application = by.getOrDefault(Defect.Mender.APPLICATION, List.of()).size();
        int backup = by.getOrDefault(Defect.Mender.BACKUP, List.of()).size();
        int all = defects.size();
        if (application > 0) {
            out.println(
                    "Only the application's own migrations mend %s; while columns that git mirrors are missing or of a type that"
                                    .formatted(part(application, all))
                            + " is not accepted, \"git-memory migrate\" changes nothing.");
        }
        if (!renamed.isEmpty()) { // without these names it would be refused
            out.println("If tables were renamed, this mends %s, run by their owner:"
                    .formatted(part(renamed.size() + migrating.size(), all)));
            remedies(renamed).forEach(out::println);
        } else if (!sql.isEmpty()) {
            out.println(
                    "\"git-memory migrate\", run by the owner of the application's tables, mends %s what that role may."
                            .formatted(
                                    migrating.isEmpty()
                                            ? "of that"
                                            : part(migrating.size(), all) + ", and of the others"));
        } else if (!migrating.isEmpty()) {
            out.println("\"git-memory migrate\" mends %s, run by the owner of the application's tables."
                    .formatted(part(migrating.size(), all)));
        }
        if (backup > 0) {
            out.println("Nothing makes %s anew: ".formatted(part(backup, all)) + TAKE_IT_FROM);
        }
        if (!sql.isEmpty()) {
            out.println("A superuser mends what it leaves, in this database:");
            remedies(sql).forEach(out::println);
        }
        return ExitCode.DIFFERENT;
    }

    private static String part(int count, int all) {
        return count == all ? "that" : count + " of them";
    }

    /** Of a database to compare that has nothing of git-memory's. */
    ExitCode printNotInstalled() {
        out.println("git-memory is not installed in database " + database + "; \"git-memory migrate\" installs it.");
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
        } else if (outcome != null || !preview.pending().isEmpty()) { // else the refusal says it all
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
            list(report.mended());
        }
        report.takenBack().forEach(taken -> out.println(took + taken));
        if (report.defects().isEmpty()) {
            return ExitCode.OK;
        }
        out.println("Not as it has to be still, in " + Count.of(report.defects().size(), "place") + ":");
        list(report.defects());
        List<String> remedies = remedies(report.defects());
        if (!remedies.isEmpty()) {
            out.println("A superuser runs, in this database:");
            remedies.forEach(out::println);
        }
        Set<Defect.Mender> others = report.defects().stream()
                .filter(defect -> defect.remedy() == null)
                .map(Defect::mender)
                .collect(Collectors.toSet());
        if (others.remove(Defect.Mender.APPLICATION)) {
            out.println("What the application's tables lack its own migrations mend.");
        }
        if (!others.isEmpty()) {
            out.println("For what is left " + TAKE_IT_FROM);
        }
        return ExitCode.DIFFERENT;
    }

    private void list(List<Defect> defects) {
        defects.stream().limit(MOST_NAMED).forEach(defect -> out.println("  " + defect));
        if (defects.size() > MOST_NAMED) {
            out.println("  and %d more".formatted(defects.size() - MOST_NAMED));
        }
    }

    /** All of them: who runs only some has not mended it. What is dropped needs nothing else. */
    private static List<String> remedies(List<Defect> defects) {
        Set<String> dropped = defects.stream()
                .filter(MigrationText::isDropped)
                .map(Defect::object)
                .collect(Collectors.toSet());
        return defects.stream()
                .filter(defect -> isDropped(defect) || !dropped.contains(defect.object()))
                .map(Defect::remedy)
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
    }

    private static boolean isDropped(Defect defect) {
        return defect.remedy() != null && defect.remedy().startsWith("DROP ");
    }
}
