package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.CLOCK;
import static dev.gitmemory.repo.RepositoryFixture.ID;
import static dev.gitmemory.repo.RepositoryFixture.KEY;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Checkpoints come by themselves, and hold up nobody. */
final class CheckpointsTest {

    private static final CheckpointSettings EVERY_TEN = new CheckpointSettings(10, Long.MAX_VALUE);

    private final ObjectStore objects;

    CheckpointsTest() throws IOException {
        this.objects = Stores.open("memory:");
    }

    private static MemoryRepositories open(ObjectStore store, CheckpointSettings settings) {
        return new MemoryRepositories(store, CLOCK, KEY, CacheSettings.DEFAULT, settings);
    }

    private static void write(MemoryRepositories repositories, int from, int to) throws IOException {
        MemoryRepository repository = repositories.open(ID);
        for (int i = from; i <= to; i++) {
            commit(repository, writing("system/note" + i % 3 + ".md", "write " + i + "\n"));
        }
    }

    private List<String> checkpoints() throws IOException {
        return objects.list(ID.prefix() + "/checkpoint/", "", 100).stream()
                .map(entry -> entry.key().replaceAll(".*/0*|\\.bundle", ""))
                .toList();
    }

    @Test
    void aCheckpointComesByItselfAndTheRepositoryOpensFromIt() throws IOException {
        String head;
        try (MemoryRepositories repositories = open(objects, EVERY_TEN)) {
            write(repositories, 1, 10);
            head = headSha(repositories.open(ID));
        }
        assertThat(checkpoints()).containsExactly("10");

        CountingStore counted = new CountingStore(objects);
        try (MemoryRepositories repositories = open(counted, EVERY_TEN)) {
            MemoryRepository repository = repositories.open(ID);
            assertThat(Requests.take(counted)).isEqualTo(new Requests(0, 2, 1));
            assertThat(headSha(repository)).isEqualTo(head);
            assertThat(repository.history(head, null, 100, null).commits()).hasSize(10);
            assertThat(repository.files(head)).hasSize(3).containsEntry("system/note1.md", "write 10\n");
            write(repositories, 11, 20);
        }
        assertThat(checkpoints()).containsExactly("10", "20");
    }

    @Test
    void figuresTellWhatIsOpenAndWhatWasDone() throws IOException {
        MemoryRepositories repositories = open(objects, EVERY_TEN);
        write(repositories, 1, 10);
        repositories.open(new RepoId("org-1", "another"));
        assertThat(repositories.figures().open()).isEqualTo(2);
        assertThat(repositories.figures().bytes()).isGreaterThan(1000);

        repositories.close();

        RepositoryFigures after = repositories.figures();
        assertThat(after.open()).isZero();
        assertThat(after.checkpoints()).isEqualTo(1);
        assertThat(after.failedCheckpoints()).isZero();
    }

    @Test
    void manyBytesMakeOneDue() throws IOException {
        try (MemoryRepositories repositories = open(objects, new CheckpointSettings(1000, 100))) {
            write(repositories, 1, 1);
        }

        assertThat(checkpoints()).containsExactly("1");
    }

    @Test
    void writersDoNotWaitForACheckpoint() throws IOException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        ObjectStore slow = new ForwardingStore(objects) {
            @Override
            public Created create(String key, byte[] content) throws IOException {
                if (key.contains("/checkpoint/")) {
                    begun.countDown();
                    await(released);
                }
                return super.create(key, content);
            }
        };
        try (MemoryRepositories repositories = open(slow, EVERY_TEN)) {
            write(repositories, 1, 10);
            await(begun);

            write(repositories, 11, 35);
            assertThat(repositories.open(ID).refresh()).isNotNull();

            assertThat(checkpoints()).isEmpty();
            released.countDown();
        }
        assertThat(checkpoints()).containsExactly("10");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCheckpointThatFailsIsTriedAgainLater() throws IOException {
        ObjectStore failing = new ForwardingStore(objects) {
            private boolean failed;

            @Override
            public synchronized Created create(String key, byte[] content) throws IOException {
                if (key.contains("/checkpoint/") && !failed) {
                    failed = true;
                    throw new IOException("injected: no room");
                }
                return super.create(key, content);
            }
        };
        MemoryRepositories first = open(failing, EVERY_TEN);
        write(first, 1, 10);
        first.close();
        assertThat(first.figures().failedCheckpoints()).isEqualTo(1);
        assertThat(checkpoints()).isEmpty();
        try (MemoryRepositories repositories = open(failing, EVERY_TEN)) {
            write(repositories, 11, 11);
        }

        assertThat(checkpoints()).containsExactly("11");
    }

    @Test
    void twoProcessesThatWriteByTurnsShareTheirCheckpoints() throws IOException {
        try (MemoryRepositories one = open(objects, CheckpointSettings.NEVER);
                MemoryRepositories other = open(objects, CheckpointSettings.NEVER)) {
            for (int i = 1; i < 60; i += 6) {
                write(one, i, i + 2);
                one.open(ID).checkpoint();
                write(other, i + 3, i + 5);
                other.open(ID).checkpoint();
            }
            assertThat(one.open(ID).refresh()).isEqualTo(other.open(ID).refresh());
        }
        assertThat(checkpoints()).containsExactly("57", "60");
        try (MemoryRepositories again = open(objects, CheckpointSettings.NEVER)) {
            assertThat(again.open(ID).commits()).isEqualTo(60);
        }
    }

    @Test
    void coveredEntriesAreDeletedWithoutOpeningTheRepository() throws IOException {
        try (MemoryRepositories repositories = open(objects, EVERY_TEN)) {
            write(repositories, 1, 10);
        }
        CountingStore counted = new CountingStore(objects);
        try (MemoryRepositories repositories = open(counted, EVERY_TEN)) {
            assertThat(repositories.deleteCovered(ID, Duration.ofDays(1))).isZero();
            assertThat(counted.reads()).isZero();
            assertThatThrownBy(() -> repositories.deleteCovered(ID, Duration.ofMinutes(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new CheckpointSettings(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CheckpointSettings(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
