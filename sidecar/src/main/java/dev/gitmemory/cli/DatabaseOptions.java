package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which database to work on. */
final class DatabaseOptions {

    @Option(
            names = "--db-url",
            paramLabel = "URL",
            description = "JDBC URL of the application's database, for example"
                    + " jdbc:postgresql://localhost:5432/letta?sslmode=verify-full. No default.")
    @Nullable
    String url;

    @Option(
            names = "--db-user",
            paramLabel = "ROLE",
            description = "PostgreSQL role to log in as. Default: the URL's parameter user, else this account's name.")
    @Nullable
    String user;

    @Option(
            names = "--db-password",
            paramLabel = "PASSWORD",
            description = "The role's password; better given as GIT_MEMORY_DB_PASSWORD."
                    + " Default: the URL's parameter password, else the file named by PGPASSFILE, else ~/.pgpass.")
    @Nullable
    String password;

    /** Adds what is wrong, a missing URL included. */
    void check(Problems problems) {
        if (url == null) {
            problems.add("missing --db-url, for example jdbc:postgresql://localhost:5432/letta");
        } else {
            DatabaseSettings.problemWith(url).ifPresent(problem -> problems.add("--db-url " + problem));
        }
    }

    /**
     * Returns the settings; {@link #check} has found them complete.
     *
     * @throws IllegalStateException when there is no URL
     */
    DatabaseSettings settings() {
        if (url == null) {
            throw new IllegalStateException("--db-url was not checked");
        }
        return new DatabaseSettings(url, user, password);
    }
}
