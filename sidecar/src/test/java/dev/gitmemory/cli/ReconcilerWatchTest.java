package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Reconciler.Turn;
import dev.gitmemory.testing.CapturedLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the log says while a pass of the reconciler does not come to its end. */
final class ReconcilerWatchTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final CapturedLog log = CapturedLog.of(ReconcilerWatch.class);
    private @Nullable Turn turn;

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void aTurnThatTakesLongIsNamedSeldomAndItsEndIsTold() {
        Now now = new Now();
        ReconcilerWatch watch = new ReconcilerWatch(() -> Optional.ofNullable(turn), now);
        turn = new Turn("iris", START);
        for (int looks = 0; looks < 30; looks++) {
            now.seconds += 10;
            watch.look();
        }
        turn = new Turn("ivo", START.plusSeconds(now.seconds));
        watch.look();
        assertThat(log.messages()).hasSize(4);
        assertThat(log.messages().get(0)).startsWith("The reconciler has been at agent iris for 60 s");
        assertThat(log.messages().get(1)).startsWith("The reconciler has been at agent iris for 120 s");
        assertThat(log.messages().get(2)).startsWith("The reconciler has been at agent iris for 240 s");
        assertThat(log.messages().get(3)).isEqualTo("The reconciler goes on after agent iris");

        now.seconds += 60;
        watch.look();
        turn = null;
        watch.look();
        assertThat(log.messages()).hasSize(6);
        assertThat(log.messages().get(4)).startsWith("The reconciler has been at agent ivo for 60 s");
    }

    @Test
    void whatGoesOnIsNotTalkedAbout() {
        Now now = new Now();
        ReconcilerWatch watch = new ReconcilerWatch(() -> Optional.ofNullable(turn), now);
        for (int looks = 0; looks < 30; looks++) {
            now.seconds += 10;
            turn = looks % 2 == 0 ? null : new Turn(null, START.plusSeconds(now.seconds));
            watch.look();
        }
        assertThat(log.messages()).isEmpty();
    }

    /** A clock that goes on when it is told to. */
    private static final class Now extends Clock {

        private long seconds;

        @Override
        public Instant instant() {
            return START.plus(Duration.ofSeconds(seconds));
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
