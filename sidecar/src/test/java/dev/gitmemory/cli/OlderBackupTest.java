package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.TestCluster;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PostgreSQL, or a part of it, comes back from a backup, and git is ahead: a sidecar that starts is all it takes. */
final class OlderBackupTest extends TransferTest {

    private static final String BLOCKS = "/v1/agents/a/core-memory/blocks";
    private static final List<String> LEDGER = List.of("git_memory.repo", "git_memory.file", "git_memory.commit");
    private static final List<String> ROWS = List.of("block", "blocks_agents");

    private interface Work {
        void with(Sidecar sidecar) throws Exception;
    }

    private void withSidecar(Work work) throws Exception {
        DatabaseSettings settings = new DatabaseSettings(
                String.valueOf(environment.get("GIT_MEMORY_DB_URL")), environment.get("GIT_MEMORY_DB_USER"), null);
        try (ObjectStore objects = Stores.open(String.valueOf(environment.get("GIT_MEMORY_STORE")));
                Sidecar sidecar = Sidecar.start(settings, objects, Steps.NONE)) {
            work.with(sidecar);
        }
    }

    /** What a sidecar does by itself; it makes a pass each second. */
    private void aSidecarStarts() throws Exception {
        aSidecarStarts(false);
    }

    private void aSidecarStarts(boolean hasToMendRows) throws Exception {
        withSidecar(sidecar -> {
            sidecar.memory().reconciler().run();
            int left = sidecar.memory().reconciler().figures().failing();
            assertThat(left).isZero();
            assertThat(sidecar.memory().reconciler().figures().mended()).isEqualTo(hasToMendRows ? 1 : 0);
        });
    }

    private static void create(Http http, String label, String value) {
        assertThat(http.post(BLOCKS, "{\"label\": \"%s\", \"value\": \"%s\"}".formatted(label, value))
                        .status())
                .isEqualTo(201);
    }

    private void life() throws Exception {
        enabledAgent("a");
        withSidecar(sidecar -> {
            create(sidecar.http(), "changes", "at first");
            create(sidecar.http(), "goes", "for a while");
            create(sidecar.http(), "moves", "from here");
        });
    }

