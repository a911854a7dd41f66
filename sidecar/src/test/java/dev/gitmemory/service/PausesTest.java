package dev.gitmemory.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.RowsLockedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When the reconciler comes back to an agent that has failed. */
final class PausesTest {

    @Test
    void theyGrowToAMinute() {
        Exception reason = new IllegalStateException();
        assertThat(Pauses.after(2, reason, 1)).isZero();
        assertThat(Pauses.after(5, reason, 1)).isEqualTo(Duration.ofSeconds(4));
        assertThat(Pauses.after(100, reason, 1)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whileRowsAreHeldTheyStayShort() {
        assertThat(Pauses.after(100, new RowsLockedException(), 1)).isEqualTo(Duration.ofSeconds(3));
        assertThat(Pauses.after(100, new RowsLockedException(), 10)).isEqualTo(Duration.ofSeconds(18));
        assertThat(Pauses.after(100, new RowsLockedException(), 1000)).isEqualTo(Duration.ofMinutes(1));
    }
}
