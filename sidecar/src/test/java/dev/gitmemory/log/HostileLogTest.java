package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever may write to the store puts entries there whose checksums are right: readers refuse what {@code fsck} finds. */
final class HostileLogTest {

    private static final String OTHER = "org/other/repo.git";

    private final ObjectStore store;

    HostileLogTest() throws IOException {
        this.store = Stores.open("memory:");
    }

    private static BundleLog open(ObjectStore store, String prefix) throws IOException {
        return BundleLog.open(store, prefix, Runnable::run, 4, log -> {});
    }

    private void replace(String key, String by) throws IOException {
        byte[] content = requireNonNull(store.read(by));
        store.delete(key);
        store.create(key, content);
    }

    /** An entry on top of the log whose main is a commit of its own. */
    private void forgeMain(@Nullable ObjectId parent, boolean signed) throws IOException {
        BundleLog log = LogFixture.open(store);
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = log.state().targets();
        refs.put(LogState.MAIN, LogFixture.stageCommit(staging, parent, "forged"));
        List<NewObject> objects = new ArrayList<>();
        staging.objects().forEach(objects::add);
        BundleHeader header = LogStates.next(
                log.state(),
                signed ? Owner.of(LogFixture.PREFIX).sign(refs) : refs,
                UUID.randomUUID().toString());
        store.create(
                LogFixture.key(log.state().entry() + 1),
                BundleCodec.encode(header, objects).bytes());
    }

    private void assertRefused(String key, String why) throws IOException {
        assertThatThrownBy(() -> LogFixture.open(store))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("at '" + key + "'")
                .hasMessageContaining(why);
        assertThat(LogCheck.run(store, LogFixture.PREFIX, ForkJoinPool.commonPool(), (done, total) -> {})
                        .findings())
                .as("what fsck says")
                .anySatisfy(finding -> {
                    assertThat(finding.key()).isEqualTo(key);
                    assertThat(finding.what()).contains(why);
                });
    }

    @Test
    void anEntryWhoseMainHasNoParentIsRefusedByReadersAndFoundByFsck() throws IOException {
        LogFixture.append(LogFixture.open(store), "one");
        BundleLog reader = LogFixture.open(store);
        forgeMain(null, true);

        assertRefused(LogFixture.key(2), "history was rewritten");
        assertThatThrownBy(reader::refresh).hasMessageContaining("history was rewritten");
        assertThatThrownBy(() -> LogFixture.append(reader, "two")).hasMessageContaining("history was rewritten");
        assertThat(reader.state().entry()).isEqualTo(1);
    }

    @Test
    void aRewritingEntryOfOurOwnIsNotEvenStored() throws IOException {
        BundleLog log = LogFixture.open(store);
        LogState on = LogFixture.append(log, "one");
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = on.targets();
        refs.put(LogState.MAIN, LogFixture.stageCommit(staging, null, "from scratch"));

        assertThatThrownBy(() -> log.append(on, refs, staging))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("history was rewritten");

        assertThat(store.read(LogFixture.key(2))).isNull();
    }

    @Test
    void swappedEntriesOfTwoAgentsAreRefusedTheFirstOnesToo() throws IOException {
        LogFixture.append(LogFixture.open(store), "one");
        LogFixture.append(open(store, OTHER), "of another");
        String others = OTHER + "/log/00000000000000000001.bundle";
        replace(LogFixture.key(1), others);

        assertRefused(LogFixture.key(1), "it belongs to another repository");
    }

    @Test
    void theCheckpointOfAnotherAgentIsRefusedThoughItsEntryWasPutThereAsWell() throws IOException {
        for (String prefix : new String[] {LogFixture.PREFIX, OTHER}) {
            BundleLog log = open(store, prefix);
            LogFixture.append(log, "one of " + prefix);
            LogFixture.append(log, "two of " + prefix);
            log.checkpoint();
        }
        String checkpoint = "/checkpoint/00000000000000000002.bundle";
        replace(LogFixture.PREFIX + checkpoint, OTHER + checkpoint);
        assertRefused(LogFixture.PREFIX + checkpoint, "it belongs to another repository");

        replace(LogFixture.key(2), OTHER + "/log/00000000000000000002.bundle");
        assertThatThrownBy(() -> LogFixture.open(store)).hasMessageContaining("it belongs to another repository");
    }

