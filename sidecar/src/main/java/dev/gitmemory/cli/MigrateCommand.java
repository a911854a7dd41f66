package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationPreview;
import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import java.io.PrintStream;
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
                    + " everything else goes into the schema git_memory. Where there are none of these tables it refuses,"
                    + " unless --create-tables is given. Running it again does no harm.",
            "",
            "Examples:",
            "  git-memory migrate --db-url jdbc:postgresql://localhost:5432/letta --db-user letta",
            "  git-memory migrate --create-tables     (in an empty database)",
            "  git-memory migrate --dry-run",
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

    @Option(
            names = "--dry-run",
            description =
                    "Only say what would change in the database, or what migrate would refuse; exits as migrate would."
                            + " It migrates and rolls back, with the same locks.")
    boolean dryRun;

    @Option(
            names = "--create-tables",
            description = "Make the application's tables where there are none of them. Default: refuse.")
    boolean createTables;

    @ArgGroup(validate = false, heading = "%nLocks:%n")
    LockOptions locks = new LockOptions();

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @ArgGroup(validate = false, heading = "%nNames of the application's tables:%n")
    TableOptions tables = new TableOptions();

    @Override
    public void check(Problems problems) {
        database.check(problems);
        tables.check(problems);
        locks.check(problems);
    }

    @Override
    public ExitCode run(Console console) {
        DatabaseSettings settings = database.settings();
        Migrations migrations = new Migrations(settings.dataSource(), tables.settings(), guard)
                .waitingForLocks(locks.settings(), console.err()::println);
        if (createTables) {
            migrations = migrations.creatingTables();
        }
        if (dryRun) {
            MigrationPreview preview = migrations.preview();
            print(preview, settings.displayName(), console.out());
            if (preview.refusal() != null) {
                throw preview.refusal();
            }
        } else {
            print(migrations.migrate(), settings.displayName(), console.out());
        }
        return ExitCode.OK;
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

    private static void print(MigrationReport report, String database, PrintStream out) {
        if (report.applied().isEmpty()) {
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
    }
}
