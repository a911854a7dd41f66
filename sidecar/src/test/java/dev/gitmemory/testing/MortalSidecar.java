package dev.gitmemory.testing;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A sidecar in a process of its own that ends by SIGKILL when a write reaches a step for the nth time. Arguments: JDBC
 * URL, store, name of the step, n. Prints its port.
 */
public final class MortalSidecar {

    private MortalSidecar() {}

    /** Starts one; it prints its port and dies. */
    public static Process start(EmbeddedDatabase database, String store, Steps.Step step, int nth) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MortalSidecar.class.getName(),
                        database.jdbcUrl(),
                        store,
                        step.name(),
                        Integer.toString(nth))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] args) throws IOException {
        Steps.Step deadly = Steps.Step.valueOf(args[2]);
        AtomicInteger left = new AtomicInteger(Integer.parseInt(args[3]));
        Steps steps = (step, agentId) -> {
            if (step == deadly && left.decrementAndGet() == 0) {
                kill();
            }
        };
        Sidecar sidecar = Sidecar.start(new DatabaseSettings(args[0], "postgres", null), Stores.open(args[1]), steps);
        System.out.println(sidecar.http().port());
        System.out.flush();
    }

    private static void kill() {
        try {
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            throw new IllegalStateException("survived SIGKILL");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
