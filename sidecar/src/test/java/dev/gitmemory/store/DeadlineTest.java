package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.testing.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

    private final Ticker ticker = new Ticker();

    @Test
    void itIsOverWhenItsTimeHasPassed() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20), ticker);

        ticker.advance(Duration.ofSeconds(19));
        assertThat(deadline.isOver()).isFalse();
        assertThat(deadline.leftNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());

        ticker.advance(Duration.ofSeconds(1));
        assertThat(deadline.isOver()).isTrue();
        assertThat(deadline.elapsedMillis()).isEqualTo(20_000);
        assertThat(Deadline.NONE.isOver()).isFalse();
    }

    @Test
    void aQuarterOfWhatIsLeftIsKept() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20), ticker);
        ticker.advance(Duration.ofSeconds(4));

        Deadline earlier = deadline.keepingAQuarter();

        ticker.advance(Duration.ofSeconds(12));
        assertThat(earlier.isOver()).isTrue();
        assertThat(deadline.leftNanos()).isEqualTo(Duration.ofSeconds(4).toNanos());
        assertThat(deadline.orEarlier(earlier)).isSameAs(earlier);
        assertThat(earlier.orEarlier(Deadline.NONE)).isSameAs(earlier);
        assertThat(Deadline.NONE.orEarlier(deadline)).isSameAs(deadline);
        assertThat(Deadline.NONE.keepingAQuarter()).isSameAs(Deadline.NONE);
    }

    @Test
    void eachMebibyteAddsASecondToItAndToWhatWasMadeOfIt() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20), ticker);
        Deadline earlier = deadline.keepingAQuarter();

        earlier.moved(5 << 20);
        Deadline.NONE.moved(5 << 20);

        assertThat(deadline.leftNanos()).isEqualTo(Duration.ofSeconds(25).toNanos());
        assertThat(earlier.leftNanos()).isEqualTo(Duration.ofSeconds(20).toNanos());
        assertThat(Deadline.NONE.leftNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aThreadIsSubjectToTheInnermostOne() throws IOException {
        Deadline outer = Deadline.after(Duration.ofSeconds(1), ticker);
        Deadline inner = Deadline.after(Duration.ofSeconds(2), ticker);

        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
        outer.during(() -> {
            assertThatThrownBy(() -> inner.during(() -> {
                        assertThat(Deadline.current()).isSameAs(inner);
                        throw new IOException("failed");
                    }))
                    .hasMessage("failed");
            assertThat(Deadline.current()).isSameAs(outer);
            return true;
        });
        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
    }

    @Test
    void aLockThatOthersHoldIsGivenUp() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            lock.lock();
            try {
                held.countDown();
                Deadline.NONE.await(nanos -> {
                    end.await();
                    return true;
                });
            } finally {
                lock.unlock();
            }
        });
        other.start();
        held.await();

        assertThatThrownBy(() -> Deadline.after(Duration.ZERO, ticker).lock(lock, "Nothing is committed"))
                .isInstanceOf(NotSentException.class)
                .hasMessageStartingWith("Nothing is committed: waited 0 ms")
                .hasMessageContaining("store-deadline");

        end.countDown();
        other.join();
        Deadline.after(Duration.ZERO, ticker).lock(lock, "Free");
        assertThat(lock.isHeldByCurrentThread()).isTrue();
    }
}
