package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.gitmemory.store.GcsStores;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.gcs.GcsFault;
import dev.gitmemory.testing.gcs.GcsServer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients see while a sidecar may not use its bucket any more, and once it may again. */
final class BucketOutOfReachTest {

    private static final String BLOCK = "/v1/agents/a/core-memory/blocks/system%2Fp";

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(GcsFault.FORBIDDEN, "Give this account the role"),
                arguments(GcsFault.UNAUTHORIZED, "Renew the credentials"),
                arguments(GcsFault.REDIRECT, "the bucket's region"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void writesAreRefusedWithTheObjectAndWhatToDoAndReadsGoOn(GcsFault fault, String whatToDo) throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        Application application = new Application(database.dataSource());
        application.createAgent("a");
        application.createBlock("a", "block-a", "system/p", "before");
        try (GcsServer server = GcsServer.start("bucket");
                ObjectStore store = GcsStores.open(server);
                Sidecar sidecar = Sidecar.start(database, store)) {
            Http http = sidecar.http();
            assertThat(http.post("/v1/agents/a/git-memory/enable", "").status()).isEqualTo(200);
            server.faults().always(fault);

            Http.Answer refused = http.patch(BLOCK, "{\"value\": \"after\"}");

            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("5");
            assertThat(refused.text("detail"))
                    .contains("gs://bucket/some/prefix/" + Application.ORGANIZATION + "/a/repo.git/log/")
                    .contains("00000000000000000002.bundle'")
                    .contains(whatToDo);
            assertThat(http.get(BLOCK).text("value")).isEqualTo("before");

            server.faults().always(null);
            assertThat(http.patch(BLOCK, "{\"value\": \"after\"}").status()).isEqualTo(200);
            assertThat(http.get("/v1/agents/a/git-memory/history").json().get("commits"))
                    .hasSize(2);
        }
    }
}
