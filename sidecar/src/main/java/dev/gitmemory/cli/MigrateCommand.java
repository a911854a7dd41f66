package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationPreview;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
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
                    + " unless --create-tables is given. Running it again does no harm, and mends what was changed since:"
                    + " triggers, functions, owners, rights.",
            "",
            "Exit code 3: not all is as it has to be, and what is printed has to be run by somebody else.",
            "",
            "Examples:",
            "  git-memory migrate --db-url jdbc:postgresql://localhost:5432/letta --db-user letta",
            "  git-memory migrate --create-tables     (in an empty database)",
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

    @Option(
            names = "--dry-run",
            description =
                    "Only say what would change in the database, or what migrate would refuse; exits as migrate would."
                            + " It migrates and rolls back, with the same locks.")
    boolean dryRun;

    @Option(
            names = "--check",
            description = "Only compare what is installed with what has to be, and print what differs: triggers,"
                    + " functions, tables, owners, rights, PL/Java. Exit code 3 if anything does.")
    boolean check;

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
        if (check && (dryRun || createTables || guard != null)) {
            problems.add("--check only looks: give it without --dry-run, --create-tables and --guard");
        }
    }

    @Override
    public ExitCode run(Console console) {
        DatabaseSettings settings = database.settings();
        Migrations migrations = new Migrations(settings.dataSource(), tables.settings(), guard)
                .waitingForLocks(locks.settings(), console.err()::println);
        if (createTables) {
            migrations = migrations.creatingTables();
        }
        MigrationText text = new MigrationText(settings.displayName(), console.out());
        try {
            if (check) {
                return migrations.isInstalled() ? text.print(migrations.defects()) : text.printNotInstalled();
            }
            if (!dryRun) {
                return text.print(migrations.migrate());
            }
            MigrationPreview preview = migrations.preview();
            ExitCode code = text.print(preview);
            if (preview.refusal() != null) {
                throw preview.refusal();
            }
            return code;
        } catch (SuperuserNeededException e) {
            console.err()
                    .println("git-memory migrate: " + e.getMessage()
                            + (e.remedies().isEmpty()
                                    ? "."
                                    : ". A superuser runs this in this database; then run migrate again:"));
            e.remedies().forEach(console.out()::println);
            return ExitCode.DIFFERENT;
        }
    }
}
