package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands take the names of the application's tables from the database; what is given and differs is refused. */
class TableNamesTest {
    private static final String REFUSAL = "git-memory is installed for the tables of schema letta";

    @TempDir
    Path folder;

    private final EmbeddedDatabase database = EmbeddedDatabase.empty();

    private Cli.Run run(Map<String, String> environment, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--db-url", database.jdbcUrl(), "--db-user", "postgres"));
        return Cli.run(environment, all.toArray(String[]::new));
    }

    private void install() throws SQLException {
        assertThat(run(Map.of(), "migrate", "--create-tables", "--app-schema", "letta", "--agents-table", "agent")
                        .exitCode())
                .isZero();
        database.execute(
                "INSERT INTO letta.organizations (id, name) VALUES ('org-1', 'One')",
                "INSERT INTO letta.agent (id, name, organization_id) VALUES ('agent-1', 'One', 'org-1')");
        for (String table : List.of("block", "blocks_agents", "agents_tags", "blocks_tags", "organizations")) {
            database.execute("CREATE TABLE %s (LIKE letta.%s)".formatted(table, table));
        }
        database.execute("CREATE TABLE agents (LIKE letta.agent)");
    }

    @Test
    void everyCommandWorksWithoutTheOptionsOfTheInstallation() throws SQLException, IOException {
        install();
        String store = folder.resolve("store").toUri().toString();

        assertThat(run(Map.of(), "migrate").out()).contains("is up to date.");
        assertThat(run(Map.of(), "migrate", "--check").out()).contains("is as it has to be.");
        assertThat(run(Map.of(), "migrate", "--dry-run").out()).contains("is up to date.");
        assertThat(run(Map.of(), "enable", "agent-1", "--store", store).exitCode())
                .isZero();
        assertThat(run(Map.of(), "verify", "--all", "--store", store).exitCode())
                .isZero();
        assertThat(run(Map.of(), "fsck", "--all", "--store", store).exitCode()).isZero();
    }

    @Test
    void whatIsGivenAndDiffersIsRefusedByEachOfThem() throws SQLException {
        install();
        String store = folder.resolve("store").toUri().toString();
        for (String[] command : List.<String[]>of(
                new String[] {"migrate"},
                new String[] {"migrate", "--check"},
                new String[] {"migrate", "--dry-run"},
                new String[] {"enable", "agent-1", "--store", store},
                new String[] {"verify", "--all", "--store", store},
                new String[] {"serve", "--store", store, "--listen", "127.0.0.1:0"})) {
            List<String> args = new ArrayList<>(List.of(command));
            args.addAll(List.of("--app-schema", "public"));
            Cli.Run byOption = run(Map.of(), args.toArray(String[]::new));
            assertThat(byOption.exitCode()).as(command[0]).isEqualTo(1);
            assertThat(byOption.err()).contains(REFUSAL, "Give --app-schema letta, or none");
            assertThat(run(Map.of("GIT_MEMORY_APP_SCHEMA", "public"), command).err())
                    .isEqualTo(byOption.err());
        }
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void theAdviceForADatabaseThatIsNotMigratedKeepsTheNamesThatWereGiven() {
        assertThat(run(
                                Map.of(),
                                "verify",
                                "--all",
                                "--app-schema",
                                "letta",
                                "--store",
                                folder.toUri().toString())
                        .err())
                .contains("Run: git-memory migrate --db-url jdbc:postgresql://", " --app-schema letta");
    }
}
