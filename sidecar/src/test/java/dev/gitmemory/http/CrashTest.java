package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.MortalSidecar;
import dev.gitmemory.testing.Sidecar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The sidecar's process is killed at each step of each kind of write; another one starts on the same store and
 * database. Then PostgreSQL equals git, every acknowledged write is there, and nothing happened twice.
 */
class CrashTest {

    @TempDir
    Path folder;

    /** The writes, each acknowledged one in order, until the process dies. */
    private static List<String> life(Http http) {
        List<String> acknowledged = new ArrayList<>();
        try {
            record Write(String method, String path, String body) {}
            List<Write> writes = List.of(
                    new Write("POST", "/v1/agents/c/git-memory/enable", ""),
                    new Write("PATCH", "/v1/blocks/block-1", "{\"value\":\"one\"}"),
                    new Write("POST", "/v1/agents/a/core-memory/blocks", "{\"label\":\"system/new\",\"value\":\"n\"}"),
                    new Write("PATCH", "/v1/agents/a/core-memory/blocks/system%2Fnew", "{\"label\":\"system/newer\"}"),
                    new Write("PATCH", "/v1/blocks/block-shared", "{\"value\":\"shared\"}"),
                    new Write("PATCH", "/v1/agents/b/core-memory/blocks/detach/block-shared", ""),
                    new Write("PATCH", "/v1/agents/b/core-memory/blocks/attach/block-shared", ""),
                    new Write("DELETE", "/v1/blocks/block-1", ""));
            for (Write write : writes) {
                Http.Answer answer = http.send(write.method(), write.path(), write.body());
                assertThat(answer.status()).as(write + " " + answer.body()).isBetween(200, 201);
                acknowledged.add(write.method() + " " + write.path() + " " + write.body());
            }
        } catch (UncheckedIOException e) {
            return acknowledged; // the process died, as it should
        }
        throw new AssertionError("the sidecar outlived its writes");
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            mode = EnumSource.Mode.MATCH_NONE,
            names = "REQUEST_.*|INTENDED|TAGGED|UNTAGGED|COMPARED")
    void afterACrashAtAnyStepPostgresqlEqualsGitAndEveryAcknowledgedWriteIsThere(Step step) throws Exception {
        for (int nth = 1; nth <= rounds(step); nth++) {
            crash(step, nth);
        }
    }

    /** Steps that come once a write are struck in the first, the second, ... write. */
    private static int rounds(Step step) {
        return step == Step.DONE ? 3 : 5;
    }

    private void crash(Step step, int nth) throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        String store = folder.resolve(step + "-" + nth).toUri().toString();
        Application application = new Application(database.dataSource());
        application.createAgent("a");
        application.createBlock("a", "block-1", "system/one", "");
        application.createBlock("a", "block-shared", "system/shared", "");
        application.createAgent("c");
        application.createBlock("c", "block-c", "one", "c");
        application.createAgent("b");
        application.link("b", "block-shared", "system/shared");
        try (ObjectStore objects = Stores.open(store);
                Sidecar sidecar = Sidecar.start(database, objects)) {
            sidecar.http().post("/v1/agents/a/git-memory/enable", "");
            sidecar.http().post("/v1/agents/b/git-memory/enable", "");
        }
        Process process = MortalSidecar.start(database, store, step, nth);
        List<String> acknowledged = life(new Http(port(process)));
        assertThat(process.waitFor()).isEqualTo(128 + 9);

        try (ObjectStore objects = Stores.open(store);
                Sidecar sidecar = Sidecar.start(database, objects)) {
            sidecar.memory().reconciler().run();
            Http http = sidecar.http();
            assertThat(http.post("/v1/agents/c/git-memory/enable", "").status()).isEqualTo(200);
            for (String agent : List.of("a", "b", "c")) {
                JsonNode verified = http.post("/v1/agents/" + agent + "/git-memory/verify", "")
                        .json();
                assertThat(verified.get("differences"))
                        .as("%s %s", step, verified)
                        .isEmpty();
            }
            assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
            List<String> messages = messages(http, "a");
            assertThat(messages).doesNotHaveDuplicates();
            for (String write : acknowledged) {
                assertThat(
                                write.contains("enable")
                                        ? messages(http, "c").size() == 1
                                        : isThere(write, messages, messages(http, "b")))
                        .as("%s, acknowledged before a crash at %s", write, step)
                        .isTrue();
            }
        }
    }

    private static boolean isThere(String write, List<String> a, List<String> b) {
        if (write.contains("attach")) {
            return b.contains(write.contains("detach") ? "Detach system/shared" : "Attach system/shared");
        }
        if (write.contains("block-shared")) {
            return a.contains("Update system/shared") && b.contains("Update system/shared");
        }
        if (write.startsWith("DELETE")) {
            return a.contains("Delete system/one");
        }
        if (write.startsWith("POST")) {
            return a.contains("Create system/new");
        }
        return a.contains(write.contains("newer") ? "Rename system/new to system/newer" : "Update system/one");
    }

    private static List<String> messages(Http http, String agentId) {
        List<String> messages = new ArrayList<>();
        http.get("/v1/agents/" + agentId + "/git-memory/history")
                .json()
                .get("commits")
                .forEach(c -> messages.add(c.get("message").asText()));
        return messages;
    }

    private static int port(Process process) throws IOException {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String port = out.readLine();
            if (port == null) {
                throw new AssertionError("the sidecar did not start");
            }
            return Integer.parseInt(port);
        }
    }
}
