package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

/** {@code git-memory serve}: the sidecar. */
@Command(
        name = "serve",
        description = {
            "Serve the HTTP interface, and keep PostgreSQL and git in step.",
            "",
            "Any number of them may serve one database and one store. It refuses to start on a database that is not"
                    + " migrated. With --embedded it brings a PostgreSQL of its own and migrates that.",
            "",
            "Examples:",
            "  git-memory serve --db-url jdbc:postgresql://localhost:5432/letta --store file:///var/lib/git-memory",
            "  git-memory serve --embedded",
            ""
        })
final class ServeCommand implements CliCommand {

    @ArgGroup(validate = false, heading = "%nDatabase:%n")
    DatabaseOptions database = new DatabaseOptions();

    @ArgGroup(validate = false, heading = "%nEmbedded PostgreSQL and data:%n")
    EmbeddedOptions embedded = new EmbeddedOptions();

    @ArgGroup(validate = false, heading = "%nRepositories:%n")
    StoreOptions store = new StoreOptions();

    @ArgGroup(validate = false, heading = "%nLabels:%n")
    LabelOptions labels = new LabelOptions();

    @ArgGroup(validate = false, heading = "%nHTTP:%n")
    ServerOptions server = new ServerOptions();

    @ArgGroup(validate = false, heading = "%nNames of the application's tables:%n")
    TableOptions tables = new TableOptions();

    @Override
    public void check(Problems problems) {
        if (embedded.embedded && database.url != null) {
            problems.add("--db-url and --embedded exclude each other");
        } else if (!embedded.embedded && database.url == null) {
            problems.add("missing --db-url, for example jdbc:postgresql://localhost:5432/letta;"
                    + " or --embedded, to try git-memory without a PostgreSQL");
        } else if (database.url != null) {
            database.check(problems);
        }
        embedded.check(problems);
        store.check(problems);
        server.check(problems);
        tables.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        try (StopSignal stop = StopSignal.install()) {
            if (!embedded.embedded) {
                DatabaseSettings settings = database.settings();
                return serve(console, settings, Connections.connect(settings, tables.settings()), stop);
            }
            console.err()
                    .println("Data folder: " + embedded.dataDir.toAbsolutePath().normalize());
            try (EmbeddedPostgres postgres = startEmbedded(console, embedded, tables.settings())) {
                DatabaseSettings settings = postgres.settings();
                return serve(console, settings, Connections.connect(settings, tables.settings()), stop);
            }
        }
    }

    private ExitCode serve(Console console, DatabaseSettings settings, Database connected, StopSignal stop)
            throws IOException, InterruptedException {
        try (Serving serving =
                Serving.start(connected, store, embedded.dataDir, labels.newPaths(), server, embedded.embedded)) {
            serving.print(console.out(), settings.displayName());
            stop.await();
            console.err().println("Stopping ...");
        }
        return ExitCode.OK;
    }

    /** Starts the embedded PostgreSQL and brings it up to date. */
    static EmbeddedPostgres startEmbedded(Console console, EmbeddedOptions options, GivenTableNames tables)
            throws IOException, InterruptedException {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(
                options.dataDir, options.port, step -> console.err().println(step + " ..."));
        try {
            new Migrations(postgres.settings().dataSource(), tables, GuardEngine.PLPGSQL)
                    .creatingTables()
                    .migrate();
            return postgres;
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }
}
