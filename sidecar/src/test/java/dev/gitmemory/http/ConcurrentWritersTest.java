package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sidecars on one store and one database, and many clients at once. */
class ConcurrentWritersTest {

    private static final int WRITERS = 50;
    private static final int WRITES = 8;

    @TempDir
    Path folder;

    private EmbeddedDatabase database;
    private Application application;
    private final List<ObjectStore> stores = new ArrayList<>();
    private final List<Sidecar> sidecars = new ArrayList<>();
    private ExecutorService threads;

    @BeforeEach
    void start() throws Exception {
        database = EmbeddedDatabase.migrated();
        application = new Application(database.dataSource());
        for (int i = 0; i < 2; i++) {
            stores.add(Stores.open(folder.toUri().toString()));
            sidecars.add(Sidecar.start(database, stores.get(i)));
        }
        threads = Executors.newFixedThreadPool(WRITERS);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        sidecars.forEach(Sidecar::close);
        stores.forEach(ObjectStore::close);
    }

    private <T> List<T> inParallel(List<Callable<T>> tasks) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(tasks)) {
            results.add(future.get());
        }
        return results;
    }

    private Http http(int writer) {
        return sidecars.get(writer % sidecars.size()).http();
    }

    private List<JsonNode> history(String agentId) {
        List<JsonNode> commits = new ArrayList<>();
        String next = "";
        while (next != null) {
            Http.Answer page = http(0).get("/v1/agents/" + agentId + "/git-memory/history?limit=1000" + next);
            page.json().get("commits").forEach(commits::add);
            next = page.text("next") == null ? null : "&before=" + page.text("next");
        }
        return commits;
    }

    private void assertPostgresqlEqualsGit(String agentId) {
        for (Sidecar sidecar : sidecars) {
            assertThat(sidecar.http()
                            .post("/v1/agents/" + agentId + "/git-memory/verify", "")
                            .json()
                            .get("differences"))
                    .isEmpty();
        }
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void everyWriteOfFiftyWritersThroughTwoSidecarsIsInTheHistoryExactlyOnce() throws Exception {
        application.createAgent("busy");
        for (int w = 0; w < WRITERS; w++) {
            application.createBlock("busy", "block-" + w, "system/b" + w, "");
        }
        assertThat(http(0).post("/v1/agents/busy/git-memory/enable", "").status())
                .isEqualTo(200);

        List<Callable<List<String>>> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            writers.add(() -> {
                List<String> shas = new ArrayList<>();
                for (int i = 0; i < WRITES; i++) {
                    Http.Answer answer =
                            http(writer + i).patch("/v1/blocks/block-" + writer, "{\"value\":\"" + i + "\"}");
                    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                    shas.add(String.valueOf(answer.text("git_sha")));
                }
                return shas;
            });
        }
        List<String> acknowledged =
                inParallel(writers).stream().flatMap(List::stream).toList();
        List<String> shas =
                history("busy").stream().map(c -> c.get("sha").asText()).toList();

        assertThat(acknowledged).hasSize(WRITERS * WRITES).doesNotHaveDuplicates();
        assertThat(shas).hasSize(WRITERS * WRITES + 1).doesNotHaveDuplicates().containsAll(acknowledged);
        assertPostgresqlEqualsGit("busy");
    }

    @Test
    void writersOfOneBlockWithIfMatchGetNothingButTheirTurnOrA412() throws Exception {
        application.createAgent("counter");
        application.createBlock("counter", "block-counter", "system/n", "0");
        http(0).post("/v1/agents/counter/git-memory/enable", "");

        List<Callable<Integer>> writers = new ArrayList<>();
        for (int w = 0; w < 10; w++) {
            int writer = w;
            writers.add(() -> {
                int refused = 0;
                int added = 0;
                while (added < 5) {
                    Http.Answer seen = http(writer).get("/v1/blocks/block-counter");
                    int next = Integer.parseInt(String.valueOf(seen.text("value"))) + 1;
                    Http.Answer answer = http(writer)
                            .patch(
                                    "/v1/blocks/block-counter",
                                    "{\"value\":\"" + next + "\"}",
                                    "If-Match",
                                    String.valueOf(seen.header("ETag")));
                    assertThat(answer.status()).as(answer.body()).isIn(200, 412);
                    added += answer.status() == 200 ? 1 : 0;
                    refused += answer.status() == 412 ? 1 : 0;
                }
                return refused;
            });
        }
        inParallel(writers);
        assertThat(application.block("counter", "system/n", "value")).isEqualTo("50");
        assertThat(history("counter")).hasSize(51);
        assertPostgresqlEqualsGit("counter");
    }

    @Test
    void writersOfASharedBlockThroughBothSidecarsLeaveAllOwnersEqual() throws Exception {
        application.createAgent("share-a");
        application.createBlock("share-a", "block-share", "system/s", "");
        application.createAgent("share-b");
        application.link("share-b", "block-share", "system/s");
        application.createBlock("share-b", "block-own", "system/own", "");
        http(0).post("/v1/agents/share-a/git-memory/enable", "");
        http(1).post("/v1/agents/share-b/git-memory/enable", "");

        List<Callable<Integer>> writers = new ArrayList<>();
        for (int w = 0; w < 12; w++) {
            int writer = w;
            String block = w % 3 == 0 ? "block-own" : "block-share";
            writers.add(() -> {
                for (int i = 0; i < 4; i++) {
                    Http.Answer answer =
                            http(writer).patch("/v1/blocks/" + block, "{\"value\":\"" + writer + "." + i + "\"}");
                    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                }
                return writer;
            });
        }
        inParallel(writers);
        assertThat(history("share-a")).hasSize(1 + 8 * 4);
        assertThat(history("share-b")).hasSize(1 + 12 * 4);
        assertPostgresqlEqualsGit("share-a");
        assertPostgresqlEqualsGit("share-b");
    }

    @Test
    void racingCreatesOfOneLabelMakeOneBlockAndConflicts() throws Exception {
        application.createAgent("race");
        http(0).post("/v1/agents/race/git-memory/enable", "");
        List<Callable<Http.Answer>> writers = new ArrayList<>();
        for (int w = 0; w < 10; w++) {
            int writer = w;
            writers.add(() -> http(writer)
                    .post(
                            "/v1/agents/race/core-memory/blocks",
                            "{\"label\":\"system/one\",\"value\":\"" + writer + "\"}"));
        }
        List<Http.Answer> answers = inParallel(writers);
        Http.Answer won = answers.stream()
                .filter(a -> a.status() == 201)
                .reduce((a, b) -> {
                    throw new AssertionError("two won");
                })
                .orElseThrow();
        assertThat(answers).extracting(Http.Answer::status).containsOnly(201, 409);
        assertThat(application.block("race", "system/one", "id")).isEqualTo(won.text("id"));
        assertThat(application.block("race", "system/one", "value")).isEqualTo(won.text("value"));
        assertPostgresqlEqualsGit("race");
    }
}
