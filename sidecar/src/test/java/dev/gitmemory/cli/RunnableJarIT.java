package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The one file that people run: everything merged into it, and nothing lost on the way. */
class RunnableJarIT {

    private static final Path JAR = Path.of(System.getProperty("git-memory.jar"));

    @Test
    void startsWithoutAnythingButJava() throws Exception {
        assertThat(run(0, "--version")).startsWith("git-memory ");
        assertThat(run(0, "--help")).startsWith("Usage: git-memory");
    }

    /** In this JVM a test passes streams of its own; here the log and the error share the real standard error. */
    @Test
    void tellsWhyItFailed() throws Exception {
        assertThat(run(1, "migrate", "--db-url", "jdbc:postgresql://127.0.0.1:1/none", "--verbose"))
                .contains("git-memory migrate: ", "127.0.0.1:1", "\tat ");
    }

    /** Flyway finds its parts through service files of several jars, and the scripts on the class path. */
    @Test
    void migratesADatabase() throws Exception {
        String url = EmbeddedDatabase.empty().jdbcUrl();
        assertThat(run(0, "migrate", "--create-tables", "--db-url", url, "--db-user", "postgres", "--guard", "plpgsql"))
                .contains("V001__application_tables.sql", "Guard: plpgsql");
    }

    @Test
    void holdsNoSignaturesAndNoModulesOfTheJarsItWasMadeFrom() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream().map(JarEntry::getName))
                    .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA)") || name.endsWith("module-info.class"))
                    .contains("postgres-linux-x86_64.txz", "postgres-linux-arm_64.txz")
                    .doesNotHaveDuplicates();
            assertThat(jar.isMultiRelease()).isTrue();
        }
    }

    private static String run(int expectedExitCode, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(ProcessHandle.current().info().command().orElseThrow(), "-jar", JAR.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Settings of whoever runs the tests, those of the suite (GIT_MEMORY_TEST_...) among them, are not the jar's.
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_MEMORY_"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(expectedExitCode);
        return output;
    }
}
