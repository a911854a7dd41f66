package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log with damage is refused as a whole, naming the object, and never opened in part. */
final class LogCorruptionTest {

    private static final int ENTRIES = 4;

    private final ObjectStore store;

    LogCorruptionTest() throws IOException {
        this.store = Stores.open("memory:");
    }

    @BeforeEach
    void writeLog() throws IOException {
        BundleLog log = LogFixture.open(store);
        LogFixture.append(log, "one");
        LogState on = LogFixture.append(log, "two");
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = on.targets();
        refs.put("refs/heads/side", requireNonNull(on.head()));
        refs.put("refs/tags/v1", LogFixture.stageTag(staging, requireNonNull(on.head()), "v1"));
        assertThat(log.append(on, refs, staging)).isNotNull();
        LogFixture.append(log, "four");
    }

    private void replace(long number, byte[] content) throws IOException {
        store.delete(LogFixture.key(number));
        store.create(LogFixture.key(number), content);
    }

    private byte[] entry(long number) throws IOException {
        return requireNonNull(store.read(LogFixture.key(number)));
    }

    @Test
    void theWholeLogOpensAsItIs() throws IOException {
        LogState state = LogFixture.open(store).state();

        assertThat(state.entry()).isEqualTo(ENTRIES);
        assertThat(state.refs()).containsOnlyKeys("refs/heads/main", "refs/heads/side", "refs/tags/v1");
    }

    @Test
    void everyFlippedBitOfEveryEntryIsNoticed() throws IOException {
        for (long number = 1; number <= ENTRIES; number++) {
            byte[] whole = entry(number);
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << (at % 8));
                replace(number, damaged);

                Throwable thrown = catchThrowable(() -> LogFixture.open(store));

                assertThat(thrown)
                        .as("entry %d with byte %d of %d changed", number, at, whole.length)
                        .isInstanceOf(CorruptLogException.class)
                        .hasMessageContaining("put the object as it was back");
                // A name in the first entry's header is only noticed by the second entry, which names it.
                long named = ((CorruptLogException) thrown).key().equals(LogFixture.key(number)) ? number : number + 1;
                assertThat(((CorruptLogException) thrown).key()).isEqualTo(LogFixture.key(named));
                assertThat(thrown).hasMessageContaining(LogFixture.key(named));
            }
            replace(number, whole);
        }
    }

    @Test
    void everyEntryCutShortAnywhereIsNoticed() throws IOException {
        for (long number = 1; number <= ENTRIES; number++) {
            byte[] whole = entry(number);
            for (int length = 0; length < whole.length; length++) {
                replace(number, Arrays.copyOf(whole, length));

                assertThatThrownBy(() -> LogFixture.open(store))
                        .isInstanceOf(CorruptLogException.class)
                        .hasMessageContaining(LogFixture.key(number));
            }
            replace(number, whole);
        }
    }

    @Test
    void anEntryOfAnotherLogInItsPlaceIsNoticed() throws IOException {
        ObjectStore other = Stores.open("memory:");
        BundleLog log = LogFixture.open(other);
        LogFixture.append(log, "one");
        LogFixture.append(log, "another two");
        replace(2, requireNonNull(other.read(LogFixture.key(2))));

        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(LogFixture.key(3))
                .hasMessageContaining("not written on top of entry 2");
    }

    @Test
    void aMissingEntryIsNamed() throws IOException {
        store.delete(LogFixture.key(2));

        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(LogFixture.key(2))
                .hasMessageContaining("missing");
    }

    @Test
    void aStrayFileWithTheNameOfAFarEntryIsNamed() throws IOException {
        for (long stray : new long[] {ENTRIES + 2, Long.MAX_VALUE}) {
            store.create(LogFixture.key(stray), new byte[0]);

            assertThatThrownBy(() -> LogFixture.open(store))
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining("at '" + LogFixture.key(ENTRIES + 1))
                    .hasMessageContaining("though there is '" + LogFixture.key(stray))
                    .hasMessageContaining("or move that file away if it is none of this log");
            store.delete(LogFixture.key(stray));
        }
    }

    @Test
    void aForeignObjectIsNamed() throws IOException {
        String foreign = LogFixture.PREFIX + "/log/notes.txt";
        store.create(foreign, new byte[0]);

        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(foreign)
                .hasMessageContaining("move it away");
    }

    @Test
    void aDamagedEntryThatArrivesLaterLeavesTheStateBeforeItInUse() throws IOException {
        byte[] last = entry(ENTRIES);
        store.delete(LogFixture.key(ENTRIES));
        BundleLog log = LogFixture.open(store);
        long commits = log.commits();
        byte[] damaged = last.clone();
        damaged[damaged.length - 30] ^= 1;
        store.create(LogFixture.key(ENTRIES), damaged);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(log::refresh)
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining(LogFixture.key(ENTRIES));
            assertThatThrownBy(() -> LogFixture.tryAppend(log, "five")).isInstanceOf(CorruptLogException.class);
            assertThat(log.state().entry()).isEqualTo(ENTRIES - 1);
            assertThat(log.commits()).isEqualTo(commits);
        }

        replace(ENTRIES, last);
        assertThat(log.refresh().entry()).isEqualTo(ENTRIES);
        LogFixture.append(log, "five");
    }

    @Test
    void otherLogsOfTheStoreAreNotAffected() throws IOException {
        replace(1, new byte[0]);

        BundleLog other = BundleLog.open(store, "org/other/repo.git", Runnable::run, 4, log -> {});

        assertThat(LogFixture.append(other, "fine").entry()).isEqualTo(1);
    }
}
