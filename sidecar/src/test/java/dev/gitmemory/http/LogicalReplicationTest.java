package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application's tables are replicated logically to a subscriber, as docs/operations.md says it. */
class LogicalReplicationTest {

    private static final String BLOCKS = "/v1/agents/a/core-memory/blocks";
    private static final List<String> TABLES =
            List.of("organizations", "agents", "agents_tags", "block", "blocks_agents", "blocks_tags");

    @TempDir
    Path folder;

    private TestCluster cluster;
    private ObjectStore store;
    private Sidecar sidecar;
    private Application publisher;
    private Application subscriber;

    /** Publisher and subscriber are two databases of one cluster. */
    @BeforeEach
    void publish() throws Exception {
        cluster = TestCluster.start(
                Files.createDirectory(folder.resolve("cluster")),
                "wal_level = logical",
                "wal_retrieve_retry_interval = 200ms");
        new Migrations(cluster.dataSource("postgres"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        publisher = new Application(cluster.dataSource("postgres"));
        publisher.update("CREATE DATABASE subscriber");
        subscriber = new Application(cluster.dataSource("subscriber"));
        store = Stores.open("memory:");
        sidecar = Sidecar.start(new DatabaseSettings(cluster.jdbcUrl("postgres"), "postgres", null), store, Steps.NONE);
        publisher.createAgent("a");
        publisher.createBlock("a", "block-a", "persona", "before");
        publisher.createAgent("plain");
        publisher.createBlock("plain", "block-plain", "persona", "plain");
        assertThat(sidecar.http().post("/v1/agents/a/git-memory/enable", "").status())
                .isEqualTo(200);
        publisher.update("CREATE PUBLICATION app FOR TABLE " + String.join(", ", TABLES));
    }

    @AfterEach
    void close() throws Exception {
        sidecar.close();
        store.close();
        cluster.close();
    }

    private void subscribe(String publication) {
        publisher.query("SELECT pg_create_logical_replication_slot('memory', 'pgoutput')");
        // Within one cluster CREATE SUBSCRIPTION would wait for itself if it made the slot.
        subscriber.update(
                ("CREATE SUBSCRIPTION memory CONNECTION 'host=127.0.0.1 port=%d user=postgres dbname=postgres'"
                                + " PUBLICATION %s WITH (create_slot = false, slot_name = 'memory')")
                        .formatted(cluster.port(), publication));
    }

    private void untilCopied() {
        until("NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r')");
    }

    private void until(String condition) {
        while (!"t".equals(subscriber.row("SELECT " + condition + " AS holds").get("holds"))) {
            Thread.onSpinWait();
        }
    }

    private void untilItHas(String value) {
        until("EXISTS (SELECT FROM block WHERE value = '" + value + "')");
    }

    private List<String> rows(Application database) {
        return database
                .query("SELECT l.agent_id, b.* FROM block b JOIN blocks_agents l ON l.block_id = b.id ORDER BY b.id")
                .stream()
                .map(String::valueOf)
                .toList();
    }

    private void life() {
        Http http = sidecar.http();
        assertThat(http.patch(BLOCKS + "/system%2Fpersona", "{\"value\": \"after\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.post(BLOCKS, "{\"label\": \"new\", \"value\": \"created\"}")
                        .status())
                .isEqualTo(201);
        publisher.update("UPDATE block SET value = 'plain, too' WHERE id = 'block-plain'");
        untilItHas("plain, too");
        assertThat(rows(subscriber)).isEqualTo(rows(publisher));
        assertThat(subscriber.block("a", "system/persona", "git_sha"))
                .isEqualTo(publisher.block("a", "system/persona", "git_sha"));

        publisher.update("DELETE FROM agents_tags WHERE agent_id = 'a'");
        publisher.update("UPDATE block SET value = 'by hand' WHERE id = 'block-a'");
        untilItHas("by hand");
        assertThat(rows(subscriber)).isEqualTo(rows(publisher));
    }

    @Test
    void aSubscriberWithoutGitMemoryGetsTheRowsWithTheirCommits() {
        new Migrations(cluster.dataSource("subscriber"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        new Migrations(cluster.dataSource("subscriber"), TableNames.DEFAULT, null).uninstall(false, false);
        subscribe("app");
        untilCopied();
        life();
    }

    @Test
    void aSubscriberWithTheGuardGetsTheLedgerFirstAndRefusesEverybodyElse() {
        new Migrations(cluster.dataSource("subscriber"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        publisher.update("CREATE PUBLICATION ledger FOR TABLE git_memory.repo, git_memory.file, git_memory.commit,"
                + " git_memory.left_out_block, git_memory.tombstone");
        subscribe("ledger");
        untilCopied();
        subscriber.update("ALTER SUBSCRIPTION memory ADD PUBLICATION app");
        untilCopied();

        assertThat(subscriber.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThatThrownBy(() -> subscriber.update("UPDATE block SET value = 'x' WHERE id = 'block-a'"))
                .hasMessageContaining("differs from its git commit");
        life();
        assertThat(subscriber.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(subscriber.row("SELECT state FROM git_memory.status").get("state"))
                .isEqualTo("disabled");
        assertThat(subscriber.query("SELECT sha FROM git_memory.history ORDER BY seq"))
                .isEqualTo(publisher.query("SELECT sha FROM git_memory.history ORDER BY seq"));
    }

    @Test
    void aSubscriberWithTheGuardAndWithoutTheLedgerStopsRatherThanTakingWhatItCanNotJudge() {
        new Migrations(cluster.dataSource("subscriber"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        subscribe("app");
        String refused = "(SELECT sync_error_count + apply_error_count > 0 FROM pg_stat_subscription_stats)";
        // Whether a link or the tag is copied first is PostgreSQL's choice.
        until(refused + " OR NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r')");
        assertThat(sidecar.http()
                        .post(BLOCKS, "{\"label\": \"new\", \"value\": \"created\"}")
                        .status())
                .isEqualTo(201);
        until(refused);
        assertThat(subscriber.query("SELECT * FROM git_memory.drift")).isNotEmpty();
        subscriber.update("ALTER SUBSCRIPTION memory DISABLE");
    }
}