    private void lifeAfterwards() throws Exception {
        withSidecar(sidecar -> {
            Http http = sidecar.http();
            assertThat(http.patch(BLOCKS + "/changes", "{\"value\": \"since then\", \"description\": \"new\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(http.delete("/v1/blocks/" + application.block("a", "goes", "id"))
                            .status())
                    .isEqualTo(200);
            assertThat(http.patch(BLOCKS + "/moves", "{\"label\": \"moved\"}").status())
                    .isEqualTo(200);
            create(http, "came", "later");
        });
    }

    private void assertItIsAllThere() {
        assertThat(application.labels("a")).containsExactly("came", "changes", "moved", "system/persona");
        assertThat(application.block("a", "changes", "value")).isEqualTo("since then");
        assertThat(application.block("a", "changes", "description")).isEqualTo("new");
        assertThat(application.block("a", "moved", "value")).isEqualTo("from here");
        assertInStep("a");
        assertThat(application.query("SELECT * FROM git_memory.status WHERE last_error IS NOT NULL"))
                .isEmpty();
        assertThat(application.query("SELECT DISTINCT trigger_state FROM git_memory.guard"))
                .containsExactly(Map.of("trigger_state", "ok"));
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
    }

    private void save(List<String> tables) throws SQLException {
        database.execute("CREATE SCHEMA saved");
        for (String table : tables) {
            database.execute("CREATE TABLE saved.%s AS TABLE %s".formatted(table.replace('.', '_'), table));
        }
    }

    /** What {@code pg_restore --data-only --disable-triggers} does with tables that were emptied for it. */
    private void putBack(List<String> tables) throws SQLException {
        for (String table : tables) {
            database.execute("ALTER TABLE %s DISABLE TRIGGER ALL".formatted(table));
        }
        for (String table : tables) {
            database.execute(
                    "DELETE FROM " + table,
                    "INSERT INTO %s SELECT * FROM saved.%s".formatted(table, table.replace('.', '_')));
        }
        for (String table : tables) {
            database.execute("ALTER TABLE %s ENABLE TRIGGER ALL".formatted(table));
        }
    }

    @Test
    void aWholeClusterFollowsGit() throws Exception {
        try (TestCluster cluster = TestCluster.start(Files.createDirectory(folder.resolve("cluster")))) {
            new Migrations(cluster.dataSource("postgres"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                    .creatingTables()
                    .migrate();
            application = new Application(cluster.dataSource("postgres"));
            environment.put("GIT_MEMORY_DB_URL", cluster.jdbcUrl("postgres"));
            environment.put("GIT_MEMORY_DB_USER", "postgres");
            life();
            String id = String.valueOf(application.block("a", "moves", "id"));
            Path backup = folder.resolve("backup");
            cluster.backUp(backup);
            lifeAfterwards();

            cluster.restore(backup);

            assertThat(application.labels("a")).containsExactly("changes", "goes", "moves", "system/persona");
            assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
            Cli.Run verify = run("verify", "a");
            assertThat(verify.exitCode()).isEqualTo(3);
            assertThat(verify.out()).contains("PostgreSQL has applied", "'came': git has it since");
            aSidecarStarts();
            assertItIsAllThere();
            assertThat(application.block("a", "moved", "id")).isEqualTo(id);
        }
    }

    @Test
    void syncSaysHowManyCommitsItApplied() throws Exception {
        enabledAgent("a");
        Map<String, String> older = Map.copyOf(environment);
        useNewDatabase();
        application.createAgent("a");
        ok("enable", "a", "--git-wins");
        for (String note : new String[] {"one", "two"}) {
            write(folder.resolve("notes").resolve(note + ".md"), note);
            importInto("a", folder.resolve("notes"));
        }

        environment.putAll(older);
        assertThat(ok("sync", "a")).endsWith("\na: applied 2 commits; PostgreSQL equals git\n");
        assertThat(ok("sync", "a")).endsWith("\na: PostgreSQL equals git\n");
    }

    @Test
    void aLedgerThatIsOlderThanTheRowsFollowsGitAndTheRowsKeepTheirIds() throws Exception {
        life();
        save(LEDGER);
        lifeAfterwards();
        String id = String.valueOf(application.block("a", "came", "id"));

        putBack(LEDGER);

        assertThat(application.query("SELECT label, state FROM git_memory.drift ORDER BY label"))
                .extracting(row -> row.get("label"))
                .contains("came", "changes", "goes", "moved");
        assertThat(run("verify", "a").exitCode()).isEqualTo(3);
        ok("migrate", "--db-user", "postgres"); // the ledger's own triggers were switched off and on, too
        aSidecarStarts();
        assertItIsAllThere();
        assertThat(application.block("a", "came", "id")).isEqualTo(id);
    }

    @Test
    void aLedgerThatWasLostIsMadeAnewAndGitStaysAsItIs() throws Exception {
        life();
        lifeAfterwards();
        String head = head("a");
        String id = String.valueOf(application.block("a", "came", "id"));
        database.execute("DELETE FROM git_memory.repo"); // takes the rest with it

        assertThat(application
                        .row("SELECT state FROM git_memory.status WHERE agent_id = 'a'")
                        .get("state"))
                .isEqualTo("pending");
        aSidecarStarts();
        assertItIsAllThere();
        assertThat(head("a")).isEqualTo(head);
        assertThat(application.block("a", "came", "id")).isEqualTo(id);
    }

    @Test
    void aLedgerThatWasLostWithRowsOlderThanGitLetsGitWin() throws Exception {
        life();
        save(ROWS);
        lifeAfterwards();
        putBack(ROWS);
        ok("migrate", "--db-user", "postgres");
        database.execute("DELETE FROM git_memory.repo");

        aSidecarStarts();

        assertItIsAllThere();
    }

    @Test
    void rowsOlderThanTheLedgerBecomeWhatGitSays() throws Exception {
        life();
        save(ROWS);
        lifeAfterwards();

        putBack(ROWS);

        assertThat(application.query("SELECT DISTINCT trigger_state FROM git_memory.guard ORDER BY 1"))
                .extracting(row -> row.get("trigger_state"))
                .as("pg_restore does not give them back as they were")
                .containsExactly("not enabled always", "ok");
        ok("migrate", "--db-user", "postgres");
        assertThat(application.query("SELECT label FROM git_memory.drift ORDER BY label"))
                .extracting(row -> row.get("label"))
                .contains("came", "changes", "goes", "moved", "moves");
        Cli.Run verify = run("verify", "a");
        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.out()).contains("'changes': block", "'goes': block", "is not in git", "'came': git has it");
        aSidecarStarts(true);
        assertItIsAllThere();
        assertThat(application.query("SELECT label, value FROM git_memory.overwritten ORDER BY label"))
                .as("what the rows held can be looked at")
                .extracting(row -> row.get("label"))
                .contains("changes");
    }
}
