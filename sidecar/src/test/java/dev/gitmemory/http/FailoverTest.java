package dev.gitmemory.http;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's primary dies, and a replica that had not received its last transactions is promoted. */
class FailoverTest {

    private static final String PERSONA = "/v1/agents/a/core-memory/blocks/system%2Fpersona";

    @TempDir
    Path folder;

    private static void until(Application server, String condition) {
        while (!"t".equals(server.row("SELECT " + condition + " AS holds").get("holds"))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aRunningSidecarGoesOnWithThePromotedReplicaAndBringsItWhatItHadNotReceived() throws Exception {
        try (TestCluster primary = TestCluster.start(Files.createDirectory(folder.resolve("primary")))) {
            new Migrations(primary.dataSource("postgres"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                    .creatingTables()
                    .migrate();
            Application before = new Application(primary.dataSource("postgres"));
            before.createAgent("a");
            before.createBlock("a", "block-a", "persona", "at first");
            try (TestCluster replica = primary.standby(Files.createDirectory(folder.resolve("replica")));
                    ObjectStore store = Stores.open("memory:");
                    Sidecar sidecar = Sidecar.start(
                            new DatabaseSettings(
                                    "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/postgres?targetServerType=primary"
                                            .formatted(primary.port(), replica.port()),
                                    "postgres",
                                    null),
                            store,
                            Steps.NONE)) {
                Application after = new Application(replica.dataSource("postgres"));
                Http http = sidecar.http();
                assertThat(http.post("/v1/agents/a/git-memory/enable", "").status())
                        .isEqualTo(200);
                assertThat(http.patch(PERSONA, "{\"value\":\"received\"}").status())
                        .isEqualTo(200);
                String written =
                        before.row("SELECT pg_current_wal_lsn() AS lsn").get("lsn");
                until(after, "pg_last_wal_replay_lsn() >= '" + written + "'");
                after.update("ALTER SYSTEM SET primary_conninfo = ''");
                after.query("SELECT pg_reload_conf()");
                until(after, "NOT EXISTS (SELECT FROM pg_stat_wal_receiver)");
                assertThat(http.patch(PERSONA, "{\"value\":\"never received\"}").status())
                        .isEqualTo(200);

                primary.crash();
                after.query("SELECT pg_promote()");
                assertThat(after.block("a", "system/persona", "value")).isEqualTo("received");

                String request =
                        after.row("SELECT git_memory.submit_sync_all() AS id").get("id");
                assertThat(after.row("SELECT git_memory.await_request(?::uuid, '60 s') AS result", request)
                                .get("result"))
                        .contains("\"agents\": 1", "\"failed\": 0");
                assertThat(after.block("a", "system/persona", "value")).isEqualTo("never received");
                assertThat(http.patch(PERSONA, "{\"value\":\"after it\"}").status())
                        .isEqualTo(200);
                assertThat(after.block("a", "system/persona", "value")).isEqualTo("after it");
                assertThat(after.query("SELECT * FROM git_memory.drift")).isEmpty();
                assertThat(after.query("SELECT message FROM git_memory.history"))
                        .hasSize(4);
            }
        }
    }
}
