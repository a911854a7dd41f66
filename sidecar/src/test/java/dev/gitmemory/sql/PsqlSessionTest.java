package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gitmemory.postgres.DatabaseSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The session of the documentation, by the real psql. {@link CallsTest} makes the same calls without it. */
class PsqlSessionTest extends SqlTest {

    private static final Path SCRIPT = Path.of("../docs/sql-session.sql");

    @Test
    void anAgentLivesItsWholeLifeInASessionOfPsql() throws Exception {
        assumeTrue(isInstalled(), "psql is not installed: docs/sql-session.sql was not run");
        sidecar();
        String output = psql();
        assertThat(output)
                .contains("enabled|1|0", "SQLSTATE MG003", "answered\nt\n", "-I am Iris, and I like short answers.")
                .contains("I am Iris, and I like short answers.|(null)|5000\n")
                .contains("|user|t|Detach system/notes\n", "|user|t|Attach system/notes\n")
                .contains("differences|git_sha\n0|", "drift\n0\n", "disabled|12\n")
                .contains("deleted|12|the application has deleted the agent", "purged|0\n")
                .endsWith("--- Done.\n");
        assertThat(messages("sql-session")).isEmpty();
        assertThat(store.list("", "", 10)).as("the tombstones").hasSize(2);
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            return run(Map.of(), List.of("psql", "--version")).startsWith("psql");
        } catch (IOException e) {
            return false; // what could not be started is not there
        }
    }

    private String psql() throws IOException, InterruptedException {
        DatabaseSettings superuser = database.superuserSettings();
        Map<String, String> login = new HashMap<>(Map.of("PGUSER", String.valueOf(superuser.user())));
        if (superuser.password() != null) {
            login.put("PGPASSWORD", superuser.password());
        }
        return run(
                login,
                List.of(
                        "psql",
                        "--no-psqlrc",
                        "--set=ON_ERROR_STOP=1",
                        "--file=" + SCRIPT,
                        superuser.url().substring("jdbc:".length())));
    }

    /** What it prints, errors included; it must succeed. */
    private static String run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("psql", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            int exitCode = process.waitFor();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(exitCode).as(text).isZero();
            return text;
        } finally {
            Files.delete(output);
        }
    }
}
