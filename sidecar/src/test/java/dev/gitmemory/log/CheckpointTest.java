package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint holds everything up to its number, and a log opens from it as from its entries. */
final class CheckpointTest {

    private static final String CHECKPOINTS = LogFixture.PREFIX + "/checkpoint/";

    private final ObjectStore store;

    CheckpointTest() throws IOException {
        this.store = Stores.open("memory:");
    }

    private static String text(int number) {
        return "A line of a memory that does not change very often.\n".repeat(40) + "Write " + number + "\n";
    }

    private static void append(BundleLog log, int from, int to) throws IOException {
        for (int i = from; i <= to; i++) {
            LogFixture.append(log, text(i));
        }
    }

    private static void deleteEntriesBefore(ObjectStore store, long end) throws IOException {
        for (long number = 1; number < end; number++) {
            store.delete(LogFixture.key(number));
        }
    }

    private List<String> checkpoints() throws IOException {
        return store.list(CHECKPOINTS, "", 100).stream()
                .map(ObjectStore.Entry::key)
                .toList();
    }

    private static String key(long number) {
        return CHECKPOINTS + "%020d.bundle".formatted(number);
    }

    private static void assertSameContent(BundleLog actual, BundleLog expected) throws IOException {
        assertThat(LogFixture.facts(actual.state())).isEqualTo(LogFixture.facts(expected.state()));
        assertThat(actual.commits()).isEqualTo(expected.commits());
        try (ObjectReader ours = actual.newReader();
                ObjectReader theirs = expected.newReader()) {
            for (ObjectId id = requireNonNull(expected.state().head()); ; ) {
                LoggedCommit commit = requireNonNull(actual.commit(id));
                assertThat(ours.open(commit).getBytes())
                        .isEqualTo(theirs.open(commit).getBytes());
                for (ObjectId each : List.of(commit.tree(), LogFixture.noteOf(actual, commit))) {
                    assertThat(ours.open(each).getBytes())
                            .isEqualTo(theirs.open(each).getBytes());
                }
                if (commit.parents().isEmpty()) {
                    return;
                }
                id = commit.parents().get(0);
            }
        }
    }

