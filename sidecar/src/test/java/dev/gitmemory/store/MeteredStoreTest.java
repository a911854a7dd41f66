package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.testing.FaultyStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MeteredStoreTest {

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final FaultyStore faulty = new FaultyStore(new MemoryStore());
    private final ObjectStore store = new MeteredStore(faulty, metrics);

    @Test
    void requestsAreCountedByWhatWasAskedAndWhatCameOfIt() throws IOException {
        store.create("k", new byte[10]);
        store.create("k", new byte[10]);
        store.read("k");
        store.read("k", 2, 3);
        store.read("nothing");
        store.list("", "", 10);
        store.delete("k");
        faulty.setDown(true);
        assertThatThrownBy(() -> store.read("k")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.create("k", new byte[10])).isInstanceOf(IOException.class);

        assertThat(requests("create", "ok")).isEqualTo(1);
        assertThat(requests("create", "existed")).isEqualTo(1);
        assertThat(requests("create", "failed")).isEqualTo(1);
        assertThat(requests("read", "ok")).isEqualTo(2);
        assertThat(requests("read", "missing")).isEqualTo(1);
        assertThat(requests("read", "failed")).isEqualTo(1);
        assertThat(requests("list", "ok")).isEqualTo(1);
        assertThat(requests("delete", "ok")).isEqualTo(1);
        assertThat(metrics.counter("git.memory.store.created").count()).isEqualTo(10);
        assertThat(metrics.counter("git.memory.store.read").count()).isEqualTo(13);
    }

    private long requests(String operation, String outcome) {
        return metrics.get("git.memory.store.requests")
                .tags("operation", operation, "outcome", outcome)
                .timer()
                .count();
    }
}
