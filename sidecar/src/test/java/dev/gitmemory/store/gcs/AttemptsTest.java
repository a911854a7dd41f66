package dev.gitmemory.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.testing.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often and for how long a request that fails in passing is sent again, by a clock of the test's. */
final class AttemptsTest {

    private final Ticker ticker = new Ticker();
    private final AtomicInteger retries = new AtomicInteger();
    private final List<Duration> pauses = new ArrayList<>();

    private Attempts attempts(Duration retryFor) {
        return new Attempts(
                retryFor,
                retries::incrementAndGet,
                ticker,
                nanos -> {
                    pauses.add(Duration.ofNanos(nanos));
                    ticker.advance(Duration.ofNanos(nanos));
                },
                bound -> bound / 2);
    }

    private static Attempts.Request<String> failing() {
        return failed -> {
            throw new StorageException(503, "out of order");
        };
    }

    @Test
    void pausesGrowAndEndWithTheNumberOfAttempts() {
        assertThatThrownBy(() -> attempts(Duration.ofHours(1)).run(failing()))
                .isInstanceOfSatisfying(Attempts.FailedException.class, e -> assertThat(e.attempts)
                        .isEqualTo(Attempts.MOST));

        assertThat(pauses).hasSize(Attempts.MOST - 1).isSorted().startsWith(Duration.ofMillis(300));
        assertThat(retries).hasValue(Attempts.MOST - 1);
    }

    @Test
    void noAttemptBeginsAfterTheTimeToRetry() {
        assertThatThrownBy(() -> attempts(Duration.ofSeconds(1)).run(failing()))
                .isInstanceOf(Attempts.FailedException.class);

        assertThat(pauses).containsExactly(Duration.ofMillis(300), Duration.ofMillis(450));
    }

    @Test
    void noAttemptBeginsAfterTheDeadline() {
        Deadline deadline = Deadline.after(Duration.ofMillis(1200), ticker);

        assertThatThrownBy(() ->
                        deadline.during(() -> attempts(Duration.ofHours(1)).run(failed -> {
                            ticker.advance(Duration.ofMillis(400));
                            throw new IOException("no answer");
                        })))
                .isInstanceOf(Attempts.FailedException.class);

        assertThat(pauses).containsExactly(Duration.ofMillis(300));
        assertThat(deadline.isOver()).isFalse();
    }

    @Test
    void whatFailsForGoodIsNotSentAgain() {
        assertThatThrownBy(() -> attempts(Duration.ofHours(1)).run(failed -> {
                    throw new StorageException(403, "forbidden");
                }))
                .isInstanceOf(Attempts.FailedException.class);

        assertThat(pauses).isEmpty();
    }

    @Test
    void aRequestKnowsHowManyHaveFailedBeforeIt() throws IOException {
        assertThat(attempts(Duration.ofHours(1)).<Integer>run(failed -> {
                    if (failed < 2) {
                        throw new IOException("reset");
                    }
                    return failed;
                }))
                .isEqualTo(2);
    }

    @Test
    void aRequestWithinAnotherHasAttemptsOfItsOwnOnly() {
        Attempts attempts = attempts(Duration.ofHours(1));

        assertThatThrownBy(() -> attempts.run(failed -> attempts.run(failing())))
                .isInstanceOf(Attempts.FailedException.class);

        assertThat(retries).hasValue(Attempts.MOST - 1);
    }
}
