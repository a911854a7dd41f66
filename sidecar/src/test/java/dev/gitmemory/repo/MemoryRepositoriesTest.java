package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.CLOCK;
import static dev.gitmemory.repo.RepositoryFixture.ID;
import static dev.gitmemory.repo.RepositoryFixture.KEY;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.log.CorruptLogException;
import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MemoryRepositoriesTest {

    private final ObjectStore objects;
    private final CountingStore store;

    MemoryRepositoriesTest() throws IOException {
        this.objects = Stores.open("memory:");
        this.store = new CountingStore(objects);
    }

    private static RepoId agent(int number) {
        return new RepoId("org-1", "agent-" + number);
    }

    private static String noise(int bytes) {
        return new Random(bytes)
                .ints(bytes, 'a', 'z')
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
    }

    @Test
    void anOpenRepositoryIsAnsweredWithoutAskingTheStore() throws IOException {
        try (MemoryRepositories repositories = new MemoryRepositories(store, CLOCK, KEY)) {
            MemoryRepository repository = repositories.open(ID);
            Requests.take(store);

            assertThat(repositories.open(ID)).isSameAs(repository);
            assertThat(Requests.take(store)).isEqualTo(new Requests(0, 0, 0));
        }
    }

    @Test
    void agentsAreApart() throws IOException {
        try (MemoryRepositories repositories = new MemoryRepositories(store, CLOCK, KEY)) {
            commit(repositories.open(agent(1)), writing("a.md", "1"));

            assertThat(repositories.open(agent(2)).head()).isNull();
            assertThat(repositories.open(new RepoId("org-2", "agent-1")).head()).isNull();
        }
    }

    /** After a restart everybody's first request comes at once: the store is asked for all of them at the same time. */
    @Test
    @Timeout(60)
    void repositoriesAreOpenedBesideEachOther() throws Exception {
        int agents = 8;
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY)) {
            for (int number = 0; number < agents; number++) {
                commit(repositories.open(agent(number)), writing("a.md", "of " + number));
            }
        }
        CyclicBarrier allAreAsking = new CyclicBarrier(agents);
        AtomicInteger asked = new AtomicInteger();
        ObjectStore meeting = new ForwardingStore(objects) {
            @Override
            public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
                asked.incrementAndGet();
                try {
                    allAreAsking.await(); // for ever, if one is opened after the other
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new IOException(e);
                }
                return super.list(prefix, startAfter, limit);
            }
        };
        ExecutorService clients = Executors.newFixedThreadPool(agents);
        try (MemoryRepositories repositories = new MemoryRepositories(meeting, CLOCK, KEY)) {
            List<Future<String>> contents = new ArrayList<>();
            for (int number = 0; number < agents; number++) {
                RepoId id = agent(number);
                contents.add(clients.submit(() -> {
                    MemoryRepository repository = repositories.open(id);
                    return repository.files(repository.resolve("HEAD")).get("a.md");
                }));
            }
            for (int number = 0; number < agents; number++) {
                assertThat(contents.get(number).get()).isEqualTo("of " + number);
            }
            assertThat(asked).hasValue(agents);
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void whatIsTooBigToKeepIsDroppedAndOpenedAgain() throws IOException {
        CacheSettings small = new CacheSettings(64 << 10, Duration.ofHours(1), 4);
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY, small)) {
            for (int number = 0; number < 40; number++) {
                commit(repositories.open(agent(number)), writing("big.md", noise(20_000)));
            }
            for (int number = 0; number < 40; number++) {
                MemoryRepository repository = repositories.open(agent(number));
                assertThat(repository.files(repository.resolve("HEAD"))).containsEntry("big.md", noise(20_000));
            }
        }
    }

    @Test
    @Timeout(60)
    void whatNobodyHoldsIsLetGoOf() throws IOException {
        CacheSettings nothing = new CacheSettings(0, Duration.ofHours(1), 4);
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY, nothing)) {
            WeakReference<MemoryRepository> repository = new WeakReference<>(repositories.open(ID));

            while (repository.get() != null) {
                System.gc(); // until it is gone, or the time is up
            }
        }
    }

    @Test
    void aRepositoryThatSomebodyHoldsIsTheSameForEverybody() throws IOException {
        CacheSettings nothing = new CacheSettings(0, Duration.ofHours(1), 4);
        try (MemoryRepositories repositories = new MemoryRepositories(store, CLOCK, KEY, nothing)) {
            MemoryRepository held = repositories.open(ID);
            for (int number = 0; number < 100; number++) {
                repositories.open(agent(1000 + number));
            }
            Requests.take(store);

            assertThat(repositories.open(ID)).isSameAs(held);
            assertThat(Requests.take(store)).isEqualTo(new Requests(0, 0, 0));
        }
    }

    @Test
    void aCorruptLogFailsAloneAndCanBeMended() throws IOException {
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY)) {
            String key = agent(1).prefix() + "/log/00000000000000000001.bundle";
            objects.create(key, new byte[] {1, 2, 3});

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> repositories.open(agent(1)))
                        .isInstanceOf(CorruptLogException.class)
                        .hasMessageContaining(key);
            }
            commit(repositories.open(agent(2)), writing("a.md", "1"));

            objects.delete(key);
            commit(repositories.open(agent(1)), writing("a.md", "1"));
        }
    }

    @Test
    void aStoreThatWasDownIsAskedAgain() throws IOException {
        FaultyStore faulty = new FaultyStore(objects);
        try (MemoryRepositories repositories = new MemoryRepositories(faulty, CLOCK, KEY)) {
            faulty.setDown(true);
            assertThatThrownBy(() -> repositories.open(ID))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("down");

            faulty.setDown(false);
            assertThat(repositories.open(ID).head()).isNull();
        }
    }

    @Test
    void aLongLogIsReadInOrderWhateverTheReadersDo() throws IOException {
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY)) {
            MemoryRepository repository = repositories.open(ID);
            for (int i = 0; i < 300; i++) {
                commit(repository, writing("a.md", "version " + i));
            }
        }
        CacheSettings cache = new CacheSettings(1 << 20, Duration.ofHours(1), 7);
        try (MemoryRepositories repositories = new MemoryRepositories(objects, CLOCK, KEY, cache)) {
            MemoryRepository repository = repositories.open(ID);

            assertThat(repository.entries()).isEqualTo(300);
            assertThat(repository.file(repository.resolve("HEAD"), "a.md")).isEqualTo("version 299");
        }
    }

    @Test
    void sizesThatAreNoneAreRefused() {
        assertThatThrownBy(() -> new CacheSettings(-1, Duration.ZERO, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CacheSettings(1, Duration.ofSeconds(-1), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CacheSettings(1, Duration.ZERO, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
