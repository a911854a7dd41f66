package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.ObjectStream;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.Test;

/** A big file stays in the store and is read from there, piece by piece, wherever it has gone. */
final class BigBlobTest {

    private static final int BIG_BYTES = 5_000_000;

    private final ObjectStore objects;
    private final CountingStore store;

    BigBlobTest() throws IOException {
        this.objects = Stores.open("memory:");
        this.store = new CountingStore(objects);
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[BIG_BYTES];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    /** Commits two big files between three small ones; answers the ids of the big ones. */
    private static List<ObjectId> appendBig(BundleLog log, int seed) throws IOException {
        LogState on = log.state();
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = on.targets();
        List<ObjectId> big;
        try (ObjectInserter inserter = staging.newInserter()) {
            big = List.of(
                    inserter.insert(Constants.OBJ_BLOB, noise(seed)),
                    inserter.insert(Constants.OBJ_BLOB, noise(seed + 1)));
            TreeFormatter tree = new TreeFormatter();
            tree.append("a.md", FileMode.REGULAR_FILE, small(inserter, "a" + seed));
            tree.append("b.bin", FileMode.REGULAR_FILE, big.get(0));
            tree.append("c.md", FileMode.REGULAR_FILE, small(inserter, "c" + seed));
            tree.append("d.bin", FileMode.REGULAR_FILE, big.get(1));
            tree.append("e.md", FileMode.REGULAR_FILE, small(inserter, "e" + seed));
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(tree));
            if (on.head() != null) {
                commit.setParentId(on.head());
            }
            commit.setAuthor(LogFixture.PERSON);
            commit.setCommitter(LogFixture.PERSON);
            commit.setMessage("Big");
            refs.put(LogState.MAIN, inserter.insert(commit));
            inserter.flush();
        }
        assertThat(log.append(on, refs, staging)).isNotNull();
        return big;
    }

    private static ObjectId small(ObjectInserter inserter, String text) throws IOException {
        return inserter.insert(Constants.OBJ_BLOB, (text + "\n").repeat(100).getBytes(StandardCharsets.UTF_8));
    }