    @Test
    void aLogOpensFromItsCheckpointAsFromItsEntries() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 30);
        assertThat(log.checkpoint()).isTrue();
        append(log, 31, 40);
        deleteEntriesBefore(store, 30);

        BundleLog opened = LogFixture.open(store);

        assertSameContent(opened, log);
        append(opened, 41, 42);
        assertThat(LogFixture.facts(log.refresh())).isEqualTo(LogFixture.facts(opened.state()));
    }

    @Test
    void aCheckpointOnTopOfAnotherHoldsEverythingToo() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 20);
        log.checkpoint();
        append(log, 21, 40);
        assertThat(log.checkpoint()).isTrue();
        deleteEntriesBefore(store, 40);
        BundleLog reopened = LogFixture.open(store);
        assertSameContent(reopened, log);
        append(reopened, 41, 60);
        assertThat(reopened.checkpoint()).isTrue();
        deleteEntriesBefore(store, 60);

        assertThat(checkpoints()).as("the newest two are kept").containsExactly(key(40), key(60));
        BundleLog again = LogFixture.open(store);
        assertSameContent(again, reopened);
        assertThat(again.entriesSinceCheckpoint()).isZero();
    }

    @Test
    void aCheckpointIsMuchSmallerThanTheEntriesItCovers() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 100);
        long entries = log.bytesSinceCheckpoint();

        log.checkpoint();

        assertThat(requireNonNull(store.read(key(100))).length).isLessThan((int) (entries / 2));
        assertThat(log.bytesSinceCheckpoint()).isZero();
        assertThat(log.entriesSinceCheckpoint()).isZero();
    }

    @Test
    void aCheckpointThatIsTooLargeForTheHeapIsRefusedWithTheHeapThatItTakes() throws IOException {
        BundleLog log = LogFixture.open(store);
        LogFixture.append(log, "note");
        RepoLog entries = new RepoLog(store, LogFixture.PREFIX, id -> null);
        Checkpointer small = new Checkpointer(entries, 200L << 20);
        var large = new Checkpointer.Snapshot(log.state(), 3, 0, List.of(), 150L << 20);

        assertThatThrownBy(() -> small.run(() -> large, (number, size) -> {}, new LoggedObjects()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(entries.checkpointKey(1))
                .hasMessageContaining("300 MiB of heap, and may take 200 MiB")
                .hasMessageContaining("'git-memory compact' with -Xmx601m");
        assertThat(entries.checkpoints()).isEmpty();
    }

    @Test
    void whatNoRefReachesIsKept() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        LogState on = log.state();
        Staging staging = log.stage();
        ObjectId dropped = LogFixture.stageCommit(staging, on.head(), "dropped");
        ObjectId tag = LogFixture.stageTag(staging, dropped, "v1");
        SortedMap<String, ObjectId> refs = on.targets();
        refs.put("refs/tags/v1", tag);
        refs.put("refs/heads/side", dropped);
        on = requireNonNull(log.append(on, refs, staging));
        staging = log.stage();
        refs = on.targets();
        refs.remove("refs/tags/v1");
        refs.remove("refs/heads/side");
        refs.put(LogState.MAIN, LogFixture.stageCommit(staging, on.head(), "without it"));
        log.append(on, refs, staging);
        log.checkpoint();
        deleteEntriesBefore(store, 5);

        BundleLog opened = LogFixture.open(store);

        assertThat(LogFixture.facts(opened.state())).isEqualTo(LogFixture.facts(log.state()));
        assertThat(opened.commit(dropped)).isNotNull();
        try (ObjectReader reader = opened.newReader()) {
            assertThat(reader.open(tag).getType()).isEqualTo(Constants.OBJ_TAG);
        }
    }

    @Test
    void aLogThatHasNotGrownGetsNoFurtherCheckpoint() throws IOException {
        BundleLog log = LogFixture.open(store);
        assertThat(log.checkpoint()).as("of an empty log").isFalse();
        append(log, 1, 3);
        assertThat(log.checkpoint()).isTrue();
        assertThat(log.checkpoint()).isFalse();
        assertThat(LogFixture.open(store).checkpoint()).isFalse();
        assertThat(checkpoints()).containsExactly(key(3));
    }

    @Test
    void theCheckpointOfAnotherProcessIsTakenForOnesOwn() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        BundleLog other = LogFixture.open(store);
        append(other, 4, 6);
        other.checkpoint();

        assertThat(log.checkpoint()).isFalse();

        assertThat(LogFixture.facts(log.state())).isEqualTo(LogFixture.facts(other.state()));
        assertThat(log.entriesSinceCheckpoint()).isZero();
        append(log, 7, 8);
        assertThat(log.checkpoint()).isTrue();
        deleteEntriesBefore(store, 8);
        assertSameContent(LogFixture.open(store), log);
    }

    @Test
    void openingIsThreeRequestsOneAfterTheOtherAndNoMore() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 1200); // more than one page of a listing
        log.checkpoint();
        append(log, 1201, 1205);
        CountingStore counted = new CountingStore(store);

        LogFixture.open(counted);

        assertThat(counted.lists()).isEqualTo(2);
        assertThat(counted.reads())
                .as("the checkpoint, its entry and the five after it")
                .isEqualTo(7);
    }

    @Test
    void everyFlippedBitOfACheckpointIsNoticed() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        log.checkpoint();
        append(log, 4, 4);
        byte[] whole = requireNonNull(store.read(key(3)));
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << (at % 8));
            store.delete(key(3));
            store.create(key(3), damaged);

            Throwable thrown = catchThrowable(() -> LogFixture.open(store));

            assertThat(thrown)
                    .as("byte %d of %d changed", at, whole.length)
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining(key(3));
        }
    }

    @Test
    void aCheckpointCutShortAnywhereIsNoticed() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        log.checkpoint();
        byte[] whole = requireNonNull(store.read(key(3)));
        for (int length = 0; length < whole.length; length++) {
            store.delete(key(3));
            store.create(key(3), Arrays.copyOf(whole, length));

            assertThatThrownBy(() -> LogFixture.open(store))
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining(key(3));
        }
    }

    @Test
    void aCheckpointOfAnotherLogIsNoticed() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        ObjectStore elsewhere = Stores.open("memory:");
        BundleLog other = LogFixture.open(elsewhere);
        append(other, 11, 13);
        other.checkpoint();
        store.create(key(3), requireNonNull(elsewhere.read(key(3))));

        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("not those of entry 3");
    }

    @Test
    void theEntryThatACheckpointIsNamedAfterMustBeThere() throws IOException {
        BundleLog log = LogFixture.open(store);
        append(log, 1, 3);
        log.checkpoint();
        store.delete(LogFixture.key(3));

        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(LogFixture.key(3))
                .hasMessageContaining("missing");
    }

    @Test
    void stockGitRestoresFromCheckpointAndTail(@TempDir Path folder) throws IOException {
        try (ObjectStore files = Stores.open(folder.resolve("store").toUri().toString())) {
            BundleLog log = LogFixture.open(files);
            append(log, 1, 30);
            log.checkpoint();
            append(log, 31, 60);
            log.checkpoint();
            append(log, 61, 65);
            deleteEntriesBefore(files, 60);
            Path repository = folder.resolve("store").resolve(LogFixture.PREFIX);

            StockGit git = StockGit.initBare(folder.resolve("restored"));
            String checkpoint =
                    repository.resolve("checkpoint/%020d.bundle".formatted(60)).toString();
            git.run("bundle", "verify", "--quiet", checkpoint);
            git.run("-c", "fetch.fsckObjects=true", "fetch", "--quiet", checkpoint, "+refs/*:refs/*");
            for (long number = 61; number <= 65; number++) {
                String entry =
                        repository.resolve("log/%020d.bundle".formatted(number)).toString();
                git.run("bundle", "verify", "--quiet", entry);
                git.run("-c", "fetch.fsckObjects=true", "fetch", "--quiet", entry, "+refs/*:refs/*");
            }

            assertThat(git.run("fsck", "--full", "--strict")).isEmpty();
            assertThat(git.run("rev-parse", "main"))
                    .isEqualTo(requireNonNull(log.state().head()).name());
            assertThat(git.run("rev-list", "--count", "main")).isEqualTo("65");
        }
    }
}
