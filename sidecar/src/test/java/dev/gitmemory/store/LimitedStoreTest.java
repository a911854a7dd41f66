package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.testing.ForwardingStore;
import dev.gitmemory.testing.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LimitedStoreTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final GatedReads gated = new GatedReads();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void noMoreRequestsAreUnderWayThanTheLimitAllows() throws Exception {
        ObjectStore store = new LimitedStore(gated, 3, LONG, System::nanoTime, metrics);
        List<Future<byte @Nullable []>> reads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            reads.add(threads.submit(() -> store.read("k")));
        }

        gated.arrived.acquire(3);
        awaitWaiting(17);
        assertThat(metrics.get("git.memory.store.active").gauge().value()).isEqualTo(3);

        gated.gate.countDown();
        for (Future<byte @Nullable []> read : reads) {
            read.get();
        }
        assertThat(gated.mostAtOnce.get()).isEqualTo(3);
        assertThat(metrics.get("git.memory.store.active").gauge().value()).isZero();
        assertThat(metrics.get("git.memory.store.wait").timer().count()).isEqualTo(17);
    }

    @Test
    void whoWaitsTooLongIsToldForWhatAndHowManyOthersThereAre() throws Exception {
        ObjectStore store = new LimitedStore(gated, 1, Duration.ofMillis(20), System::nanoTime, metrics);
        Future<byte @Nullable []> first = threads.submit(() -> store.read("first"));
        gated.arrived.acquire();

        assertThatThrownBy(() -> store.create("second", new byte[0]))
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("'second' in memory:/")
                .hasMessageContaining("store-deadline")
                .hasMessageContaining("1 requests under way")
                .hasMessageContaining("store-parallelism");

        gated.gate.countDown();
        first.get();
        assertThat(store.create("second", new byte[0])).isEqualTo(ObjectStore.Created.STORED);
    }

    @Test
    void requestsOfOnePurposeHaveOneDeadlineTogether() throws IOException {
        Ticker ticker = new Ticker();
        ForwardingStore slow = new ForwardingStore(new MemoryStore()) {
            @Override
            public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
                assertThat(Deadline.current()).as("what an adapter sees").isNotSameAs(Deadline.NONE);
                ticker.advance(Duration.ofSeconds(6));
                return super.list(prefix, startAfter, limit);
            }
        };
        ObjectStore store = new LimitedStore(slow, 1, Duration.ofSeconds(10), ticker, metrics);
        Deadline together = store.deadline();

        together.during(() -> store.list("first", "", 1));
        together.during(() -> store.list("second", "", 1));
        assertThatThrownBy(() -> together.during(() -> store.list("third", "", 1)))
                .isInstanceOf(NotSentException.class);

        assertThat(store.list("fourth", "", 1)).as("one of its own").isEmpty();
        assertThat(metrics.get("git.memory.store.active").gauge().value()).isZero();
    }

    @Test
    void aBigObjectHasMoreTime() throws IOException {
        Ticker ticker = new Ticker();
        ObjectStore store = new LimitedStore(new MemoryStore(), 1, Duration.ofSeconds(10), ticker, metrics);
        Deadline deadline = store.deadline();

        deadline.during(() -> store.create("k", new byte[3 << 20]));

        assertThat(deadline.leftNanos()).isEqualTo(Duration.ofSeconds(13).toNanos());
    }

    @Test
    void anInterruptIsKeptAndDoesNotEndTheWait() throws Exception {
        ObjectStore store = new LimitedStore(gated, 1, LONG, System::nanoTime, metrics);
        Future<byte @Nullable []> first = threads.submit(() -> store.read("first"));
        gated.arrived.acquire();
        CountDownLatch interrupted = new CountDownLatch(1);
        Future<Boolean> second = threads.submit(() -> {
            Thread.currentThread().interrupt();
            interrupted.countDown();
            store.create("second", new byte[0]);
            return Thread.currentThread().isInterrupted();
        });
        interrupted.await();
        awaitWaiting(1);

        gated.gate.countDown();

        first.get();
        assertThat(second.get()).isTrue();
    }

    @Test
    void aRequestThatFailsGivesItsTurnBack() throws Exception {
        ObjectStore store = new LimitedStore(new MemoryStore(), 1, Duration.ofMillis(20), System::nanoTime, metrics);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> store.read("/")).isInstanceOf(InvalidKeyException.class);
        }
        assertThat(store.read("k")).isNull();
    }

    private void awaitWaiting(int count) {
        while (metrics.get("git.memory.store.waiting").gauge().value() < count) {
            Thread.onSpinWait();
        }
    }

    /** Reads wait at a gate. */
    private static final class GatedReads extends ForwardingStore {

        final CountDownLatch gate = new CountDownLatch(1);
        final Semaphore arrived = new Semaphore(0);
        final AtomicInteger atOnce = new AtomicInteger();
        final AtomicInteger mostAtOnce = new AtomicInteger();

        GatedReads() {
            super(new MemoryStore());
        }

        @Override
        public byte @Nullable [] read(String key) throws IOException {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            arrived.release();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException("Interrupted at the gate", e);
            }
            atOnce.decrementAndGet();
            return super.read(key);
        }
    }
}
