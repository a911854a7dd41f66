package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The contract against the real service, or an emulator that others have written.
 *
 * <p>{@code GIT_MEMORY_TEST_GCS_BUCKET} names a bucket for which the application default credentials are good; each test
 * leaves it as it was. {@code STORAGE_EMULATOR_HOST} is the address of an emulator, in which a bucket is made.
 */
@EnabledIf(
        value = "isSomewhere",
        disabledReason = "neither GIT_MEMORY_TEST_GCS_BUCKET nor STORAGE_EMULATOR_HOST is set, so only GcsStoreTest,"
                + " against the server that comes with the tests, has run")
final class GcsElsewhereTest extends ObjectStoreContract {

    private static final @Nullable String EMULATOR = System.getenv("STORAGE_EMULATOR_HOST");
    private static final Optional<String> BUCKET = Optional.ofNullable(System.getenv("GIT_MEMORY_TEST_GCS_BUCKET"));

    static boolean isSomewhere() {
        return EMULATOR != null || BUCKET.isPresent();
    }

    private static String bucket() {
        return BUCKET.orElse("git-memory-test");
    }

    @BeforeAll
    static void makeBucketInEmulator() throws IOException, InterruptedException {
        if (EMULATOR != null) {
            String host = EMULATOR.contains("://") ? EMULATOR : "http://" + EMULATOR;
            HttpRequest request = HttpRequest.newBuilder(URI.create(host + "/storage/v1/b?project=test"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"name\": \"" + bucket() + "\"}"))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 409);
        }
    }

    @Override
    ObjectStore newStore() throws IOException {
        StoreSettings settings = new StoreSettings("gs://" + bucket() + "/git-memory-test/" + UUID.randomUUID());
        return Stores.open(settings, new SimpleMeterRegistry(), Clock.systemUTC(), EMULATOR);
    }

    @AfterEach
    void clear() throws IOException {
        try (ObjectStore again = Stores.open(
                new StoreSettings(store.uri().toString()), new SimpleMeterRegistry(), Clock.systemUTC(), EMULATOR)) {
            List<ObjectStore.Entry> page = again.list("", "", 1000);
            while (!page.isEmpty()) {
                for (ObjectStore.Entry entry : page) {
                    again.delete(entry.key());
                }
                page = again.list("", "", 1000);
            }
        }
    }
}
