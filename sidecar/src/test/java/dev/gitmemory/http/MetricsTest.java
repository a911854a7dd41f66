package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Http;
import org.junit.jupiter.api.Test;

final class MetricsTest extends SidecarTest {

    @Test
    void metersAreToldInTheTextFormatOfPrometheus() {
        sidecar.metrics().counter("git.memory.example", "kind", "test").increment(3);

        Http.Answer answer = http.get("/metrics");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(answer.body()).contains("git_memory_example_total{kind=\"test\"} 3.0");
    }

    @Test
    void theRepositoriesInMemoryAreTold() throws Exception {
        enabledAgent("metered");

        assertThat(http.get("/metrics").body())
                .contains("git_memory_repositories_open 1.0")
                .contains("git_memory_repositories_opened_total 1.0")
                .contains("git_memory_repositories_failed_total 0.0")
                .contains("git_memory_repositories_evicted_total 0.0")
                .contains("git_memory_checkpoints_made_total 0.0")
                .contains("git_memory_checkpoints_failed_total 0.0")
                .containsPattern("git_memory_repositories_heap_bytes [1-9]");
    }

    @Test
    void whoAsksForOpenMetricsGetsThat() {
        Http.Answer answer =
                http.send("GET", "/metrics", null, "Accept", "application/openmetrics-text; version=1.0.0");

        assertThat(answer.header("Content-Type")).startsWith("application/openmetrics-text");
        assertThat(answer.body()).endsWith("# EOF\n");
    }
}
