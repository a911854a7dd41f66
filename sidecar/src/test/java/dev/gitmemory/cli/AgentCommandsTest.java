package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentCommandsTest {

    private static final String AGENT_FILE = """
            {"agents": [{"id": "agent-0", "name": "Luna", "agent_type": "memgpt_agent", "tags": ["t"],
                         "block_ids": ["block-0", "block-1"], "messages": [{}, {}]}],
             "blocks": [{"id": "block-0", "label": "persona", "value": "I am Luna.\\n", "limit": 500,
                         "description": "Who I am", "read_only": true, "metadata": {"k": 1}},
                        {"id": "block-1", "label": "human", "value": "", "limit": 500}],
             "tools": [{}]}
            """;

    @TempDir
    Path folder;

    private EmbeddedDatabase database;
    private Application application;
    private Map<String, String> environment;

    @BeforeEach
    void start() throws SQLException {
        database = EmbeddedDatabase.migrated();
        application = new Application(database.dataSource());
        environment = environment(database);
        environment.put("GIT_MEMORY_DB_USER", database.sidecarRole());
    }

    private Map<String, String> environment(EmbeddedDatabase target) {
        Map<String, String> variables = new HashMap<>();
        variables.put("GIT_MEMORY_DB_URL", target.jdbcUrl());
        variables.put("GIT_MEMORY_DB_USER", "postgres");
        variables.put("GIT_MEMORY_STORE", folder.resolve("store").toUri().toString());
        return variables;
    }

    private void agent(String agentId) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-" + agentId, "persona", "v");
    }

    @Test
    void anAgentIsEnabledVerifiedSyncedAndDisabled() throws SQLException {
        agent("a");
        Cli.Run enabled = Cli.run(environment, "enable", "a");
        assertThat(enabled.err()).isEmpty();
        assertThat(enabled.exitCode()).isZero();
        assertThat(enabled.out()).contains("a: enabled, 1 commit, head ");
        assertThat(Cli.run(environment, "verify", "a").out()).contains("a: PostgreSQL equals git");

        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-a'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        Cli.Run different = Cli.run(environment, "verify", "a");
        assertThat(different.exitCode()).isEqualTo(3);
        assertThat(different.out()).contains("found 1 difference", "'system/persona': block block-a differs");

        Cli.Run dryRun = Cli.run(environment, "sync", "--dry-run", "a");
        assertThat(dryRun.exitCode()).isEqualTo(3);
        assertThat(dryRun.out()).contains("nothing was changed; 1 difference", "; would put git's content back");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("strange");
        assertThat(Cli.run(environment, "sync", "a").out())
                .contains(
                        "mended 1 difference",
                        "; put git's content back; what it held is kept: git_memory.overwritten");
        assertThat(Cli.run(environment, "sync", "--dry-run", "a").out()).contains("a: PostgreSQL equals git");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("v");
        assertThat(Cli.run(environment, "disable", "a").out()).contains("a: disabled");
    }

    @Test
    void aRepositoryIsCompactedOnceAndNothingIsDeletedUnlessAskedFor() {
        agent("a");
        Cli.run(environment, "enable", "a");

        assertThat(Cli.run(environment, "compact", "a").out())
                .contains("a: made a checkpoint up to entry 1, 0 entries deleted");
        Cli.Run again = Cli.run(environment, "compact", "--log-retention-days", "1", "a");

        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("a: has a checkpoint up to entry 1, 0 entries deleted");
        assertThat(Cli.run(environment, "verify", "a").out()).contains("a: PostgreSQL equals git");
        Cli.Run wrong = Cli.run(
                environment,
                "compact",
                "a",
                "--log-retention-days=0",
                "--checkpoint-entries=0",
                "--checkpoint-bytes=0");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("--log-retention-days must be", "--checkpoint-entries must be", "--checkpoint-bytes must be");
        Cli.Run nobody = Cli.run(environment, "compact", "nobody");
        assertThat(nobody.err()).contains("There is no agent 'nobody'");
        agent("plain");
        Cli.Run without = Cli.run(environment, "compact", "plain");
        assertThat(without.err()).contains("Agent plain has no repository: there is nothing to compact");
        assertThat(without.exitCode()).isEqualTo(nobody.exitCode()).isEqualTo(1);
        assertThat(without.out()).startsWith("Database ").hasLineCount(1);
    }

    @Test
    void whatOnlyLooksMakesNothingInTheStoreAndOnlyWhatMayBeginOneMakesItsFolder() throws IOException {
        agent("a");
        Cli.run(environment, "enable", "a");
        Path store = folder.resolve("store");
        Files.move(store, folder.resolve("away"));

        for (String[] command : new String[][] {
            {"verify", "a"},
            {"sync", "a"},
            {"sync", "--dry-run", "a"},
            {"compact", "a"},
            {"disable", "a"},
            {"purge", "a", "--confirm", "a"},
            {"fsck", "--all"},
            {"export", "--agent", "a", "--to", folder.resolve("out.git").toString()}
        }) {
            Cli.Run run = Cli.run(environment, command);
            assertThat(run.exitCode()).as(command[0]).isEqualTo(1);
            assertThat(run.err()).containsPattern("There is no (folder|store at) '.*store");
            assertThat(store).as(command[0]).doesNotExist();
        }
        Files.createDirectory(store); // as a mount point whose disk is missing
        for (String[] command : new String[][] {
            {"verify", "a"},
            {"compact", "a"},
            {"export", "--agent", "a", "--to", folder.resolve("out.git").toString()}
        }) {
            Cli.Run run = Cli.run(environment, command);
            assertThat(run.exitCode()).as(command[0]).isEqualTo(1);
            assertThat(run.err()).contains("has no id: it is empty, or another one", "mount or restore the right one");
        }
        assertThat(Cli.run(environment, "sync", "--dry-run", "a").exitCode()).isEqualTo(1);
        assertThat(store).isEmptyDirectory();

        Files.delete(store);
        Files.move(folder.resolve("away"), store);
        assertThat(Cli.run(environment, "verify", "a").out()).contains("a: PostgreSQL equals git");
    }

    @Test
    void anAgentIsPurgedWhenItIsDisabledAndItsIdIsGivenTwice() {
        agent("p");
        Cli.run(environment, "enable", "p");
        for (String[] wrong : new String[][] {{"purge", "p"}, {"purge", "p", "--confirm", "q"}}) {
            Cli.Run run = Cli.run(environment, wrong);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--confirm must be the agent's id, 'p'");
        }
        Cli.Run enabled = Cli.run(environment, "purge", "p", "--confirm", "p");
        assertThat(enabled.exitCode()).isEqualTo(1);
        assertThat(enabled.err()).contains("disable it first");
        Cli.run(environment, "disable", "p");

        Cli.Run purged = Cli.run(environment, "purge", "p", "--confirm", "p");
        assertThat(purged.err()).isEmpty();
        assertThat(purged.out()).contains("p: purged, 1 object was removed for good");
        assertThat(Cli.run(environment, "purge", "p", "--confirm", "p").exitCode())
                .isZero();
        Cli.Run checked = Cli.run(environment, "fsck", "--all");
        assertThat(checked.out()).contains("org-1/p/repo.git: clean; purged");
        assertThat(checked.exitCode()).isZero();
        assertThat(Cli.run(environment, "enable", "p").err()).contains("Agent p was purged", "gone for good");
        assertThat(Cli.run(
                                environment,
                                "export",
                                "--agent",
                                "p",
                                "--to",
                                folder.resolve("out").toString())
                        .err())
                .contains("was purged");
    }

    @Test
    void aRepositoryThatPostgresqlDoesNotKnowIsPurgedByItsOrganisation() {
        agent("lost");
        Cli.run(environment, "enable", "lost");
        Map<String, String> emptied = environment(EmbeddedDatabase.migrated());
        Cli.Run unknown = Cli.run(emptied, "purge", "lost", "--confirm", "lost");
        assertThat(unknown.err()).contains("There is no agent 'lost'");

        assertThat(Cli.run(emptied, "purge", "lost", "--confirm", "lost", "--organization-id", "org-1")
                        .out())
                .contains("lost: purged, 1 object");
        assertThat(Cli.run(environment, "verify", "lost").err()).contains("was purged");
        Cli.Run checked = Cli.run(environment, "fsck", "--agent", "lost");
        assertThat(checked.exitCode()).isEqualTo(3);
        assertThat(checked.out()).contains("its repository was purged", "disable the agent and purge it");
        Cli.run(environment, "disable", "lost");
        assertThat(Cli.run(environment, "purge", "lost", "--confirm", "lost").exitCode())
                .isZero();
    }

    @Test
    void severalAgentsCanBeNamedAndAnUnknownOneFailsWithItsName() {
        agent("b");
        agent("c");
        assertThat(Cli.run(environment, "enable", "b", "c").out()).contains("b: enabled", "c: enabled");
        Cli.Run unknown = Cli.run(environment, "enable", "nobody");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("There is no agent 'nobody'");
        assertThat(Cli.run(environment, "enable").exitCode()).isEqualTo(2);
    }

    @Test
    void aDatabaseThatIsNotMigratedIsRefusedWithTheCommandThatMigratesIt() {
        Map<String, String> bare = environment(EmbeddedDatabase.empty());
        for (String[] command : new String[][] {{"serve"}, {"enable", "a"}, {"verify", "a"}}) {
            Cli.Run run = Cli.run(bare, command);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("is not migrated", "git-memory migrate --db-url jdbc:postgresql://");
        }
    }

    @Test
    void anAgentFileBecomesAnEnabledAgentWithItsBlocks() throws IOException {
        Path file = Files.writeString(folder.resolve("luna.af"), AGENT_FILE);
        Cli.Run run = Cli.run(environment, "import", "--agent-file", file.toString(), "--organization-id", "org-luna");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Agent 'Luna' is agent-", "with 2 blocks", "Ignored, not memory: 3 parts");
        Map<String, String> agent = Map.copyOf(application.row("SELECT id, name, organization_id FROM agents"));
        assertThat(agent).containsEntry("name", "Luna").containsEntry("organization_id", "org-luna");
        String id = String.valueOf(agent.get("id"));
        assertThat(application.labels(id)).containsExactly("system/human", "system/persona");
        assertThat(application.block(id, "system/persona", "value")).isEqualTo("I am Luna.\n");
        assertThat(application.block(id, "system/persona", "read_only")).isEqualTo("t");
        assertThat(application.block(id, "system/persona", "git_sha")).isNotNull();
        assertThat(application.query("SELECT tag FROM agents_tags ORDER BY tag"))
                .extracting(row -> row.get("tag"))
                .containsExactly("git-memory-enabled", "t");
        assertThat(Cli.run(environment, "verify", id).exitCode()).isZero();
    }

    @Test
    void aBrokenAgentFileChangesNothing() throws IOException {
        Path notJson = Files.writeString(folder.resolve("a.af"), AGENT_FILE.substring(0, 200));
        Path sameLabel = Files.writeString(folder.resolve("c.af"), AGENT_FILE.replace("\"human\"", "\"persona\""));
        for (Path file : new Path[] {notJson, sameLabel, folder.resolve("none.af")}) {
            Cli.Run run = Cli.run(environment, "import", "--agent-file", file.toString());
            assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).startsWith("git-memory import: ").doesNotContain("\tat ");
        }
        assertThat(application.query("SELECT 1 FROM agents")).isEmpty();
        assertThat(application.query("SELECT 1 FROM block")).isEmpty();
        assertThat(application.query("SELECT 1 FROM git_memory.repo")).isEmpty();
    }

    @Test
    void serveWithoutADatabaseSaysBothWaysOut() {
        Cli.Run run = Cli.run("serve", "--listen", "127.0.0.1:0");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--db-url").contains("--embedded");
    }

    @Test
    void aPortThatIsTakenIsNamedWithTheOption() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();
            Cli.Run run = Cli.run(environment, "serve", "--listen", listen);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("git-memory serve: can't listen on " + listen + " (--listen): ")
                    .doesNotContain("Exception", "--verbose");
        }
    }

    @Test
    void theDemoShowsTheRefusalTheCommitTheRowTheHistoryAndTheClone() {
        Cli.Run run = Cli.run(
                "demo",
                "--exit",
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                folder.resolve("data").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("ERROR:  MG003: ")
                .contains("DETAIL:  Agent \"agent-")
                .contains("HINT:  ")
                .contains("git_sha: ")
                .contains("user    Update system/")
                .contains("$ git fsck --full --strict")
                .contains("Go on yourself")
                .contains("curl -X PATCH -H 'Content-Type: application/json' -d '")
                .doesNotContain("PATCH -d", "POST -d");
        Cli.Run again = Cli.run(
                "demo",
                "--exit",
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                folder.resolve("data").toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
    }

    @Test
    void theStoreBenchmarkCountsRequestsWithAndWithoutCheckpoints() {
        Cli.Run run = Cli.run(
                "bench", "store", "--latency=2", "--seconds=1", "--clients=2", "--history=300", "--long-history=600");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> opening =
                run.out().lines().filter(line -> line.startsWith("     300 |")).toList();
        assertThat(opening).hasSize(1);
        String[] columns = opening.get(0).split("\\|", -1);
        assertThat(columns[1].strip())
                .as("a list, two checkpoint reads, 44 entries")
                .startsWith("47 ");
        assertThat(columns[2].strip()).as("a list and 300 entries").startsWith("301 ");
        assertThat(run.out()).contains("Bytes per write at 300 writes:", "a clone, packed", "with the storage");
        assertThat(Cli.run("bench", "store", "--seconds=0", "--clients=0").err())
                .contains("--seconds", "--clients");
    }

    @Test
    void theWritesBenchmarkCountsOneRequestAWrite() {
        Cli.Run run = Cli.run(
                "bench",
                "writes",
                "--history",
                "3,9",
                "--writes",
                "4",
                "--work-dir",
                folder.resolve("b").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines().filter(line -> line.contains("1.00 0.00 0.00")))
                .hasSize(2);
        assertThat(Cli.run("bench", "writes", "--history", "9,3").exitCode()).isEqualTo(2);
    }

    @Test
    void theGuardBenchmarkComparesEveryEngineThatTheServerHasAndLeavesNothingBehind() throws SQLException {
        Cli.Run run = Cli.run(
                Map.of("GIT_MEMORY_DB_URL", database.jdbcUrl(), "GIT_MEMORY_DB_USER", "postgres"),
                "bench",
                "guard",
                "--clients",
                "2",
                "--rounds",
                "1",
                "--updates",
                "3");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("NOT MEASURED: pljava");
        assertThat(run.out()).contains("bare", "plpgsql, tagged", "ratio 1.000 (1.000 to 1.000)", "(no JVM)");
        assertThat(application.query("SELECT 1 FROM pg_database WHERE datname LIKE 'git_memory_bench%'"))
                .isEmpty();
        assertThat(Cli.run("bench", "guard", "--clients", "0").exitCode()).isEqualTo(2);
    }

    @Test
    void theBenchmarkOfSqlComparesThreeWaysToWrite() {
        Cli.Run run = Cli.run(
                "bench",
                "sql",
                "--writes",
                "100",
                "--work-dir",
                folder.resolve("bench").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("UPDATE, no tag ", "HTTP PATCH ", "CALL git_memory.write_block|");
        assertThat(Cli.run("bench", "sql", "--writes", "99").exitCode()).isEqualTo(2);
    }
}
