package dev.gitmemory.testing;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreSettings;
import dev.gitmemory.store.Stores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A sidecar in a process of its own, whose requests to the store fail now and then: in a bucket by the service, elsewhere
 * by a {@link ChaosStore}. Arguments: JDBC URL, role, store, seed, entries between checkpoints. Prints its port.
 */
public final class ChaosSidecar {

    private final Process process;
    private final Http http;

    private ChaosSidecar(Process process, Http http) {
        this.process = process;
        this.http = http;
    }

    public static void main(String[] args) throws IOException {
        Sidecar sidecar = Sidecar.start(
                new DatabaseSettings(args[0], args[1], null),
                open(args[2], Long.parseLong(args[3])),
                Steps.NONE,
                new CheckpointSettings(Integer.parseInt(args[4]), Long.MAX_VALUE));
        System.out.println(sidecar.http().port());
        System.out.flush();
    }

    private static ObjectStore open(String store, long seed) throws IOException {
        if (!store.startsWith("gs:")) {
            return new ChaosStore(Stores.open(store), seed);
        }
        // Impatient with a service that does not answer, which is one of its faults.
        return Stores.open(
                new StoreSettings(store, 64, Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofSeconds(20)));
    }

    /** Starts the process and waits until it serves. */
    public static ChaosSidecar start(
            String jdbcUrl, String role, FaultyPlace place, long seed, int entriesBetweenCheckpoints)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChaosSidecar.class.getName(),
                        jdbcUrl,
                        role,
                        place.uri(),
                        Long.toString(seed),
                        Integer.toString(entriesBetweenCheckpoints))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("STORAGE_EMULATOR_HOST");
        builder.environment().putAll(place.environment());
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String port = out.readLine();
        if (port == null) {
            throw new AssertionError("the sidecar did not start");
        }
        return new ChaosSidecar(process, new Http(Integer.parseInt(port)));
    }

    public Http http() {
        return http;
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
