package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command in a process of its own, which can be sent what a terminal sends. Its standard output is dropped. */
final class CliProcess implements AutoCloseable {

    /**
     * Undoes what a shell without job control does to the commands that it starts in the background, and to all of theirs:
     * it has them ignore Ctrl-C, and a JVM that begins so stays so.
     */
    private static final List<String> LISTENS_TO_CTRL_C = List.of("env", "--default-signal=INT");

    private final Process process;
    private final BufferedReader err;

    private CliProcess(Process process) {
        this.process = process;
        this.err = process.errorReader(StandardCharsets.UTF_8);
    }

    /** @param environment settings; those of whoever runs the tests are not the command's */
    static CliProcess start(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(canBeTold() ? LISTENS_TO_CTRL_C : List.of());
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_MEMORY_"));
        builder.environment().putAll(environment);
        return new CliProcess(builder.start());
    }

    /** Whether this machine's {@code env} has the option, as that of GNU does. */
    private static boolean canBeTold() throws IOException, InterruptedException {
        List<String> trial = new ArrayList<>(LISTENS_TO_CTRL_C);
        trial.add("true");
        return new ProcessBuilder(trial)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** SIGINT, which Ctrl-C is. */
    void interrupt() throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    /** The next line of standard error; fails when there is none. */
    String errorLine() throws IOException {
        String line = err.readLine();
        assertThat(line).as("a line of standard error").isNotNull();
        return String.valueOf(line);
    }

    /** All that standard error still says. */
    List<String> errorLines() {
        return err.lines().toList();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
