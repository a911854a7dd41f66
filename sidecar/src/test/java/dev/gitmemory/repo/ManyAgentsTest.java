package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.ManyAgents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** One process serves ten thousand agents, whose open repositories together are larger than its heap. */
final class ManyAgentsTest {

    private static final int AGENTS = 10_000;

    @Test
    void tenThousandAgentsFitIntoHalfAGigabyte() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyAgents.class.getName(),
                        Integer.toString(AGENTS))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.strip()).isEqualTo(Integer.toString(2 * AGENTS));
    }
}
