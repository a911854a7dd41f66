package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory uninstall}: takes out of a database what {@code migrate} put into it. */
@Command(
        name = "uninstall",
        description = {
            "Take git-memory out of a database: triggers, the schema git_memory, the guard's jars.",
            "",
            "The application's tables keep all their rows, and the repositories stay in the store: a later migrate takes"
                    + " up where this left off. Run it as the role that ran migrate, with no sidecar running.",
            "",
            "Example:",
            "  git-memory uninstall --db-url jdbc:postgresql://localhost:5432/letta --db-user letta",
            ""
        })
final class UninstallCommand implements CliCommand {

    @Option(names = "--drop-column", description = "Drop the column git_sha of the blocks table, too.")
    boolean dropColumn;

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @Override
    public void check(Problems problems) {
        database.check(problems);
    }

    @Override
    public ExitCode run(Console console) {
        DatabaseSettings settings = database.settings();
        // The installation itself knows what the tables are called.
        Migrations migrations = new Migrations(settings.dataSource(), TableNames.DEFAULT, null);
        migrations.uninstall(dropColumn).forEach(console.out()::println);
        console.out().println("git-memory is gone from database " + settings.displayName() + ".");
        return ExitCode.OK;
    }
}
