package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.CapturedLog;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FailureLogTest {

    private static final URI STORE = URI.create("gs://bucket");

    private final AtomicLong nanoTime = new AtomicLong();
    private final FailureLog failures = new FailureLog(nanoTime::get);
    private final CapturedLog log = CapturedLog.of(FailureLog.class);

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void manyFailuresAreAFewLinesAndTheirNumber() {
        failures.failed(new IOException("first"));
        failures.failed(new IOException("second"));
        failures.succeeded(STORE);
        failures.failed(new IOException("third"));
        pass(FailureLog.PAUSE);
        failures.failed(new IOException("fourth"));

        assertThat(log.messages()).containsExactly("first", "fourth (and 2 more failures before)");
    }

    @Test
    void recoveryIsToldOnceAndNotAfterASuccessAmongFailures() {
        failures.succeeded(STORE);
        failures.failed(new IOException("down"));
        pass(FailureLog.PAUSE.minusMillis(1));
        failures.succeeded(STORE);
        assertThat(log.messages()).hasSize(1);

        pass(Duration.ofMillis(1));
        failures.succeeded(STORE);
        failures.succeeded(STORE);
        failures.failed(new IOException("down again"));

        assertThat(log.messages())
                .containsExactly("down", "The store gs://bucket has answered every request for 10 s", "down again");
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
