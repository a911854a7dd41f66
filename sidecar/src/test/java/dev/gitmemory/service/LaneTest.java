package dev.gitmemory.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.RowsLockedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Callers that want rows which another transaction may hold: who waits, who tries, and who is told what. */
final class LaneTest {

    private final Lane lane = new Lane();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger attempts = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void stop() {
        open.countDown();
        threads.shutdownNow();
    }

    private CompletableFuture<String> caller(Lane.Attempt<String, RuntimeException> attempt) {
        return CompletableFuture.supplyAsync(() -> lane.take(Optional::empty, Lane.Patience.SHARED, attempt), threads);
    }

    private List<CompletableFuture<String>> callers(int number) {
        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            callers.add(caller(() -> "own turn " + attempts.incrementAndGet()));
        }
        return callers;
    }

    private String locked() {
        attempts.incrementAndGet();
        throw new RowsLockedException();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void untilWaiting(int number) {
        while (lane.waiting() != number) {
            Thread.onSpinWait();
        }
    }

    private void takeInVain() {
        assertThatThrownBy(() -> lane.take(Optional::empty, Lane.Patience.SHARED, this::locked))
                .isInstanceOf(RowsLockedException.class);
    }

    @Test
    void whoWaitsBehindATurnThatFailsIsToldTheSameAtTheSameTime() {
        CompletableFuture<String> first = caller(() -> {
            await(open);
            throw new RowsLockedException();
        });
        while (!lane.isBusy()) {
            Thread.onSpinWait();
        }
        List<CompletableFuture<String>> others = callers(5);
        untilWaiting(5);
        open.countDown();

        assertThatThrownBy(first::join).hasCauseInstanceOf(RowsLockedException.class);
        assertThat(others).allSatisfy(other -> assertThatThrownBy(other::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RowsLockedException.class));
        assertThat(attempts).as("turns of the others").hasValue(0);
    }

    @Test
    void afterAFailureATurnIsOneAttemptUntilOneSucceeds() {
        takeInVain();
        assertThat(attempts.getAndSet(0)).isEqualTo(Lane.ATTEMPTS);
        takeInVain();
        assertThat(attempts.getAndSet(0)).isEqualTo(1);

        assertThat(caller(() -> "free").join()).isEqualTo("free");
        takeInVain();
        assertThat(attempts).hasValue(Lane.ATTEMPTS);
    }

    /** Where a patient one is at it for some seconds, others wait for the end of one attempt, and not of the turn. */
    @Test
    void afterAFailureWhoWaitsIsToldWhenAnAttemptHasFailed() {
        takeInVain();
        attempts.set(0);
        CountDownLatch second = new CountDownLatch(1);
        CompletableFuture<String> patient = CompletableFuture.supplyAsync(
                () -> lane.take(Optional::empty, Lane.Patience.OWN, () -> {
                    await(attempts.getAndIncrement() == 0 ? second : open);
                    throw new RowsLockedException();
                }),
                threads);
        while (!lane.isBusy()) {
            Thread.onSpinWait();
        }
        List<CompletableFuture<String>> others = callers(3);
        untilWaiting(3);
        second.countDown();

        assertThat(others)
                .allSatisfy(other -> assertThatThrownBy(other::join).hasCauseInstanceOf(RowsLockedException.class));
        assertThat(patient).isNotDone();
        open.countDown();
        assertThatThrownBy(patient::join).hasCauseInstanceOf(RowsLockedException.class);
        assertThat(attempts).as("all of its own").hasValue(Lane.ATTEMPTS);
    }

    @Test
    void whileRowsAreHeldOnlySoManyWait() {
        AtomicBoolean met = new AtomicBoolean();
        CompletableFuture<String> first = caller(() -> {
            if (met.compareAndSet(false, true)) {
                throw new RowsLockedException();
            }
            await(open);
            return "first";
        });
        while (!lane.isHeld()) {
            Thread.onSpinWait();
        }
        List<CompletableFuture<String>> others = callers(Lane.MOST_WAITING + 8);
        while (others.stream().filter(CompletableFuture::isDone).count() < 8) {
            Thread.onSpinWait();
        }
        assertThat(others)
                .filteredOn(CompletableFuture::isCompletedExceptionally)
                .hasSize(8);
        open.countDown();

        assertThat(first.join()).isEqualTo("first");
        others.forEach(other -> other.exceptionally(e -> "refused").join());
        assertThat(others)
                .filteredOn(other -> !other.isCompletedExceptionally())
                .as("had a turn")
                .hasSize(Lane.MOST_WAITING);
    }

    @Test
    void whileNothingIsHeldAnyNumberWaits() {
        CompletableFuture<String> first = caller(() -> {
            await(open);
            return "first";
        });
        while (!lane.isBusy()) {
            Thread.onSpinWait();
        }
        List<CompletableFuture<String>> others = callers(3 * Lane.MOST_WAITING);
        untilWaiting(3 * Lane.MOST_WAITING);
        open.countDown();

        assertThat(first.join()).isEqualTo("first");
        assertThat(others).allSatisfy(other -> assertThat(other.join()).startsWith("own turn"));
    }

    @Test
    void whatAnotherTurnHasDoneNeedsNone() {
        assertThat(lane.<String, RuntimeException>take(() -> Optional.of("done"), Lane.Patience.SHARED, this::locked))
                .isEqualTo("done");
        assertThat(attempts).hasValue(0);
    }
}
