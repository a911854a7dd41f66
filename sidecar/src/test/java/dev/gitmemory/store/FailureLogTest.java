package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class FailureLogTest {

    private static final URI STORE = URI.create("gs://bucket");

    private final AtomicLong nanoTime = new AtomicLong();
    private final FailureLog failures = new FailureLog(nanoTime::get);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void manyFailuresAreAFewLinesAndTheirNumber() {
        failures.failed(new IOException("first"));
        failures.failed(new IOException("second"));
        failures.succeeded(STORE);
        failures.failed(new IOException("third"));
        pass(FailureLog.PAUSE);
        failures.failed(new IOException("fourth"));

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("first", "fourth (and 2 more failures before)");
    }

    @Test
    void recoveryIsToldOnceAndNotAfterASuccessAmongFailures() {
        failures.succeeded(STORE);
        failures.failed(new IOException("down"));
        pass(FailureLog.PAUSE.minusMillis(1));
        failures.succeeded(STORE);
        assertThat(lines.list).hasSize(1);

        pass(Duration.ofMillis(1));
        failures.succeeded(STORE);
        failures.succeeded(STORE);
        failures.failed(new IOException("down again"));

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("down", "The store gs://bucket has answered every request for 10 s", "down again");
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
