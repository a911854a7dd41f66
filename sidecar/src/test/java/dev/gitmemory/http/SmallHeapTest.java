package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The largest bodies of the worst kinds, many at a time, don't take a process with a heap of 512 MiB down. */
final class SmallHeapTest {

    private static final int BYTES = 16 * 1024 * 1024;
    private static final int AT_A_TIME = 12;

    @TempDir
    Path folder;

    /** Bodies of 16 MiB: what makes the most objects, the longest strings, and the longest that is taken. */
    private static List<String> bodies() {
        return List.of(
                filled("{\"x\":[", "{},", "{}]}"),
                filled("{\"x\":[", "[[[[]]]],", "[]]}"),
                filled("{\"x\":[", "\"a\",", "\"a\"]}"),
                keys(),
                filled("{\"metadata\":{\"n\":[", "1e131071,", "1]}}"),
                filled("{\"metadata\":{\"n\":[", "1e999,", "1]}}"),
                filled("{\"metadata\":{\"a\":\"", "x", "\"}}"),
                filled("{\"metadata\":{\"a\":\"", "€", "\"}}"),
                filled("{\"limit\":100000000,\"value\":\"", "€", "\"}"),
                filled("{\"limit\":100000000,\"value\":\"", "\\n", "\"}"),
                filled("{\"tags\":[\"", "a\",\"", "\"]}"));
    }

    private static String filled(String begin, String piece, String end) {
        int bytes = piece.getBytes(StandardCharsets.UTF_8).length;
        return begin + piece.repeat((BYTES - begin.length() - end.length()) / bytes) + end;
    }

    private static String keys() {
        StringBuilder body = new StringBuilder(BYTES).append('{');
        for (int i = 0; body.length() < BYTES - 40; i++) {
            body.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":").append(i);
        }
        return body.append('}').toString();
    }

    @Test
    void theWorstBodiesInParallelLeaveItAlive() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        Application application = new Application(database.dataSource());
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "v");
        Process process = SmallHeapSidecar.start(database, folder, "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
        ExecutorService clients = Executors.newFixedThreadPool(AT_A_TIME);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            Http http = new Http(Integer.parseInt(out.readLine()));
            assertThat(http.post("/v1/agents/a/git-memory/enable", "").status()).isEqualTo(200);
            for (String body : bodies()) {
                List<CompletableFuture<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < AT_A_TIME; i++) {
                    answers.add(CompletableFuture.supplyAsync(
                            () -> http.patch("/v1/blocks/block-a", body).status(), clients));
                }
                Set<Integer> statuses = new TreeSet<>();
                answers.forEach(answer -> statuses.add(answer.join()));
                assertThat(statuses).as(body.substring(0, 40)).isSubsetOf(200, 413, 422, 503);
                assertThat(process.isAlive()).as(body.substring(0, 40)).isTrue();
                assertThat(http.patch("/v1/blocks/block-a", "{\"value\":\"small\"}")
                                .status())
                        .isEqualTo(200);
            }
        } finally {
            clients.shutdownNow();
            process.destroyForcibly();
            database.close();
        }
    }
}
