package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore.Created;
import dev.gitmemory.store.ObjectStore.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises, run against each of them. */
abstract class ObjectStoreContract {

    private static final Comparator<String> BY_UTF_8_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

    ObjectStore store;

    /** A new, empty store. */
    abstract ObjectStore newStore() throws IOException;

    @BeforeEach
    void openStore() throws IOException {
        store = newStore();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void whatWasCreatedCanBeRead() throws IOException {
        assertThat(store.create("org/agent/a", "content".getBytes(UTF_8))).isEqualTo(Created.STORED);

        assertThat(store.read("org/agent/a")).asString(UTF_8).isEqualTo("content");
    }

    @Test
    void aSecondCreateChangesNothing() throws IOException {
        store.create("k", "first".getBytes(UTF_8));

        assertThat(store.create("k", "second".getBytes(UTF_8))).isEqualTo(Created.EXISTED);

        assertThat(store.read("k")).asString(UTF_8).isEqualTo("first");
    }

    @Test
    void ofSixteenRacingProposalsOneBecomesTheIdAndAllAnswerIt() throws Exception {
        assertThat(StoreIdentity.read(store)).isEmpty();
        ExecutorService processes = Executors.newFixedThreadPool(16);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<UUID>> answers = new ArrayList<>();
            List<UUID> proposed = new ArrayList<>();
            for (int process = 0; process < 16; process++) {
                UUID proposal = UUID.randomUUID();
                proposed.add(proposal);
                answers.add(processes.submit(awaiting(start, () -> StoreIdentity.create(store, proposal))));
            }
            start.countDown();
            UUID id = answers.get(0).get();
            assertThat(proposed).contains(id);
            for (Future<UUID> answer : answers) {
                assertThat(answer.get()).isEqualTo(id);
            }
            assertThat(StoreIdentity.read(store)).contains(id);
            assertThat(StoreIdentity.create(store, UUID.randomUUID())).isEqualTo(id);
            assertThat(store.list("", "", 10)).extracting(Entry::key).containsExactly(StoreIdentity.KEY);
        } finally {
            processes.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"id\": \"\"}",
                "{\"id\": \"00000000-0000-0000-0000-00000000000\"}",
                "{\"id\": \"00000000-0000-0000-0000-000000000000\"} and more",
                "{\"id\": \"g0000000-0000-0000-0000-000000000000\"}",
                "long"
            })
    void whatIsNoIdIsRefusedAndNotReplaced(String content) throws IOException {
        String text =
                content.equals("long") ? "{\"id\": \"" + UUID.randomUUID() + "\"}" + " ".repeat(1 << 20) : content;
        store.create(StoreIdentity.KEY, text.getBytes(UTF_8));
        assertThatThrownBy(() -> StoreIdentity.read(store))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(StoreIdentity.KEY)
                .hasMessageContaining("store adopt");
        assertThatThrownBy(() -> StoreIdentity.create(store, UUID.randomUUID())).isInstanceOf(StoreException.class);
        assertThat(store.read(StoreIdentity.KEY)).asString(UTF_8).isEqualTo(text);
    }

    @Test
    void anIdMayBeWrittenWithOtherSpaces() throws IOException {
        UUID id = UUID.randomUUID();
        store.create(StoreIdentity.KEY, ("{ \"id\" :\n\"" + id + "\" }").getBytes(UTF_8));
        assertThat(StoreIdentity.read(store)).contains(id);
    }

