package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {

    private final Logger log = LoggerFactory.getLogger("dev.gitmemory.service.Sync");
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final LogOptions options = new LogOptions();

    @BeforeEach
    @AfterEach
    void quiet() {
        Logging.start(new LogOptions(), System.err);
    }

    @Test
    void aLineOfTextHasTimeLevelLoggerMessageAndPairs() {
        Logging.start(options, err);
        log.atInfo().addKeyValue("agent", "agent-1").log("Rebuilt {} blocks", 3);
        assertThat(lines())
                .singleElement()
                .asString()
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  Sync - Rebuilt 3 blocks agent=\"agent-1\"");
    }

    @Test
    void directingTheLogElsewhereLeavesTheStreamOpen() {
        PrintStream shared = new PrintStream(err, true, StandardCharsets.UTF_8);
        Logging.start(options, shared);
        Logging.start(options, new ByteArrayOutputStream());
        shared.println("still open");
        assertThat(lines()).containsExactly("still open");
    }

    @Test
    void whatAClientSendsCannotForgeALine() {
        Logging.start(options, err);
        log.info("Label {}", "a\n2026-01-01T00:00:00.000Z INFO  Sync - all is well");
        assertThat(lines())
                .singleElement()
                .asString()
                .endsWith("Label a\\n2026-01-01T00:00:00.000Z INFO  Sync - all is well");
    }

    @Test
    void whatATerminalWouldObeyIsShown() {
        Logging.start(options, err);
        log.warn("Agent {}", "a\u001b[2J\u009b1m\r\u202eb\u007f\tü", new IllegalStateException("\u001b]0;title\u0007"));
        assertThat(lines().get(0)).endsWith("Agent a\\x1b[2J\\x9b1m\\n\\u202eb\\x7f\tü");
        assertThat(lines().get(1)).endsWith("IllegalStateException: \\x1b]0;title\\x07");
        assertThat(lines().get(2)).startsWith("\tat ");
    }

    @Test
    void aLineOfJsonIsAnObjectWithTheSame() throws Exception {
        options.format = LogFormat.JSON;
        Logging.start(options, err);
        log.atWarn()
                .addKeyValue("agent", "agent-1")
                .setCause(new IllegalStateException("no reason"))
                .log("Label {}", "a\nb");
        assertThat(lines()).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines().get(0));
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("loggerName").asText()).isEqualTo("dev.gitmemory.service.Sync");
        assertThat(line.path("formattedMessage").asText()).isEqualTo("Label a\nb");
        assertThat(line.path("kvpList").get(0).path("agent").asText()).isEqualTo("agent-1");
        assertThat(line.path("throwable").path("message").asText()).isEqualTo("no reason");
        assertThat(line.path("timestamp").asLong()).isPositive();
    }

    @Test
    void librariesThatLogThroughJavaUtilLoggingEndUpInTheSameLog() {
        Logging.start(options, err);
        java.util.logging.Logger.getLogger("org.postgresql").log(Level.WARNING, "from pgjdbc");
        assertThat(lines()).singleElement().asString().contains("WARN  postgresql - from pgjdbc");
    }

    @Test
    void detailsAndTheNewsOfLibrariesAreLoggedOnRequestOnly() {
        Logging.start(options, err);
        log.debug("detail");
        LoggerFactory.getLogger("org.flywaydb").info("news");
        assertThat(lines()).isEmpty();

        options.verbose = true;
        Logging.start(options, err);
        log.debug("detail");
        LoggerFactory.getLogger("org.flywaydb").info("news");
        assertThat(lines()).hasSize(2);
    }

    private List<String> lines() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
