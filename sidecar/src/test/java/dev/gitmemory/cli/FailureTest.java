package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.block.RuleViolation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void ourOwnExceptionsSpeakForThemselves() {
        assertThat(print(new RuleViolation("label", "must not be empty")))
                .startsWith("git-memory x: ")
                .endsWith("must not be empty.\n")
                .doesNotContain("RuleViolation");
    }

    @Test
    void anExceptionOfALibraryIsShownWithItsType() {
        assertThat(print(new IllegalStateException("pool is closed")))
                .isEqualTo("git-memory x: java.lang.IllegalStateException: pool is closed."
                        + " (--verbose shows the stack trace.)\n");
    }

    @Test
    void aFileIsNamedWithWhatIsWrongWithIt() {
        assertThat(print(new NoSuchFileException("/a.af"))).contains("there is no file or folder /a.af.");
        assertThat(print(new UncheckedIOException(new AccessDeniedException("/data"))))
                .contains("this account may not read or write /data.");
        assertThat(print(new FileSystemException("/data", null, "No space left on device")))
                .contains("/data", "No space left on device.");
    }

    @Test
    void anErrorOfPostgresqlComesWithTheSettingToCheck() {
        assertThat(print(new SQLException("password authentication failed for user \"a\"", "28P01")))
                .contains("user \"a\". Check --db-user and --db-password");
        assertThat(print(new SQLException("permission denied for schema public", "42501")))
                .contains("--db-user lacks this right. It has to be a member of git_memory_sidecar.");
        ByteArrayOutputStream uninstalling = new ByteArrayOutputStream();
        Failure.print(
                "git-memory uninstall",
                new SQLException("permission denied for schema public", "42501"),
                false,
                new PrintStream(uninstalling, true, StandardCharsets.UTF_8));
        assertThat(uninstalling.toString(StandardCharsets.UTF_8))
                .contains("It has to be the owner of the application's tables.");
        assertThat(print(new SQLException("no password was provided", "08004")))
                .contains("GIT_MEMORY_DB_PASSWORD", "PGPASSFILE")
                .doesNotContain("PostgreSQL runs");
        assertThat(print(new SQLException("cannot execute LOCK TABLE during recovery", "25006")))
                .contains("a standby", "targetServerType=primary");
        assertThat(print(new SQLException("disk full", "53100"))).contains("disk full. [SQLSTATE 53100]");
        assertThat(print(new IOException(new SQLException("failed", "08001", new UnknownHostException("db.invalid")))))
                .contains("The host name db.invalid is not known here: check --db-url.");
    }

    @Test
    void aStateThatAMessageTellsIsNotToldTwice() {
        RuleViolation ours = new RuleViolation("x", "PostgreSQL could not do it: no [SQLSTATE 22P02]");
        ours.initCause(new SQLException("no", "22P02"));
        assertThat(print(ours)).containsOnlyOnce("[SQLSTATE 22P02]");
    }

    @Test
    void linesBecomeOneParagraph() {
        assertThat(print(new SQLException("refused\n  Detail: agent a\n  Hint: use git", "MG001")))
                .startsWith("git-memory x: PostgreSQL or its driver says: refused Detail: agent a Hint: use git."
                        + " [SQLSTATE MG001]");
    }

    private static String print(Exception failure) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Failure.print("git-memory x", failure, false, new PrintStream(err, true, StandardCharsets.UTF_8));
        return err.toString(StandardCharsets.UTF_8);
    }
}
