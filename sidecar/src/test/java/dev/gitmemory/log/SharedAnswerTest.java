package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SharedAnswerTest {

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void whoComesWhileAQuestionIsOpenSharesTheNextOne() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        SharedAnswer<Integer> shared = new SharedAnswer<>(() -> {
            int number = asked.incrementAndGet();
            if (number == 1) {
                begun.countDown();
                released.await();
            }
            return number;
        });
        Queue<Integer> first = new ConcurrentLinkedQueue<>();
        Queue<Integer> answers = new ConcurrentLinkedQueue<>();
        Thread early = start(shared, first);
        begun.await();
        List<Thread> late = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            late.add(start(shared, answers));
        }
        for (Thread thread : late) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        released.countDown();
        early.join();
        for (Thread thread : late) {
            thread.join();
        }

        assertThat(first).containsExactly(1);
        assertThat(answers)
                .as("not the answer of a question asked before they came")
                .hasSize(10)
                .containsOnly(2);
        assertThat(asked).hasValue(2);
    }

    private static Thread start(SharedAnswer<Integer> shared, Queue<Integer> answers) {
        Thread thread = new Thread(() -> {
            try {
                answers.add(shared.get());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void whoComesAloneAsksEachTime() throws IOException {
        SharedAnswer<Integer> shared = new SharedAnswer<>(asked::incrementAndGet);

        assertThat(shared.get()).isEqualTo(1);
        assertThat(shared.get()).isEqualTo(2);
    }

    @Test
    void aFailureIsTheAnswerOfThatQuestionOnly() throws IOException {
        SharedAnswer<Integer> shared = new SharedAnswer<>(() -> {
            if (asked.incrementAndGet() == 1) {
                throw new IOException("injected");
            }
            return 7;
        });

        assertThatThrownBy(shared::get).isInstanceOf(IOException.class).hasMessage("injected");
        assertThat(shared.get()).isEqualTo(7);
    }

    @Test
    void anInterruptIsKept() throws IOException {
        SharedAnswer<Integer> shared = new SharedAnswer<>(asked::incrementAndGet);
        Thread.currentThread().interrupt();

        assertThat(shared.get()).isEqualTo(1);

        assertThat(Thread.interrupted()).isTrue();
    }
}
