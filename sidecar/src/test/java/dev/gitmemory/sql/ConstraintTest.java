package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A constraint of the application that refuses what git has. */
class ConstraintTest extends SqlTest {

    @Test
    void isNamedWithoutWhatTheRowHolds() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("a");
        database.execute("ALTER TABLE block ADD CONSTRAINT manners CHECK (value !~ 'swear')");
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        try {
            Session.Refused refused = admin.refused("CALL git_memory.write_block('a', 'system/persona', 'I swear')");
            assertThat(refused.message()).contains("manners").doesNotContain("I swear");
            assertThat(refused.detail()).doesNotContain("I swear");
            sidecar.memory().reconciler().run();
        } finally {
            root.detachAppender(log);
        }
        Session reader = session(role("IN ROLE git_memory_reader"));
        assertThat(reader.value("SELECT error_message FROM git_memory.requests WHERE error_message IS NOT NULL"))
                .contains("manners")
                .doesNotContain("I swear");
        assertThat(reader.value("SELECT last_error FROM git_memory.status"))
                .contains("manners")
                .doesNotContain("I swear");
        assertThat(log.list.stream().map(ConstraintTest::text).collect(Collectors.joining()))
                .doesNotContain("I swear");
    }

    private static String text(ILoggingEvent event) {
        return event.getThrowableProxy() == null
                ? event.getFormattedMessage()
                : event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy());
    }
}
