package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrateCommandTest {

    @Test
    void migratesAnEmptyDatabaseAndDoesNothingTheSecondTime() {
        String url = EmbeddedDatabase.empty().jdbcUrl();
        Map<String, String> environment = Map.of("GIT_MEMORY_DB_URL", url, "GIT_MEMORY_DB_USER", "postgres");

        Cli.Run first = Cli.run(environment, "migrate", "--create-tables", "--guard", "plpgsql");
        assertThat(first.err()).isEmpty();
        assertThat(first.exitCode()).isZero();
        assertThat(first.out())
                .contains("ran ", "  V001__application_tables.sql", "Guard: plpgsql (asked for plpgsql), version ");

        Cli.Run second = Cli.run(environment, "migrate");
        assertThat(second.exitCode()).isZero();
        assertThat(second.out()).contains("is up to date.", "Guard: plpgsql (asked for plpgsql)");
    }

    @Test
    void saysWhichGuardItTookAndWhatItMissedWithoutBeingAsked() {
        Cli.Run run = Cli.run(
                "migrate",
                "--create-tables",
                "--db-url",
                EmbeddedDatabase.empty().jdbcUrl(),
                "--db-user",
                "postgres");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Guard: plpgsql (asked for auto)", "PL/Java", "guard=pljava");
        assertThat(run.err()).as("the advice is not repeated as a warning").isEmpty();
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        Cli.Run run = Cli.run(
                "migrate", "--create-tables", "--dry-run", "--db-url", database.jdbcUrl(), "--db-user", "postgres");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("would run ", "V001__application_tables.sql")
                .contains("Creates the table \"public\".\"block\".");
        assertThat(Cli.run(
                        "migrate",
                        "--create-tables",
                        "--dry-run",
                        "--db-url",
                        database.jdbcUrl(),
                        "--db-user",
                        "postgres"))
                .isEqualTo(run);
    }

    @Test
    void aCheckSaysWhatMigrateMendsAndWhatOnlyASuperuserMends() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute(
                "DROP TRIGGER git_memory_tag_insert ON agents_tags",
                "CREATE FUNCTION git_memory.planted() RETURNS integer LANGUAGE sql RETURN 1");
        String[] arguments = {"migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres"};

        Cli.Run run = Cli.run(arguments);
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .containsPattern(
                        "\"git-memory migrate\", run by the owner of the application's tables, mends \\d+ of them, and"
                                + " of the others what that role may\\.\n")
                .contains("\nA superuser mends what it leaves, in this database:\n")
                .endsWith(" in this database:\nDROP ROUTINE git_memory.planted();\n");

        database.execute("DROP ROUTINE git_memory.planted()");
        assertThat(Cli.run(arguments).out())
                .endsWith("\"git-memory migrate\" mends that, run by the owner of the application's tables.\n");
    }

    @Test
    void aCheckOfRenamedTablesPrintsTheCommandThatMendsIt() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute("ALTER TABLE block RENAME TO blocks");
        String[] check = {"migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres"};
        Cli.Run run = Cli.run(check);
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("TABLE public.block: missing; git-memory's triggers are on public.blocks: was it renamed?")
                .doesNotContain("DROP ", "superuser")
                .endsWith("""
                        If tables were renamed, this mends that, run by their owner:
                        git-memory migrate --blocks-table blocks
                        """);

        assertThat(Cli.run(
                                "migrate",
                                "--blocks-table",
                                "blocks",
                                "--db-url",
                                database.jdbcUrl(),
                                "--db-user",
                                "postgres")
                        .exitCode())
                .isZero();
        assertThat(Cli.run(check).exitCode()).isZero();
    }

    @Test
    void aCheckLeavesColumnsOfOtherTypesToTheApplication() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute("ALTER TABLE block ALTER \"limit\" TYPE numeric(20,3)");
        String[] arguments = {"migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres"};
        Cli.Run run = Cli.run(arguments);
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("COLUMN block.\"limit\": of type numeric(20,3), not one of integer, bigint")
                .contains("Only the application's own migrations mend that;")
                .doesNotContain("\"git-memory migrate\" mends");
        assertThat(Cli.run("migrate", "--db-url", database.jdbcUrl(), "--db-user", "postgres")
                        .exitCode())
                .as("migrate does not")
                .isEqualTo(1);
    }

    @Test
    void aRenamedSchemaIsToldWithTheSqlThatBringsItBack() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute("ALTER SCHEMA git_memory RENAME TO gm2");
        for (String option : List.of("--check", "--dry-run", "--verbose")) {
            Cli.Run run = Cli.run("migrate", option, "--db-url", database.jdbcUrl(), "--db-user", "postgres");
            assertThat(run.exitCode()).as(option).isEqualTo(3);
            assertThat(run.err()).startsWith("git-memory migrate: The schema git_memory was renamed: ");
            assertThat(run.out()).isEqualTo("ALTER SCHEMA gm2 RENAME TO git_memory;\n");
        }
        database.execute("ALTER SCHEMA gm2 RENAME TO git_memory");
        assertThat(Cli.run("migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres")
                        .exitCode())
                .isZero();
    }

    @Test
    void aCheckNamesSomePlacesAndCountsTheRest() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute("REVOKE ALL ON ALL TABLES IN SCHEMA git_memory FROM git_memory_sidecar");
        Cli.Run run = Cli.run("migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).containsPattern("(?m)^  and \\d+ more$");
        assertThat(run.out().lines().filter(line -> line.startsWith("  "))).hasSize(21);
    }

    @Test
    void aCheckOfADatabaseWithoutGitMemorySaysSoInALine() {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        Cli.Run run = Cli.run("migrate", "--check", "--db-url", database.jdbcUrl(), "--db-user", "postgres");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .startsWith("git-memory is not installed in database 127.0.0.1:")
                .endsWith("; \"git-memory migrate\" installs it.\n")
                .hasLineCount(1);
    }

    @Test
    void aDryRunOfUninstallChangesNothing() {
        String url = EmbeddedDatabase.migrated().jdbcUrl();
        Cli.Run dry = Cli.run("uninstall", "--dry-run", "--db-url", url, "--db-user", "postgres");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.out()).contains("git-memory would be gone from database ", "nothing was changed");
        assertThat(Cli.run("migrate", "--check", "--db-url", url, "--db-user", "postgres")
                        .exitCode())
                .isZero();
    }

    @Test
    void uninstallTakesItOutAndMigrateBringsItBack() {
        String url = EmbeddedDatabase.migrated().jdbcUrl();
        Cli.Run gone = Cli.run("uninstall", "--db-url", url, "--db-user", "postgres");
        assertThat(gone.err()).isEmpty();
        assertThat(gone.exitCode()).isZero();
        assertThat(gone.out()).contains("DROP COLUMN git_sha", "git-memory is gone from database 127.0.0.1:");

        Cli.Run again = Cli.run("uninstall", "--db-url", url, "--db-user", "postgres");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).startsWith("git-memory uninstall: git-memory is not installed in this database.");

        assertThat(Cli.run("migrate", "--db-url", url, "--db-user", "postgres").exitCode())
                .isZero();
    }

    @Test
    void aFlagWinsOverTheEnvironment() {
        Cli.Run run = Cli.run(
                Map.of("GIT_MEMORY_DB_URL", "jdbc:postgresql://127.0.0.1:1/none"),
                "migrate",
                "--db-url",
                EmbeddedDatabase.empty().jdbcUrl(),
                "--db-user",
                "postgres",
                "--create-tables");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void aServerThatDoesNotAnswerIsNamedInOneParagraphWithoutStackTrace() {
        Cli.Run run = Cli.run("migrate", "--db-url", "jdbc:postgresql://127.0.0.1:1/none");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("git-memory migrate: ")
                .contains("127.0.0.1:1", "--db-url")
                .doesNotContain("\tat ");
    }

    @Test
    void theStackTraceIsShownOnRequest() {
        Cli.Run run = Cli.run("migrate", "--db-url", "jdbc:postgresql://127.0.0.1:1/none", "--verbose");
        assertThat(run.err()).contains("\tat dev.gitmemory.");
    }

    @Test
    void aRoleThatDoesNotExistIsNamedAndTheSettingToCheckToo() {
        Cli.Run run = Cli.run("migrate", "--db-url", EmbeddedDatabase.empty().jdbcUrl(), "--db-user", "nobody_here");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("nobody_here", "--db-user");
    }

    @Test
    void aRefusalIsOneParagraphAndNoLineOfALibrary() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        database.execute("CREATE TABLE block (id text)");
        Cli.Run run = Cli.run("migrate", "--db-url", database.jdbcUrl(), "--db-user", "postgres");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("git-memory migrate: ").hasLineCount(1);
    }

    @Test
    void aDatabaseThatDoesNotExistIsNamedAndTheSettingToCheckToo() {
        String url = EmbeddedDatabase.empty().jdbcUrl().replaceFirst("/[^/]*$", "/nowhere");
        Cli.Run run = Cli.run("migrate", "--db-url", url, "--db-user", "postgres");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("\"nowhere\"", "--db-url");
    }
}
