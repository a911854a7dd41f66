package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.log.StoreUnavailableException;
import dev.gitmemory.log.UnknownOutcomeException;
import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.NotSentException;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.FaultyStore.CreateFault;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class CommitterTest {

    /** Of a thread that waits for its turn, with or without a deadline. */
    private static final Set<Thread.State> WAITING = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final ObjectStore objects;

    CommitterTest() throws IOException {
        this.objects = Stores.open("memory:");
    }

    @Test
    void onceOpenAWriteIsOneCreateAndNothingElse() throws IOException {
        CountingStore store = new CountingStore(objects);
        MemoryRepository repository = RepositoryFixture.open(store);
        assertThat(Requests.take(store)).as("opening an empty log").isEqualTo(new Requests(0, 0, 1));

        for (int i = 0; i < 20; i++) {
            commit(repository, writing("system/note.md", "version " + i));
            assertThat(Requests.take(store)).isEqualTo(new Requests(1, 0, 0));
        }
        repository.commit(List.of(writing("a.md", "1"), writing("b.md", "2"), writing("c.md", "3")));
        assertThat(Requests.take(store)).as("a group").isEqualTo(new Requests(1, 0, 0));

        repository.files(headSha(repository));
        repository.history(headSha(repository), null, 100, null);
        repository.changesSince(null, headSha(repository));
        assertThat(Requests.take(store)).as("reads").isEqualTo(new Requests(0, 0, 0));

        repository.refresh();
        assertThat(Requests.take(store)).as("a refresh").isEqualTo(new Requests(0, 1, 0));

        RepositoryFixture.open(store);
        assertThat(Requests.take(store)).as("opening 21 entries").isEqualTo(new Requests(0, 21, 1));
    }

    @Test
    void theLoserOfARaceReadsTheWinnersEntryAndWritesTheNext() throws IOException {
        CountingStore store = new CountingStore(objects);
        MemoryRepository loser = RepositoryFixture.open(store);
        commit(loser, writing("a.md", "1"));
        MemoryRepository winner = RepositoryFixture.open(objects);
        commit(winner, writing("a.md", "2"));
        Requests.take(store);

        CommitInfo commit =
                commit(loser, Draft.of(AGENT, "Append", files -> files.write("a.md", files.read("a.md") + "3")));

        assertThat(Requests.take(store)).isEqualTo(new Requests(2, 1, 0));
        assertThat(loser.file(commit.sha(), "a.md")).isEqualTo("23");
        assertThat(commit.parentSha()).isEqualTo(headSha(winner));
    }

    @Test
    void aProcessThatIsFarBehindCatchesUpInAFewAttempts() throws IOException {
        CountingStore store = new CountingStore(objects);
        MemoryRepository behind = RepositoryFixture.open(store);
        MemoryRepository other = RepositoryFixture.open(objects);
        for (int i = 0; i < 100; i++) {
            commit(other, writing("a.md", "version " + i));
        }
        Requests.take(store);

        CommitInfo commit = commit(behind, writing("b.md", "1"));

        assertThat(commit.seq()).isEqualTo(101);
        assertThat(store.creates()).isEqualTo(3);
        assertThat(behind.file(commit.sha(), "a.md")).isEqualTo("version 99");
    }

    @Test
    void aDraftThatIsRejectedOnTopOfTheWinnersCommitIsRejected() throws IOException {
        MemoryRepository loser = RepositoryFixture.open(objects);
        commit(loser, writing("a.md", "1"));
        commit(RepositoryFixture.open(objects), writing("a.md", "2"));

        List<Outcome> outcomes = loser.commit(List.of(Draft.of(AGENT, "Only if 1", files -> {
            if (!"1".equals(files.read("a.md"))) {
                throw new IllegalStateException("stale");
            }
            files.write("a.md", "3");
        })));

        assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Rejected.class, r -> assertThat(r.reason())
                .hasMessage("stale"));
        assertThat(loser.file(headSha(loser), "a.md")).isEqualTo("2");
    }

    @Test
    void fiftyWritersWhoComeWhileAnEntryIsOnItsWayShareTheNext() throws Exception {
        GatedStore store = new GatedStore(objects);
        MemoryRepository repository = RepositoryFixture.open(store);
        store.closeGate();
        List<Thread> threads = new ArrayList<>();
        List<FutureTask<CommitInfo>> writes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Draft draft = writing("file-" + i + ".md", "by writer " + i);
            FutureTask<CommitInfo> write = new FutureTask<>(() -> commit(repository, draft));
            Thread thread = new Thread(write, "writer-" + i);
            writes.add(write);
            threads.add(thread);
            thread.start();
            if (i == 0) {
                store.awaitCreate();
            }
        }
        // The first waits for the store; the others, who have queued their drafts, wait for their turn.
        for (Thread thread : threads) {
            while (!WAITING.contains(thread.getState())) {
                Thread.onSpinWait();
            }
        }
        assertThat(repository.head()).as("a read while a write is on its way").isNull();
        store.openGate();

        List<String> shas = new ArrayList<>();
        for (FutureTask<CommitInfo> write : writes) {
            shas.add(write.get().sha());
        }
        assertThat(shas).doesNotHaveDuplicates();
        assertThat(repository.entries()).isEqualTo(2);
        assertThat(repository.commits()).isEqualTo(50);
        assertThat(repository.files(headSha(repository))).hasSize(50);
    }

    @Test
    void everyoneInAGroupIsToldThatItFailed() throws Exception {
        FaultyStore faulty = new FaultyStore(objects);
        GatedStore store = new GatedStore(faulty);
        MemoryRepository repository = RepositoryFixture.open(store);
        faulty.nextCreates(CreateFault.NONE);
        faulty.nextCreates(CreateFault.FAILED_BEFORE, CreateFault.FAILED_BEFORE, CreateFault.FAILED_BEFORE);
        store.closeGate();
        List<Thread> threads = new ArrayList<>();
        List<FutureTask<CommitInfo>> writes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Draft draft = writing("file-" + i + ".md", "x");
            FutureTask<CommitInfo> write = new FutureTask<>(() -> commit(repository, draft));
            Thread thread = new Thread(write);
            writes.add(write);
            threads.add(thread);
            thread.start();
            if (i == 0) {
                store.awaitCreate();
            }
        }
        for (Thread thread : threads) {
            while (!WAITING.contains(thread.getState())) {
                Thread.onSpinWait();
            }
        }
        store.openGate();

        writes.get(0).get();
        for (FutureTask<CommitInfo> write : writes.subList(1, 5)) {
            assertThatThrownBy(write::get).hasCauseInstanceOf(StoreUnavailableException.class);
        }
        assertThat(repository.commits()).isEqualTo(1);
        commit(repository, writing("after.md", "x"));
    }

    @Test
    void aWriteWhoseOutcomeWasUnknownIsNotMadeTwiceWhenItIsRepeated() throws IOException {
        FaultyStore store = new FaultyStore(objects);
        MemoryRepository repository = RepositoryFixture.open(store);
        commit(repository, writing("a.md", "1"));
        store.nextCreates(CreateFault.LOST_ANSWER, CreateFault.FAILED_BEFORE, CreateFault.FAILED_BEFORE);
        store.failReads(3);
        assertThatThrownBy(() -> repository.commit(List.of(writing("a.md", "2"))))
                .isInstanceOf(UnknownOutcomeException.class);

        List<Outcome> outcomes = repository.commit(List.of(writing("a.md", "2")));

        assertThat(outcomes).containsExactly(new Outcome.Unchanged(headSha(repository)));
        assertThat(repository.commits()).isEqualTo(2);
    }

    @Test
    void aCallThatWaitsTooLongBehindAnotherIsNotCommitted() throws Exception {
        GatedStore store = new GatedStore(objects);
        MemoryRepository repository = RepositoryFixture.open(store);
        store.closeGate();
        FutureTask<CommitInfo> first = new FutureTask<>(() -> commit(repository, writing("a.md", "1")));
        new Thread(first).start();
        store.awaitCreate();

        Deadline over = Deadline.after(Duration.ZERO, System::nanoTime);
        assertThatThrownBy(() -> over.during(() -> commit(repository, writing("b.md", "2"))))
                .isInstanceOf(NotSentException.class)
                .hasMessageStartingWith("Nothing is committed to 'org-1/agent-1/repo.git': waited ");

        store.openGate();
        assertThat(repository.files(first.get().sha())).containsOnlyKeys("a.md");
        commit(repository, writing("c.md", "3"));
        assertThat(repository.files(headSha(repository))).containsOnlyKeys("a.md", "c.md");
    }

    @Test
    void whenTheStoreIsDownWritesFailAndReadsGoOn() throws IOException {
        FaultyStore store = new FaultyStore(objects);
        MemoryRepository repository = RepositoryFixture.open(store);
        String sha = commit(repository, writing("a.md", "1")).sha();
        store.setDown(true);

        assertThatThrownBy(() -> repository.commit(List.of(writing("a.md", "2"))))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> repository.commit(List.of(writing("a.md", "1"))))
                .as("that nothing changes can't be known either")
                .isInstanceOf(IOException.class);
        assertThat(repository.file(sha, "a.md")).isEqualTo("1");

        store.setDown(false);
        commit(repository, writing("a.md", "2"));
        assertThat(repository.commits()).isEqualTo(2);
    }

    /** Lets creates wait at a gate. */
    private static final class GatedStore extends ForwardingStore {

        private final CountDownLatch gate = new CountDownLatch(1);
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final AtomicBoolean closed = new AtomicBoolean();

        GatedStore(ObjectStore store) {
            super(store);
        }

        void closeGate() {
            closed.set(true);
        }

        void openGate() {
            gate.countDown();
        }

        void awaitCreate() throws InterruptedException {
            arrived.await();
        }

        @Override
        public Created create(String key, byte[] content) throws IOException {
            if (closed.get()) {
                arrived.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException("Interrupted at the gate", e);
                }
            }
            return super.create(key, content);
        }
    }
}
