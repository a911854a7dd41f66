package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.DyingStore;
import dev.gitmemory.testing.DyingStore.When;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Purging a log: what is left, who is stopped, and the process dying at each request of it. */
final class LogPurgeTest {

    private static final String PREFIX = LogFixture.PREFIX;

    /** A log with entries before and after a checkpoint, and a note about that. */
    private static ObjectStore log() throws IOException {
        ObjectStore store = Stores.open("memory:");
        BundleLog log = LogFixture.open(store);
        append(log, 3);
        log.checkpoint();
        new StoredLog(store, PREFIX).deleteCovered(Duration.ofDays(1), Instant.parse("2026-03-01T12:00:00Z"));
        append(log, 2);
        return store;
    }

    private static void append(BundleLog log, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            LogFixture.append(log, "write " + (log.state().entry() + 1));
        }
    }

    private static List<String> keys(ObjectStore store) throws IOException {
        return store.list("", "", 100).stream().map(ObjectStore.Entry::key).toList();
    }

    private static String checkpointKey(long number) {
        return PREFIX + "/checkpoint/%020d.bundle".formatted(number);
    }

    @Test
    void nothingIsLeftButATombstoneAndOpeningSaysSo() throws IOException {
        ObjectStore store = log();
        assertThat(new StoredLog(store, PREFIX).purge()).isEqualTo(7);
        assertThat(keys(store)).containsExactly(checkpointKey(6), LogFixture.key(6));
        assertThatThrownBy(() -> LogFixture.open(store)).isInstanceOf(PurgedException.class);
        assertThat(new StoredLog(store, PREFIX).purge()).as("again").isZero();
        assertThat(keys(store)).containsExactly(checkpointKey(6), LogFixture.key(6));
    }

    @Test
    void whoHasItOpenCanNeitherReadOnNorWrite() throws IOException {
        ObjectStore store = log();
        BundleLog writer = LogFixture.open(store);
        BundleLog reader = LogFixture.open(store);
        new StoredLog(store, PREFIX).purge();
        assertThatThrownBy(() -> append(writer, 1)).isInstanceOf(PurgedException.class);
        assertThatThrownBy(() -> append(writer, 1)).as("once more").isInstanceOf(PurgedException.class);
        assertThatThrownBy(reader::refresh).isInstanceOf(PurgedException.class);
        assertThatThrownBy(reader::checkpoint).isInstanceOf(PurgedException.class);
        assertThat(keys(store)).hasSize(2);
    }

    @Test
    void whatAWriterThatWasBehindHasLeftIsReadByNobodyAndRemovedByTheNextPurge() throws IOException {
        ObjectStore store = Stores.open("memory:");
        BundleLog log = LogFixture.open(store);
        append(log, 1);
        BundleLog behind = LogFixture.open(store);
        append(log, 2);
        new StoredLog(store, PREFIX).purge();
        append(behind, 1);
        assertThat(keys(store)).contains(LogFixture.key(2));
        assertThatThrownBy(() -> LogFixture.open(store)).isInstanceOf(PurgedException.class);
        assertThat(LogCheck.run(store, PREFIX, ForkJoinPool.commonPool(), (done, total) -> {})
                        .findings())
                .extracting(LogFinding::key)
                .containsExactly(LogFixture.key(2));
        assertThat(new StoredLog(store, PREFIX).purge()).isEqualTo(1);
        assertThat(keys(store)).containsExactly(checkpointKey(4), LogFixture.key(4));
    }

    @Test
    void aWriterThatWasStoppedForLongRemovesWhatItStoredAndSaysWhy() throws IOException {
        AtomicLong nanos = new AtomicLong();
        ObjectStore store = Stores.open("memory:");
        append(LogFixture.open(store), 1);
        ForwardingStore slow = new ForwardingStore(store) {
            @Override
            public Created create(String key, byte[] content) throws IOException {
                append(LogFixture.open(store), 2); // meanwhile
                new StoredLog(store, PREFIX).purge();
                nanos.addAndGet(Trust.LASTS.toNanos());
                return super.create(key, content);
            }
        };
        BundleLog stopped = BundleLog.open(
                slow, PREFIX, Runnable::run, 4, log -> {}, new Trust(nanos::get, () -> nanos.get() / 1_000_000));
        assertThatThrownBy(() -> append(stopped, 1)).isInstanceOf(PurgedException.class);
        assertThat(keys(store)).containsExactly(checkpointKey(4), LogFixture.key(4));
    }

    @Test
    void anEntryThatComesFirstIsRemovedToo() throws IOException {
        ObjectStore store = log();
        BundleLog writer = LogFixture.open(store);
        ForwardingStore race = new ForwardingStore(store) {
            private int left = 3;

            @Override
            public Created create(String key, byte[] content) throws IOException {
                if (left-- > 0) {
                    append(writer, 1);
                }
                return super.create(key, content);
            }
        };
        assertThat(new StoredLog(race, PREFIX).purge()).isEqualTo(10);
        assertThat(keys(store)).containsExactly(checkpointKey(9), LogFixture.key(9));
        assertThatThrownBy(() -> append(writer, 1)).isInstanceOf(PurgedException.class);
    }

    @Test
    void aDamagedRepositoryIsPurgedLikeAnyOther() throws IOException {
        ObjectStore store = log();
        store.delete(LogFixture.key(4));
        store.create(PREFIX + "/log/notes.txt", new byte[] {1});
        store.create(checkpointKey(40), "garbage".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        new StoredLog(store, PREFIX).purge();
        assertThat(keys(store))
                .as("what is none of ours stays")
                .containsExactly(checkpointKey(41), LogFixture.key(41), PREFIX + "/log/notes.txt");
        assertThatThrownBy(() -> LogFixture.open(store)).isInstanceOf(PurgedException.class);
    }

    @Test
    void aLogThatNeverWasGetsATombstoneAndOthersKeepEverything() throws IOException {
        ObjectStore store = log();
        assertThat(new StoredLog(store, "org/agent-2/repo.git").isThere()).isFalse();
        assertThat(new StoredLog(store, "org/agent-2/repo.git").purge()).isZero();
        assertThat(new StoredLog(store, "org/agent-2/repo.git").isThere()).isTrue();
        assertThat(LogFixture.open(store).state().entry()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void whereverTheProcessDiesTheRepositoryIsThereOrPurgedAndTheNextPurgeCompletesIt(When when) throws IOException {
        int requests = 0;
        for (boolean died = true; died; requests++) {
            ObjectStore store = log();
            BundleLog open = LogFixture.open(store);
            DyingStore mortal = new DyingStore(store, when);
            mortal.dieAfter(requests + 1);
            died = dies(mortal);
            boolean purged = isPurged(store);
            if (!purged) {
                append(open, 1);
                assertThat(LogFixture.open(store).state().entry()).isEqualTo(6);
            }
            new StoredLog(store, PREFIX).purge();
            int last = purged ? 6 : 7;
            assertThat(keys(store))
                    .as("%s request %d", when, requests)
                    .containsExactly(checkpointKey(last), LogFixture.key(last));
            assertThatThrownBy(() -> append(open, 1)).isInstanceOf(PurgedException.class);
        }
        assertThat(requests).isGreaterThan(10);
    }

    private static boolean dies(ObjectStore mortal) {
        try {
            new StoredLog(mortal, PREFIX).purge();
            return false;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("the process is dead");
            return true;
        }
    }

    private static boolean isPurged(ObjectStore store) throws IOException {
        try {
            LogFixture.open(store);
            return false;
        } catch (PurgedException e) {
            return true;
        }
    }
}
