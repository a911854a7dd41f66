package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.ChaosSidecar;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.FaultyPlace;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two sidecars and four agents, on a store of which one request in twenty goes wrong; now and then one of the sidecars is
 * killed and another takes its place. Every value is written once, whatever comes of it.
 *
 * <p>The full size: {@code -Dgit-memory.fault.writes=20000}.
 */
class FaultRunTest {

    private static final int WRITES = Integer.getInteger("git-memory.fault.writes", 240);
    private static final int KILLS = Math.max(2, Math.min(40, WRITES / 100));
    private static final int BETWEEN_CHECKPOINTS = WRITES > 1000 ? 128 : 20;
    private static final List<String> AGENTS = List.of("a", "b", "c", "d");
    private static final int CLIENTS_OF_EACH = 2;

    @TempDir
    Path folder;

    private final EmbeddedDatabase database = EmbeddedDatabase.migrated();
    private final Application application = new Application(database.dataSource());
    private final AtomicReferenceArray<ChaosSidecar> sidecars = new AtomicReferenceArray<>(2);
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final Queue<String> acknowledgedValues = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Integer> kills = new LinkedBlockingQueue<>();

    @Test
    void inAFolderEveryAcknowledgedWriteIsThereOnceAndPostgresqlEqualsGit() throws Exception {
        run(FaultyPlace.folder(folder.resolve("store")));
    }

    @Test
    void inABucketEveryAcknowledgedWriteIsThereOnceAndPostgresqlEqualsGit() throws Exception {
        try (FaultyPlace bucket = FaultyPlace.bucket(folder.resolve("store"))) {
            run(bucket);
        }
    }

    private void run(FaultyPlace store) throws Exception {
        prepare(store);
        store.fail(true);
        String role = database.sidecarRole();
        Random random = new Random(WRITES);
        for (int i = 0; i < sidecars.length(); i++) {
            sidecars.set(i, start(role, store, random));
        }
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> clients = new ArrayList<>();
        try {
            for (String agent : AGENTS) {
                for (int client = 0; client < CLIENTS_OF_EACH; client++) {
                    int number = client;
                    clients.add(threads.submit(() -> write(agent, number)));
                }
            }
            for (int killed = 0; killed < KILLS; killed++) {
                kills.take();
                int victim = random.nextInt(sidecars.length());
                sidecars.get(victim).kill();
                sidecars.set(victim, start(role, store, random));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
            for (int i = 0; i < sidecars.length(); i++) {
                sidecars.get(i).kill();
            }
        }
        store.fail(false);
        check(store);
    }

    private ChaosSidecar start(String role, FaultyPlace store, Random random) throws IOException {
        return ChaosSidecar.start(database.jdbcUrl(), role, store, random.nextLong(), BETWEEN_CHECKPOINTS);
    }

    private void prepare(FaultyPlace store) throws Exception {
        for (String agent : AGENTS) {
            application.createAgent(agent);
            application.createBlock(agent, agent + "-common", "system/common", "");
            for (int client = 0; client < CLIENTS_OF_EACH; client++) {
                application.createBlock(agent, agent + "-" + client, "system/own" + client, "");
            }
        }
        try (ObjectStore objects = store.open();
                Sidecar sidecar = Sidecar.start(database, objects)) {
            for (String agent : AGENTS) {
                assertThat(sidecar.http()
                                .post("/v1/agents/" + agent + "/git-memory/enable", "")
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    /** Writes to a block of its own and to one that others write too, until enough writes were acknowledged. */
    private void write(String agent, int client) {
        Random random = new Random((agent + client).hashCode());
        for (int number = 1; acknowledged.get() < WRITES; number++) {
            String value = agent + client + "-" + number;
            String label = random.nextInt(4) == 0 ? "common" : "own" + client;
            Http http = sidecars.get(random.nextInt(sidecars.length())).http();
            attempts.incrementAndGet();
            try {
                int status = http.patch(
                                "/v1/agents/" + agent + "/core-memory/blocks/system%2F" + label,
                                "{\"value\": \"" + value + "\"}")
                        .status();
                if (status == 200 || status == 202) {
                    acknowledgedValues.add(value);
                    tell(acknowledged.incrementAndGet());
                }
            } catch (UncheckedIOException e) {
                // Its sidecar is dead: whether the write is there nobody knows, and it must not be there twice.
            }
        }
    }

    private void tell(int done) {
        if (done % Math.max(1, WRITES / (KILLS + 1)) == 0) {
            kills.add(done);
        }
    }

    private void check(FaultyPlace store) throws Exception {
        try (ObjectStore objects = store.open();
                Sidecar sidecar = Sidecar.start(database, objects)) {
            sidecar.memory().reconciler().run();
            for (String agent : AGENTS) {
                Http.Answer verified = sidecar.http().post("/v1/agents/" + agent + "/git-memory/verify", "");
                assertThat(verified.status()).as(verified.body()).isEqualTo(200);
                assertThat(verified.json().get("differences")).isEmpty();
            }
            assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
            assertThat(application.query("SELECT * FROM git_memory.intent")).isEmpty();
            assertThat(application.query("SELECT * FROM git_memory.status WHERE last_error IS NOT NULL"))
                    .isEmpty();
            assertThat(objects.list("", "", 100_000))
                    .as("nothing but entries and checkpoints")
                    .allMatch(entry -> entry.key().matches(".*/repo\\.git/(log|checkpoint)/[0-9]{20}\\.bundle"));
        }
        Map<String, Integer> written = new HashMap<>();
        int commits = 0;
        Path files = store.files();
        for (String agent : AGENTS) {
            Path repository = files.resolve(new RepoId(Application.ORGANIZATION, agent).prefix());
            StockGit git = StockGit.restoreFromCheckpoint(repository, folder.resolve("restored-" + agent));
            assertThat(git.run("fsck", "--full", "--strict")).isEmpty();
            assertThat(git.run("rev-list", "--min-parents=2", "--count", "main"))
                    .as("merges")
                    .isEqualTo("0");
            assertThat(git.run("rev-list", "--max-parents=0", "--count", "main"))
                    .as("beginnings")
                    .isEqualTo("1");
            commits += Integer.parseInt(git.run("rev-list", "--count", "main"));
            git.lines("log", "--format=", "--unified=0", "-p", "main").stream()
                    .filter(line -> line.matches("\\+[a-d][0-9]+-[0-9]+"))
                    .forEach(line -> written.merge(line.substring(1), 1, Integer::sum));
        }
        assertThat(written.values()).as("times that a value was written").containsOnly(1);
        assertThat(written.keySet()).containsAll(acknowledgedValues);
        System.out.printf(
                "Fault run in %s: %d acknowledged of %d attempts, %d sidecars killed, %d commits, %d of them unacknowledged%n",
                store.uri(),
                acknowledgedValues.size(),
                attempts.get(),
                KILLS,
                commits,
                written.size() - acknowledgedValues.size());
    }
}
