package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CourtesyTest {

    private static final long ROUND_TRIP = 40;

    private long now = 1_000_000;
    private final List<Long> pauses = new ArrayList<>();
    private final Courtesy courtesy = new Courtesy(() -> now, nanos -> {
        pauses.add(nanos);
        now += nanos;
    });

    private void write(int entries) {
        for (int i = 0; i < entries; i++) {
            courtesy.beforeWrite();
            now += ROUND_TRIP;
            courtesy.wrote(ROUND_TRIP);
        }
    }

    @Test
    void aWriterThatIsAlonePausesOnceInAWhile() {
        write(Courtesy.MOST_IN_A_ROW);
        assertThat(pauses).isEmpty();

        write(10 * Courtesy.MOST_IN_A_ROW);
        assertThat(pauses).hasSize(10).containsOnly(60L);
    }

    @Test
    void whoWasOvertakenPausesAfterOneEntryThenAfterTwoThenThree() {
        write(5);
        courtesy.overtaken();

        write(1);
        assertThat(pauses).isEmpty();
        write(1);
        assertThat(pauses).as("after one entry").hasSize(1);
        write(2);
        assertThat(pauses).as("after two more").hasSize(2);
        write(3);
        assertThat(pauses).as("after three more").hasSize(3);
        write(1000);
        assertThat(pauses).as("in the end as one that is alone").hasSizeLessThan(3 + 32 + 1000 / 32);
    }

    @Test
    void whoIsOvertakenAgainAndAgainTakesTurns() {
        for (int i = 0; i < 10; i++) {
            courtesy.overtaken();
            write(1);
        }
        assertThat(pauses)
                .as("the other's entry came in each pause that there was")
                .isEmpty();

        write(1);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void timeWithoutAnythingToWriteIsAPause() {
        courtesy.overtaken();
        for (int i = 0; i < 10; i++) {
            write(1);
            now += 2 * ROUND_TRIP;
        }
        assertThat(pauses).isEmpty();
    }

    @Test
    void aPartOfThePauseThatHasPassedAlreadyIsNotWaitedForAgain() {
        courtesy.overtaken();
        write(1);
        now += 25;
        write(1);
        assertThat(pauses).containsExactly(35L);
    }

    @Test
    void aStoreThatTakesVeryLongDoesNotMakePausesLong() {
        courtesy.overtaken();
        courtesy.wrote(60_000_000_000L);
        courtesy.beforeWrite();
        assertThat(pauses).containsExactly(250_000_000L);
    }
}
