package dev.gitmemory.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * The clients' own packages from npm, as {@code src/test/npm/package-lock.json} pins them. Whoever needs them is skipped, with the
 * reason, where Node.js or its registry is not there.
 */
public final class NpmPackages {

    private static final Path SOURCES = Path.of("src/test/npm");
    private static final Path INSTALLED = Path.of("target/npm");

    private NpmPackages() {}

    /**
     * Runs a script of {@code src/test/npm}.
     *
     * @return the lines that it printed
     * @throws TestAbortedException if Node.js or its registry is not there
     * @throws AssertionError if the script failed
     */
    public static List<String> run(String script, String... arguments) throws IOException, InterruptedException {
        install();
        copy(script);
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return output(command).lines().toList();
    }

    private static synchronized void install() throws IOException, InterruptedException {
        Path lock = Path.of("package-lock.json");
        Path done = INSTALLED.resolve("node_modules/.package-lock.json");
        if (Files.exists(done) && Files.mismatch(INSTALLED.resolve(lock), SOURCES.resolve(lock)) < 0) {
            return;
        }
        Files.createDirectories(INSTALLED);
        copy("package.json");
        copy(lock.toString());
        try {
            output(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        } catch (IOException e) { // what could not be started is not there
            throw new TestAbortedException("Node.js 18 or newer with npm is not installed: " + e.getMessage(), e);
        } catch (AssertionError e) {
            throw new TestAbortedException("the clients' packages could not be had: " + e.getMessage(), e);
        }
    }

    private static void copy(String file) throws IOException {
        Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("node", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(INSTALLED.toFile())
                    .redirectError(errors.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: "
                        + (Files.readString(errors) + output).strip().replaceAll("\\s+", " "));
            }
            return output;
        } finally {
            Files.delete(errors);
        }
    }
}
