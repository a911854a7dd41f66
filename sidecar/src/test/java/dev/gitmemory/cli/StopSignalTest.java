package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopSignalTest {

    @TempDir
    private Path folder;

    /** By SIGTERM: a shell without job control starts background jobs with SIGINT ignored, and their children inherit that. */
    @Test
    void aProcessThatIsAskedToStopClosesEverythingInOrderBeforeItEnds() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StopSignalProcess.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("waiting with server database 127.0.0.1:");
            terminate(process);
            assertThat(out.lines()).containsExactly("closed server", "closed database");
            assertThat(process.waitFor()).isEqualTo(128 + 15);
            assertThat(folder.resolve("postgres/data/postmaster.pid"))
                    .as("left behind by a PostgreSQL that was not stopped")
                    .doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void terminate(Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -TERM " + process.pid())
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }
}
