package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application may write rows that are larger than a sidecar's heap: that is these agents' matter and no others'. */
final class HugeRowsTest {

    private static final int MIB = 1024 * 1024;

    @TempDir
    Path folder;

    private static void block(Application application, String agent, String id, int bytes) {
        application.createBlock(agent, id, id, "");
        application.update("UPDATE block SET value = repeat('x', ?) WHERE id = ?", bytes, id);
    }

    private static Http.Answer enable(Http http, String agent) {
        return http.post("/v1/agents/" + agent + "/git-memory/enable", "");
    }

    private static void requireTold(Http.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("detail")).contains("does not fit into the memory", "-Xmx");
    }

    @Test
    void rowsBeyondTheHeapAreLeftOutOrRefusedAndOthersGoOn() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        Application application = new Application(database.dataSource());
        application.createAgent("huge");
        block(application, "huge", "block-huge", 100 * MIB);
        application.createBlock("huge", "block-small", "persona", "small");
        application.createAgent("many");
        for (int i = 0; i < 24; i++) {
            block(application, "many", "block-" + i, 15 * MIB);
        }
        application.createAgent("other");
        application.createBlock("other", "block-other", "persona", "small");
        Process process = SmallHeapSidecar.start(database, folder, "-Xmx256m");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            Http http = new Http(Integer.parseInt(out.readLine()));
            requireTold(http.get("/v1/agents/huge/core-memory/blocks"));
            requireTold(http.get("/v1/agents/many/core-memory/blocks"));

            Http.Answer left = enable(http, "huge");
            assertThat(left.status()).as(left.body()).isEqualTo(200);
            assertThat(left.json().get("left_out")).hasSize(1);
            assertThat(left.json().get("left_out").get(0).get("reason").asText())
                    .contains("value is too long");
            assertThat(http.patch("/v1/blocks/block-small", "{\"value\":\"new\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(http.post("/v1/agents/huge/git-memory/verify", "").status())
                    .isEqualTo(200);

            Http.Answer refused = enable(http, "many");
            assertThat(refused.status()).as(refused.body()).isEqualTo(422);
            assertThat(refused.text("detail")).contains("360 MiB together", "-Xmx");

            assertThat(enable(http, "other").status()).isEqualTo(200);
            assertThat(http.patch("/v1/blocks/block-other", "{\"value\":\"new\"}")
                            .status())
                    .isEqualTo(200);
        } finally {
            process.destroyForcibly().waitFor();
            database.close();
        }
    }
}