    @Test
    void anEntryThatSaysNoLongerWhoseItIsIsRefused() throws IOException {
        LogState on = LogFixture.append(LogFixture.open(store), "one");
        forgeMain(on.head(), false);

        assertRefused(LogFixture.key(2), "it does not say whose it is");
    }

    /** As they were written before entries said so. */
    @Test
    void aLogWhoseEntriesDoNotSayWhoseItIsIsReadAndSaysSoFromTheNextEntryOn() throws IOException {
        BundleLog empty = LogFixture.open(store);
        Staging staging = empty.stage();
        ObjectId main = LogFixture.stageCommit(staging, null, "long ago");
        List<NewObject> objects = new NewObjectsWalk(new LoggedObjects(), staging).from(List.of(main));
        BundleHeader header = LogStates.next(LogState.EMPTY, new TreeMap<>(Map.of(LogState.MAIN, main)), "");
        store.create(LogFixture.key(1), BundleCodec.encode(header, objects).bytes());

        BundleLog log = LogFixture.open(store);
        assertThat(log.state().owned()).isFalse();
        LogFixture.append(log, "now");
        log.checkpoint();

        BundleLog opened = LogFixture.open(store);
        assertThat(opened.state().owned()).isTrue();
        assertThat(opened.state().refs()).containsOnlyKeys(LogState.MAIN);
        assertThat(LogCheck.run(store, LogFixture.PREFIX, ForkJoinPool.commonPool(), (done, total) -> {})
                        .findings())
                .isEmpty();
    }

    @Test
    void whatIsInAForeignFileIsToldToNobody() throws IOException {
        String secret = "root:x:0:0:secret";
        for (String content : new String[] {
            secret,
            "# v2 git bundle\n" + secret + "\n\n",
            "# v2 git bundle\n-" + secret + " more than forty characters\n\n",
            "# v2 git bundle\nce013625030ba8dba906f756967f9e9ca394464a " + secret + "\n\n"
        }) {
            store.delete(LogFixture.key(1));
            store.create(LogFixture.key(1), content.getBytes(StandardCharsets.UTF_8));

            assertThatThrownBy(() -> LogFixture.open(store))
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining(LogFixture.key(1))
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void aBadNextEntryIsReadOnceAndAgainWhenAnotherObjectIsInItsPlace() throws IOException {
        LogFixture.append(LogFixture.open(store), "one");
        CountingStore counting = new CountingStore(store);
        BundleLog reader = LogFixture.open(counting);
        store.create(LogFixture.key(2), new byte[] {1});
        assertThatThrownBy(reader::refresh).hasMessageContaining(LogFixture.key(2));
        counting.reset();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(reader::refresh).hasMessageContaining(LogFixture.key(2));
            assertThatThrownBy(() -> LogFixture.append(reader, "two")).hasMessageContaining(LogFixture.key(2));
        }
        assertThat(counting.reads() + counting.lists() + counting.creates()).isZero();

        store.delete(LogFixture.key(2));
        LogFixture.append(LogFixture.open(store), "two");
        assertThat(reader.refresh().entry()).isEqualTo(2);
    }

    @Test
    void whereTheStoreCanNotTellItIsReadAgainAfterPausesThatGrowToAMinute() {
        AtomicLong nanos = new AtomicLong();
        ObjectStore elsewhere = new ForwardingStore(store) {
            @Override
            public @Nullable Object identity(String key) {
                return null;
            }
        };
        KnownDamage damage = new KnownDamage(elsewhere, nanos::get);
        CorruptLogException bad = new CorruptLogException("k", "bad", null);
        Supplier<Boolean> spared = () -> {
            try {
                damage.check();
                return false;
            } catch (CorruptLogException e) {
                return true;
            }
        };

        assertThat(spared.get()).isFalse();
        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            damage.remember(bad);
            nanos.addAndGet(seconds * 1_000_000_000 - 1);
            assertThat(spared.get()).as("just before %d s", seconds).isTrue();
            nanos.incrementAndGet();
            assertThat(spared.get()).as("after %d s", seconds).isFalse();
        }
        damage.forget();
        damage.remember(bad);
        nanos.addAndGet(KnownDamage.FIRST_PAUSE.toNanos());
        assertThat(spared.get()).isFalse();
    }
}
