package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationPreview;
import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory migrate}: installs git-memory in a database, or brings it up to date. */
@Command(
        name = "migrate",
        description = {
            "Install git-memory in a database, or bring it up to date.",
            "",
            "On a database that has the application's tables, the blocks table gets the column git_sha and triggers;"
                    + " everything else goes into the schema git_memory. On an empty database the application's tables"
                    + " are created as well. Running it again does no harm, and mends what"
                    + " was changed since: triggers, functions, owners, rights.",
            "",
            "Exit code 3: not all is as it has to be, and what is printed has to be run by somebody else.",
            "",
            "Examples:",
            "  git-memory migrate --db-url jdbc:postgresql://localhost:5432/letta --db-user letta",
            "  git-memory migrate --dry-run",
            "  git-memory migrate --check             (is all of it there still, as installed?)",
            "  git-memory migrate --guard pljava      (after PL/Java was installed)",
            ""
        })
final class MigrateCommand implements CliCommand {

    @Option(
            names = "--guard",
            paramLabel = "auto|pljava|plpgsql",
            description = "Language of the guard, which refuses writes that are not in git: pljava, plpgsql (for a"
                    + " PostgreSQL without PL/Java), or auto (pljava where it works). Both refuse the same."
                    + " Default: what the last migration was asked for, auto the first time.")
    @Nullable
    GuardEngine guard;

    @Option(names = "--dry-run", description = "Only say what would change in the database.")
    boolean dryRun;

    @Option(
            names = "--check",
            description = "Only compare what is installed with what has to be, and print what differs: triggers,"
                    + " functions, tables, owners, rights, PL/Java. Exit code 3 if anything does.")
    boolean check;

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @ArgGroup(validate = false, heading = "%nNames of the application's tables:%n")
    TableOptions tables = new TableOptions();

    @Override
    public void check(Problems problems) {
        database.check(problems);
        tables.check(problems);
        if (check && (dryRun || guard != null)) {
            problems.add("--check only looks: give it without --dry-run and --guard");
        }
    }

    @Override
    public ExitCode run(Console console) {
        DatabaseSettings settings = database.settings();
        Migrations migrations = new Migrations(settings.dataSource(), tables.settings(), guard);
        String name = settings.displayName();
        if (check) {
            return print(migrations.defects(), name, console.out());
        }
        if (dryRun) {
            print(migrations.preview(), name, console.out());
            return ExitCode.OK;
        }
        try {
            return print(migrations.migrate(), name, console.out());
        } catch (SuperuserNeededException e) {
            console.err().println("git-memory migrate: " + e.getMessage() + ". A superuser runs, in this database:");
            e.remedies().forEach(console.out()::println);
            return ExitCode.DIFFERENT;
        }
    }

    private static ExitCode print(List<Defect> defects, String database, PrintStream out) {
        if (defects.isEmpty()) {
            out.println("Database " + database + " is as it has to be.");
            return ExitCode.OK;
        }
        out.println("Database " + database + " is not as it has to be, in " + Count.of(defects.size(), "place") + ":");
        defects.forEach(defect -> out.println("  " + defect));
        out.println("\"git-memory migrate\" mends what the migrating role may.");
        return ExitCode.DIFFERENT;
    }

    private static void print(MigrationPreview preview, String database, PrintStream out) {
        if (preview.pending().isEmpty()) {
            out.println("Database " + database + " is up to date.");
            return;
        }
        out.println("Database " + database + ": would run "
                + Count.of(preview.pending().size(), "script") + ".");
        preview.pending().forEach(script -> out.println("  " + script));
        preview.changes().forEach(out::println);
    }

    private static ExitCode print(MigrationReport report, String database, PrintStream out) {
        if (report.applied().isEmpty() && report.defects().isEmpty()) {
            out.println("Database " + database + " is up to date.");
        } else {
            out.println("Database " + database + ": ran "
                    + Count.of(report.applied().size(), "script") + ".");
            report.applied().forEach(script -> out.println("  " + script));
        }
        out.println("Guard: " + report.guard().engine().setting() + " (asked for "
                + report.guard().requested().setting() + "), version "
                + report.guard().version() + ".");
        report.advice().forEach(out::println);
        report.takenBack().forEach(out::println);
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
        return ExitCode.DIFFERENT;
    }
}