    private static void assertReadable(BundleLog log, ObjectId id, int seed) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            ObjectLoader loader = reader.open(id, Constants.OBJ_BLOB);
            assertThat(loader.getSize()).isEqualTo(BIG_BYTES);
            try (ObjectStream stream = loader.openStream()) {
                assertThat(stream.readAllBytes()).isEqualTo(noise(seed));
            }
        }
    }

    /** Every object of the newest commit that is no big file can be read without asking the store. */
    private static void assertSmallOnesAreOnTheHeap(BundleLog log, CountingStore store) throws IOException {
        store.reset();
        try (ObjectReader reader = log.newReader()) {
            for (LoggedCommit commit = log.commit(requireNonNull(log.state().head())); commit != null; ) {
                reader.open(commit).getBytes();
                References.<IOException>of(
                        Constants.OBJ_TREE, reader.open(commit.tree()).getBytes(), (id, what) -> {
                            if (reader.getObjectSize(id, Constants.OBJ_BLOB) < BIG_BYTES) {
                                reader.open(id).getBytes();
                            }
                        });
                commit = commit.parents().isEmpty() ? null : commit.parents().get(0);
            }
        }
        assertThat(store.reads()).isZero();
    }

    @Test
    void aRepositoryWithBigFilesTakesLittleHeap() throws IOException {
        BundleLog log = LogFixture.open(store);
        List<ObjectId> big = appendBig(log, 1);
        BundleLog opened = LogFixture.open(store);

        for (BundleLog each : List.of(log, opened)) {
            assertThat(each.bytes()).isLessThan(5_000);
            assertSmallOnesAreOnTheHeap(each, store);
            assertReadable(each, big.get(0), 1);
            assertReadable(each, big.get(1), 2);
        }
    }

    @Test
    void aBigFileIsReadInPieces() throws IOException {
        BundleLog log = LogFixture.open(store);
        ObjectId big = appendBig(log, 1).get(0);
        store.reset();
        try (ObjectReader reader = log.newReader()) {
            assertThat(reader.getObjectSize(big, Constants.OBJ_BLOB)).isEqualTo(BIG_BYTES);
            ObjectLoader loader = reader.open(big);
            assertThat(loader.isLarge()).isTrue();
            assertThatThrownBy(loader::getBytes).isInstanceOf(LargeObjectException.class);
            assertThat(store.reads()).isZero();
            try (ObjectStream stream = loader.openStream()) {
                assertThat(stream.readNBytes(1000)).hasSize(1000);
            }
            assertThat(store.reads()).isEqualTo(1);
            assertThat(loader.getBytes(BIG_BYTES)).hasSize(BIG_BYTES);
        }
    }

    @Test
    void aBigFileIsFoundWhereTheCheckpointHasItOnceItsEntryIsGone() throws IOException {
        BundleLog log = LogFixture.open(store);
        List<ObjectId> big = appendBig(log, 1);
        BundleLog other = LogFixture.open(store);
        for (int i = 0; i < 3; i++) {
            LogFixture.append(log, "note " + i);
            log.checkpoint();
        }
        objects.delete(LogFixture.key(1));

        assertReadable(log, big.get(0), 1);
        assertReadable(other, big.get(1), 2);
        BundleLog opened = LogFixture.open(store);
        assertThat(opened.bytes()).isLessThan(10_000);
        assertSmallOnesAreOnTheHeap(opened, store);
        assertReadable(opened, big.get(0), 1);
        assertReadable(opened, big.get(1), 2);
        LogFixture.append(opened, "last");
        opened.checkpoint();
        LogFixture.append(opened, "very last");
        opened.checkpoint();
        assertReadable(log, big.get(0), 1); // both checkpoints that it knew are gone
    }

    @Test
    void aCheckpointIsMadeOfBigFilesThatAreInTheStoreOnly() throws IOException {
        appendBig(LogFixture.open(store), 1);
        BundleLog log = LogFixture.open(store);
        List<ObjectId> big = appendBig(log, 3);
        log.checkpoint();

        BundleLog opened = LogFixture.open(store);

        assertReadable(opened, big.get(0), 3);
        assertReadable(opened, big.get(1), 4);
        assertSmallOnesAreOnTheHeap(opened, store);
    }

    @Test
    void aBigFileThatIsNowhereIsReportedWithTheBundleThatHadIt() throws IOException {
        BundleLog log = LogFixture.open(store);
        ObjectId big = appendBig(log, 1).get(0);
        objects.delete(LogFixture.key(1));

        assertThatThrownBy(() -> assertReadable(log, big, 1))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(LogFixture.key(1))
                .hasMessageContaining(big.name());
    }

    @Test
    void moreThanAnEntryMayHoldIsRefusedBeforeAnythingIsWritten() throws IOException {
        BundleLog log = LogFixture.open(store);
        LogState on = LogFixture.append(log, "before");
        Staging staging = log.stage();
        byte[] shared = new byte[(int) (BundleLog.LARGEST_ENTRY_BYTES / 4)];
        TreeFormatter tree = new TreeFormatter();
        for (int i = 0; i < 5; i++) {
            ObjectId id = ObjectId.fromString("%040d".formatted(i + 1)); // only its length counts
            staging.add(new NewObject(id, Constants.OBJ_BLOB, shared));
            tree.append("file" + i, FileMode.REGULAR_FILE, id);
        }
        SortedMap<String, ObjectId> refs = on.targets();
        try (ObjectInserter inserter = staging.newInserter()) {
            refs.put("refs/heads/too-large", inserter.insert(tree));
            inserter.flush();
        }
        store.reset();

        assertThatThrownBy(() -> log.append(on, refs, staging))
                .isInstanceOf(EntryTooLargeException.class)
                .hasMessageContaining("512 MiB");

        assertThat(store.creates()).isZero();
        assertThat(log.state()).isEqualTo(on);
    }
}
