package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StopSignalTest {

    @Test
    void aProcessThatIsAskedToStopClosesEverythingInOrderBeforeItEnds() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StopSignalProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("waiting with database and server");
            // Process.destroy would close our end of its output as well.
            process.toHandle().destroy();
            assertThat(out.lines()).containsExactly("closed server", "closed database");
            int endedBySigterm = 128 + 15;
            assertThat(process.waitFor()).isEqualTo(endedBySigterm);
        } finally {
            process.destroyForcibly();
        }
    }
}
