package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressLinesTest {

    @Test
    void nothingIsSaidWithinTwoSecondsAndOneLineEveryTwoSecondsAfterThat() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong now = new AtomicLong(-5);
        ProgressLines lines =
                new ProgressLines(new PrintStream(out, true, StandardCharsets.UTF_8), () -> false, now::get);

        for (int second = 0; second < 5; second++) {
            lines.at("Reading", second, 0);
            lines.at("Writing", second, 10);
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("Reading: 2", "Reading: 4");
    }

    @Test
    void whatWasToldOfIsToldOfOnceMoreWhenItIsDone() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong now = new AtomicLong();
        ProgressLines lines =
                new ProgressLines(new PrintStream(out, true, StandardCharsets.UTF_8), () -> false, now::get);

        lines.at("Quick", 1, 2);
        lines.at("Quick", 2, 2);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        lines.at("Counting", 1, 0);
        lines.at("Counting", 5000, 0);
        lines.at("Writing", 1, 10);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        lines.at("Writing", 2, 10);
        lines.at("Writing", 10, 10);
        lines.at("More", 1, 0);

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Counting: 1", "Counting: 5000", "Writing: 2 of 10", "Writing: 10 of 10");
    }

    @Test
    void aTotalIsShownWhereItIsKnown() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong now = new AtomicLong();
        ProgressLines lines =
                new ProgressLines(new PrintStream(out, true, StandardCharsets.UTF_8), () -> true, now::get);

        now.addAndGet(Duration.ofSeconds(2).toNanos());
        lines.at("Writing", 3, 10);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("Writing: 3 of 10");
        assertThat(lines.isCancelled()).isTrue();
    }
}
