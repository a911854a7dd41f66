package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.Migrations;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory uninstall}: takes out of a database what {@code migrate} put into it. */
@Command(
        name = "uninstall",
        description = {
            "Take git-memory out of a database: triggers, the schema git_memory, the guard's jars.",
            "",
            "The application's tables keep all their rows, with the labels that enabling has given them, and the repositories"
                    + " stay in the store: a later migrate takes up where this left off. Run it as the role that ran"
                    + " migrate, with no sidecar running.",
            "",
            "Example:",
            "  git-memory uninstall --db-url jdbc:postgresql://localhost:5432/letta --db-user letta",
            ""
        })
final class UninstallCommand implements CliCommand {

    @Option(names = "--drop-column", description = "Drop the column git_sha of the blocks table, too.")
    boolean dropColumn;

    @Option(
            names = "--drop-dependents",
            description = "Drop what others have made that stands on objects of git-memory, too: views of the"
                    + " application's above all. Default: name it and refuse.")
    boolean dropDependents;

    @Option(
            names = "--dry-run",
            description =
                    "Only say what would be left to do, or what would be refused. It uninstalls and rolls back, with"
                            + " the same locks.")
    boolean dryRun;

    @ArgGroup(validate = false, heading = "%nLocks:%n")
    LockOptions locks = new LockOptions();

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @Override
    public void check(Problems problems) {
        database.check(problems);
        locks.check(problems);
    }

    @Override
    public ExitCode run(Console console) {
        DatabaseSettings settings = database.settings();
        Migrations migrations = new Migrations(settings.dataSource(), GivenTableNames.NONE, null)
                .waitingForLocks(locks.settings(), console.err()::println);
        if (dryRun) {
            migrations.previewUninstall(dropColumn, dropDependents).forEach(console.out()::println);
            console.out()
                    .println("git-memory would be gone from database " + settings.displayName()
                            + "; nothing was changed.");
            return ExitCode.OK;
        }
        migrations.uninstall(dropColumn, dropDependents).forEach(console.out()::println);
        console.out().println("git-memory is gone from database " + settings.displayName() + ".");
        return ExitCode.OK;
    }
}