    @Test
    void ofSixteenRacingWritersExactlyOneStores() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(16);
        try {
            for (int round = 0; round < 50; round++) {
                String key = "race/" + round + "/object";
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Created>> answers = new ArrayList<>();
                for (int writer = 0; writer < 16; writer++) {
                    byte[] content = (round + "/" + writer).repeat(1000).getBytes(UTF_8);
                    answers.add(writers.submit(awaiting(start, () -> store.create(key, content))));
                }
                start.countDown();

                int winner = -1;
                for (int writer = 0; writer < 16; writer++) {
                    if (answers.get(writer).get() == Created.STORED) {
                        assertThat(winner).as("an earlier winner of " + key).isEqualTo(-1);
                        winner = writer;
                    }
                }
                assertThat(store.read(key)).asString(UTF_8).isEqualTo((round + "/" + winner).repeat(1000));
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private static <T> Callable<T> awaiting(CountDownLatch start, Callable<T> call) {
        return () -> {
            start.await();
            return call.call();
        };
    }

    @Test
    void whatIsMissingIsNull() throws IOException {
        store.create("folder/object", new byte[1]);

        assertThat(store.read("nothing")).isNull();
        assertThat(store.read("folder")).isNull();
        assertThat(store.read("folder/object/below")).isNull();
        assertThat(store.read("no/such/folder")).isNull();
        assertThat(store.read("nothing", 0, 1)).isNull();
        assertThat(store.read("folder", 5, 0)).isNull();
    }

    @Test
    void anEmptyObjectIsNotAMissingOne() throws IOException {
        assertThat(store.create("empty", new byte[0])).isEqualTo(Created.STORED);

        assertThat(store.read("empty")).isEmpty();
        assertThat(store.create("empty", new byte[1])).isEqualTo(Created.EXISTED);
        assertThat(store.list("", "", 10)).containsExactly(new Entry("empty", 0));
    }

    @Test
    void anObjectOf64MebibytesComesBackWhole() throws IOException {
        byte[] content = new byte[64 << 20];
        new Random(64).nextBytes(content);

        store.create("big", content);

        assertThat(Arrays.equals(store.read("big"), content)).isTrue();
        assertThat(store.list("", "", 10)).containsExactly(new Entry("big", content.length));
    }

    @Test
    void aPartIsTheBytesThatWereAskedFor() throws IOException {
        store.create("k", "0123456789".getBytes(UTF_8));

        assertThat(store.read("k", 0, 10)).asString(UTF_8).isEqualTo("0123456789");
        assertThat(store.read("k", 0, 1)).asString(UTF_8).isEqualTo("0");
        assertThat(store.read("k", 3, 4)).asString(UTF_8).isEqualTo("3456");
        assertThat(store.read("k", 3, 0)).isEmpty();
    }

    @Test
    void aPartEndsWithItsObject() throws IOException {
        store.create("k", "0123456789".getBytes(UTF_8));
        store.create("empty", new byte[0]);

        assertThat(store.read("k", 8, 4)).asString(UTF_8).isEqualTo("89");
        assertThat(store.read("k", 0, Integer.MAX_VALUE)).asString(UTF_8).isEqualTo("0123456789");
        assertThat(store.read("k", 10, 5)).isEmpty();
        assertThat(store.read("k", 10, 0)).isEmpty();
        assertThat(store.read("empty", 0, 5)).isEmpty();
    }

    @Test
    void aPartThatBeginsBehindTheEndIsRefused() throws IOException {
        store.create("k", "0123456789".getBytes(UTF_8));

        for (int length : new int[] {0, 1, 100}) {
            assertThatThrownBy(() -> store.read("k", 11, length))
                    .isInstanceOf(RangeNotSatisfiableException.class)
                    .hasMessage("Can't read 'k' from byte 11 on: it has 10 bytes");
        }
        assertThatThrownBy(() -> store.read("k", Long.MAX_VALUE, 1)).isInstanceOf(RangeNotSatisfiableException.class);
        assertThatThrownBy(() -> store.read("k", -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.read("k", 0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partsOfABigObjectCanBeReadInParallel() throws Exception {
        byte[] content = new byte[8 << 20];
        new Random(8).nextBytes(content);
        store.create("big", content);
        int part = 1 << 20;
        ExecutorService readers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<byte[]>> reads = new ArrayList<>();
            for (int offset = 0; offset < content.length; offset += part) {
                int from = offset;
                reads.add(() -> requireNonNull(store.read("big", from, part)));
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (Future<byte[]> read : readers.invokeAll(reads)) {
                whole.writeBytes(read.get());
            }
            assertThat(Arrays.equals(whole.toByteArray(), content)).isTrue();
        } finally {
            readers.shutdownNow();
        }
    }

    @Test
    void changingTheArrayAfterwardsDoesNotChangeTheObject() throws IOException {
        byte[] content = {1, 2, 3};
        store.create("k", content);
        content[0] = 9;

        byte[] read = requireNonNull(store.read("k"));
        assertThat(read).containsExactly(1, 2, 3);
        read[0] = 9;
        assertThat(store.read("k")).containsExactly(1, 2, 3);
    }

    @Test
    void threeThousandKeysComeInOrderWhateverThePageSize() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            // Folders and objects whose order differs with and without the slash: a-1, a/1, a0.
            keys.add(List.of("log/a-", "log/a/", "log/a0", "log/b/c/", "zzz").get(i % 5) + "%05d".formatted(i));
        }
        createAll(keys);
        keys.sort(BY_UTF_8_BYTES);

        assertThat(allKeys("", 1000)).isEqualTo(keys);
        assertThat(allKeys("", 7)).isEqualTo(keys);
        assertThat(allKeys("", 5000)).isEqualTo(keys);
        assertThat(allKeys("log/a/", 100))
                .isEqualTo(keys.stream().filter(k -> k.startsWith("log/a/")).toList());
        assertThat(allKeys("log/a", 100))
                .isEqualTo(keys.stream().filter(k -> k.startsWith("log/a")).toList());
    }

    /** In parallel, since a store may take its time for each. */
    private void createAll(List<String> keys) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Created>> creates = new ArrayList<>();
            for (String key : keys) {
                creates.add(() -> store.create(key, key.getBytes(UTF_8)));
            }
            for (Future<Created> created : writers.invokeAll(creates)) {
                assertThat(created.get()).isEqualTo(Created.STORED);
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private List<String> allKeys(String prefix, int pageSize) throws IOException {
        List<String> keys = new ArrayList<>();
        List<Entry> page = store.list(prefix, "", pageSize);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(pageSize);
            page.forEach(entry -> keys.add(entry.key()));
            page = store.list(prefix, keys.get(keys.size() - 1), pageSize);
        }
        return keys;
    }

    @Test
    void aListingStartsBehindAKeyThatNeedNotExist() throws IOException {
        for (String key : List.of("p/1", "p/3", "p/5/x", "q")) {
            store.create(key, new byte[0]);
        }

        assertThat(store.list("p/", "p/2", 10)).extracting(Entry::key).containsExactly("p/3", "p/5/x");
        assertThat(store.list("p/", "p/5", 10)).extracting(Entry::key).containsExactly("p/5/x");
        assertThat(store.list("p/", "p/5/x", 10)).isEmpty();
        assertThat(store.list("p/", "a", 1)).extracting(Entry::key).containsExactly("p/1");
        assertThat(store.list("nothing/", "", 10)).isEmpty();
        assertThat(store.list("", "z", 10)).isEmpty();
    }

    @Test
    void oddCharactersInKeysAreKept() throws IOException {
        int[] odd = {'!', '"', '#', '%', '*', ':', '<', '=', '?', '\\', '|', '~', 'A', 'a', 'é', 0xFFFD, 0x1F600};
        List<String> keys = new ArrayList<>(List.of("odd/ space ", "odd/..dots..", "odd/=41", "odd/%41", "odd/=C3"));
        for (int c : odd) {
            keys.add("odd/x" + Character.toString(c) + "y");
        }
        for (String key : keys) {
            assertThat(store.create(key, key.getBytes(UTF_8))).as(key).isEqualTo(Created.STORED);
        }

        for (String key : keys) {
            assertThat(store.read(key)).asString(UTF_8).isEqualTo(key);
        }
        keys.sort(BY_UTF_8_BYTES);
        assertThat(allKeys("odd/", 5)).isEqualTo(keys);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/../b",
                "a/./b",
                "a\u0000b",
                "a\nb",
                "a\u007fb",
                "a\ud800"
            })
    void aKeyOfTheWrongFormIsRefused(String key) throws IOException {
        assertThatThrownBy(() -> store.create(key, new byte[0])).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.read(key)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.read(key, 0, 1)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(InvalidKeyException.class);
        assertThat(store.list("", "", 1)).isEmpty();
    }

    @Test
    void aKeyThatIsTooLongIsRefused() {
        String key = "segment/".repeat(128) + "x";

        assertThatThrownBy(() -> store.create(key, new byte[0]))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("1024");
    }

    @Test
    void anObjectKeepsItsIdentityAndAnotherInItsPlaceHasAnotherIfAny() throws IOException {
        store.create("k", new byte[1]);
        Object identity = store.identity("k");
        assertThat(store.identity("k")).isEqualTo(identity);
        assertThat(store.identity("none")).isNull();

        store.delete("k");
        store.create("k", new byte[2]);

        if (identity != null) { // else it costs a request to tell
            assertThat(store.identity("k")).isNotNull().isNotEqualTo(identity);
        }
    }

    @Test
    void whatWasDeletedIsGoneAndItsKeyFree() throws IOException {
        store.create("k", new byte[1]);

        store.delete("k");
        store.delete("k");
        store.delete("never/was");

        assertThat(store.read("k")).isNull();
        assertThat(store.list("", "", 10)).isEmpty();
        assertThat(store.create("k", new byte[2])).isEqualTo(Created.STORED);
    }
}
