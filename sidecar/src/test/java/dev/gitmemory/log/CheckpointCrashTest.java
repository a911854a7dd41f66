package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.DyingStore;
import dev.gitmemory.testing.DyingStore.When;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process ends at each request of a checkpoint or a deletion, before the request took effect or after: the log
 * opens as it was, goes on, and the next checkpoint and deletion succeed.
 */
final class CheckpointCrashTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration KEEP = Duration.ofDays(1);

    private interface Work {
        void on(BundleLog log, ObjectStore store) throws IOException;
    }

    /** A log whose third checkpoint and second deletion are due; a copy of it for each crash. */
    private static ObjectStore log() throws IOException {
        ObjectStore store = Stores.open("memory:");
        BundleLog log = LogFixture.open(store);
        Instant at = NOW;
        for (int round = 0; round < 2; round++) {
            append(log, 5);
            log.checkpoint();
            new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, at);
            at = at.plus(KEEP);
        }
        append(log, 5);
        return store;
    }

    private static void append(BundleLog log, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            LogFixture.append(log, "write " + (log.state().entry() + 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void duringACheckpoint(When when) throws IOException {
        assertThat(crashes(when, (log, store) -> log.checkpoint())).isGreaterThan(5);
    }

    @ParameterizedTest
    @EnumSource
    void duringADeletion(When when) throws IOException {
        assertThat(crashes(when, (log, store) -> new StoredLog(store, LogFixture.PREFIX)
                        .deleteCovered(KEEP, NOW.plus(KEEP.multipliedBy(2)))))
                .isGreaterThan(15);
    }

    private interface Dying {
        void run() throws IOException;
    }

    private static boolean dies(Dying work) {
        try {
            work.run();
            return false;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("the process is dead");
            return true;
        }
    }

    private static int crashes(When when, Work work) throws IOException {
        for (int request = 1; ; request++) {
            ObjectStore store = log();
            BundleLog alive = LogFixture.open(store);
            LogState expected = alive.state();
            DyingStore mortal = new DyingStore(store, when);
            BundleLog log = LogFixture.open(mortal);
            mortal.dieAfter(request);
            boolean died = dies(() -> work.on(log, mortal));
            BundleLog opened = LogFixture.open(store);
            assertThat(LogFixture.facts(opened.state()))
                    .as("after a crash %s request %d", when, request)
                    .isEqualTo(LogFixture.facts(expected));
            assertThat(opened.commits()).isEqualTo(15);
            append(opened, 1);
            assertThat(LogFixture.facts(alive.refresh())).isEqualTo(LogFixture.facts(opened.state()));
            opened.checkpoint();
            new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, NOW.plus(KEEP.multipliedBy(3)));
            new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, NOW.plus(KEEP.multipliedBy(4)));
            BundleLog last = LogFixture.open(store);
            assertThat(LogFixture.facts(last.state())).isEqualTo(LogFixture.facts(opened.state()));
            assertThat(last.commits()).isEqualTo(16);
            assertThat(store.list(LogFixture.PREFIX + "/log/", "", 100)).hasSize(1);
            if (!died) {
                return request - 1;
            }
        }
    }
}
