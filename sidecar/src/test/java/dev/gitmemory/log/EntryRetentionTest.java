package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Entries are deleted when a checkpoint has covered them for a time, and no number is ever given away twice. */
final class EntryRetentionTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration KEEP = Duration.ofDays(1);

    private final ObjectStore store;
    private final AtomicLong hours = new AtomicLong();

    EntryRetentionTest() throws IOException {
        this.store = Stores.open("memory:");
    }

    private Instant now() {
        return NOW.plus(Duration.ofHours(hours.get()));
    }

    /** A log by the test's clock. */
    private BundleLog open(ObjectStore from) throws IOException {
        Trust trust = new Trust(() -> Duration.ofHours(hours.get()).toNanos(), () -> now().toEpochMilli());
        return BundleLog.open(from, LogFixture.PREFIX, Runnable::run, 4, log -> {}, trust);
    }

    private BundleLog open() throws IOException {
        return open(store);
    }

    private static void append(BundleLog log, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            LogFixture.append(log, "write " + (log.state().entry() + 1));
        }
    }

    private long entries() throws IOException {
        return store.list(LogFixture.PREFIX + "/log/", "", 1000).size();
    }

    /** Ten entries and a checkpoint, then two entries, then a day, then all before the tenth is deleted. */
    private BundleLog deleteNine() throws IOException {
        BundleLog log = open();
        append(log, 10 - (int) log.state().entry());
        log.checkpoint();
        append(log, 2);
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.addAndGet(24);
        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isPositive();
        return log;
    }

    @Test
    void coveredEntriesAreDeletedAfterTheTimeAndNotBefore() throws IOException {
        BundleLog log = open();
        append(log, 10);
        log.checkpoint();
        append(log, 2);
        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isZero();
        hours.set(23);
        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isZero();
        assertThat(entries()).isEqualTo(12);
        hours.set(24);

        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isEqualTo(9);

        assertThat(entries()).as("the checkpoint's own and the two after it").isEqualTo(3);
        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isZero();
        BundleLog opened = open();
        assertThat(LogFixture.facts(opened.state())).isEqualTo(LogFixture.facts(log.state()));
        assertThat(opened.commits()).isEqualTo(12);
        append(opened, 1);
        assertThat(LogFixture.facts(log.refresh())).isEqualTo(LogFixture.facts(opened.state()));
    }

    @Test
    void aNewerCheckpointStartsItsOwnTime() throws IOException {
        BundleLog log = open();
        append(log, 10);
        log.checkpoint();
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.set(20);
        append(log, 10);
        log.checkpoint();
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.set(24);

        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isEqualTo(9);
        hours.set(44);
        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isEqualTo(10);

        assertThat(LogFixture.facts(open().state())).isEqualTo(LogFixture.facts(log.state()));
    }

    @Test
    void withoutACheckpointNothingIsDeleted() throws IOException {
        BundleLog log = open();
        append(log, 10);
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.set(1000);

        assertThat(new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isZero();
    }

    @Test
    void tooShortATimeIsRefused() {
        assertThatThrownBy(() -> new StoredLog(store, LogFixture.PREFIX).deleteCovered(Duration.ofMinutes(59), now()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT1H");
    }

    @Test
    void anEntryOfWhichTheCheckpointLacksAnObjectIsNotDeleted() throws IOException {
        BundleLog log = open();
        append(log, 10);
        ObjectStore elsewhere = Stores.open("memory:");
        BundleLog other = open(elsewhere);
        LogFixture.append(other, "of another log");
        log.checkpoint();
        store.delete(LogFixture.key(1));
        store.create(LogFixture.key(1), requireNonNull(elsewhere.read(LogFixture.key(1))));
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.set(24);

        assertThatThrownBy(() -> new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(LogFixture.key(1))
                .hasMessageContaining("was not deleted");

        assertThat(entries()).isEqualTo(10);
    }

    @Test
    void aDamagedCheckpointKeepsItsEntries() throws IOException {
        BundleLog log = open();
        append(log, 10);
        log.checkpoint();
        new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now());
        hours.set(24);
        String key = LogFixture.PREFIX + "/checkpoint/%020d.bundle".formatted(10);
        byte[] damaged = requireNonNull(store.read(key));
        damaged[damaged.length - 40] ^= 1;
        store.delete(key);
        store.create(key, damaged);

        assertThatThrownBy(() -> new StoredLog(store, LogFixture.PREFIX).deleteCovered(KEEP, now()))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(key);

        assertThat(entries()).isEqualTo(10);
    }

    @Test
    void aReaderThatMeetsTheGapGoesOnFromTheCheckpoint() throws IOException {
        BundleLog stale = open();
        append(stale, 3);
        BundleLog log = deleteNine();

        assertThat(LogFixture.facts(stale.refresh())).isEqualTo(LogFixture.facts(log.state()));
        assertThat(stale.commits()).isEqualTo(12);
        append(stale, 1);
        assertThat(LogFixture.facts(log.refresh())).isEqualTo(LogFixture.facts(stale.state()));
    }

    @Test
    void aWriterThatSleptDoesNotUseANumberAgain() throws IOException {
        BundleLog stale = open();
        append(stale, 3);
        BundleLog log = deleteNine();

        assertThat(LogFixture.tryAppend(stale, "on top of entry 3")).isNull();

        assertThat(store.read(LogFixture.key(4))).isNull();
        assertThat(LogFixture.facts(stale.state())).isEqualTo(LogFixture.facts(log.state()));
        append(stale, 1);
        assertThat(LogFixture.facts(log.refresh())).isEqualTo(LogFixture.facts(stale.state()));
        assertThat(LogFixture.facts(open().state())).isEqualTo(LogFixture.facts(stale.state()));
    }

    @Test
    void aWriterThatIsStoppedJustBeforeItsRequestIsSentDoesNotUseANumberAgain() throws IOException {
        AtomicReference<BundleLog> others = new AtomicReference<>();
        ObjectStore stopping = new ForwardingStore(store) {
            @Override
            public Created create(String key, byte[] content) throws IOException {
                if (others.get() == null) {
                    others.set(deleteNine()); // all of this happens while the writer stands still
                }
                return super.create(key, content);
            }
        };
        append(open(), 3);
        BundleLog stale = open(stopping);

        assertThat(LogFixture.tryAppend(stale, "on top of entry 3")).isNull();

        BundleLog log = requireNonNull(others.get());
        assertThat(store.read(LogFixture.key(4)))
                .as("what was stored under a number that was taken")
                .isNull();
        assertThat(LogFixture.facts(stale.state())).isEqualTo(LogFixture.facts(log.state()));
        append(stale, 1);
        assertThat(LogFixture.facts(open().state())).isEqualTo(LogFixture.facts(stale.state()));
        assertThat(open().commits()).isEqualTo(13);
    }

    @Test
    void aReaderThatIsStoppedDoesNotBelieveWhatALateRequestHasLeft() throws IOException {
        BundleLog late = open();
        append(late, 3);
        BundleLog stale = open();
        ObjectStore copy = Stores.open("memory:");
        for (ObjectStore.Entry entry : store.list("", "", 100)) {
            copy.create(entry.key(), requireNonNull(store.read(entry.key())));
        }
        BundleLog fork = open(copy);
        LogFixture.append(fork, "a request that took a day");
        BundleLog log = deleteNine();
        store.create(LogFixture.key(4), requireNonNull(copy.read(LogFixture.key(4))));

        assertThat(LogFixture.facts(stale.refresh())).isEqualTo(LogFixture.facts(log.state()));
        assertThat(LogFixture.facts(open().state())).isEqualTo(LogFixture.facts(log.state()));
        assertThat(LogFixture.tryAppend(late, "on top of entry 3")).isNull();
        assertThat(LogFixture.facts(late.state())).isEqualTo(LogFixture.facts(log.state()));
    }

    @Test
    void anIdleInstanceAsksForCheckpointsOnceAndABusyOneNever() throws IOException {
        BundleLog log = open();
        append(log, 3);
        CountingStore counted = new CountingStore(store);
        BundleLog idle = open(counted);
        counted.reset();
        idle.refresh();
        append(idle, 5);
        assertThat(counted.lists()).isZero();

        hours.addAndGet(1);
        idle.refresh();
        idle.refresh();
        append(idle, 1);

        assertThat(counted.lists()).isEqualTo(1);
    }
}
