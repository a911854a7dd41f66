package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopSignalTest {

    /** Shared, so that only the first start unpacks PostgreSQL. */
    @TempDir
    private static Path folder;

    @ParameterizedTest
    @CsvSource({"TERM, 15", "INT, 2"})
    void aProcessThatIsAskedToStopClosesEverythingInOrderBeforeItEnds(String signal, int number) throws Exception {
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
            send(signal, process);
            assertThat(out.lines()).containsExactly("closed server", "closed database");
            assertThat(process.waitFor()).isEqualTo(128 + number);
            assertThat(folder.resolve("postgres/data/postmaster.pid"))
                    .as("left behind by a PostgreSQL that was not stopped")
                    .doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void send(String signal, Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }
}
