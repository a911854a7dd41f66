package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.CLOCK;
import static dev.gitmemory.repo.RepositoryFixture.ID;
import static dev.gitmemory.repo.RepositoryFixture.KEY;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A draft with a mark is committed once, by whomever. */
class MarkTest {

    private static final int MARKS = 40;

    @TempDir
    Path folder;

    private static UUID request(int number) {
        return new UUID(0, number);
    }

    private static Draft marked(int number, long afterSeq) {
        return Draft.of(
                        AGENT,
                        "Append",
                        files -> files.write(
                                "log.md", Objects.requireNonNullElse(files.read("log.md"), "") + number + "\n"))
                .once(new Draft.Mark(request(number), afterSeq));
    }

    @Test
    void processesThatCommitTheSameMarksAtOnceMakeOneCommitOfEach() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ObjectStore one = RepositoryFixture.store(folder);
                ObjectStore other = RepositoryFixture.store(folder)) {
            List<MemoryRepository> processes = List.of(RepositoryFixture.open(one), RepositoryFixture.open(other));
            List<Callable<String>> work = new ArrayList<>();
            for (int i = 0; i < MARKS * 4; i++) {
                int number = i / 4;
                MemoryRepository process = processes.get(i % 2);
                work.add(() -> {
                    Outcome outcome = process.commit(List.of(marked(number, 0))).get(0);
                    return number + " "
                            + (outcome instanceof Outcome.Committed c
                                    ? c.commit().sha()
                                    : ((Outcome.Found) outcome).commit().sha());
                });
            }
            List<String> answers = new ArrayList<>();
            for (Future<String> answer : threads.invokeAll(work)) {
                answers.add(answer.get());
            }
            assertThat(answers.stream().distinct()).hasSize(MARKS);
            processes.get(0).refresh();
            String head = headSha(processes.get(0));
            assertThat(processes.get(0).history(head, null, 1000, null).commits())
                    .hasSize(MARKS);
            assertThat(String.valueOf(processes.get(0).file(head, "log.md")).lines())
                    .hasSize(MARKS)
                    .doesNotHaveDuplicates();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aMarkIsLookedForBehindTheCommitThatIsKnownToComeBeforeItOnly() throws IOException {
        try (ObjectStore store = RepositoryFixture.store(folder)) {
            MemoryRepository repository = RepositoryFixture.open(store);
            commit(repository, writing("a.md", "1"));
            CommitInfo first = commit(repository, marked(1, 1));
            commit(repository, writing("a.md", "2"));
            assertThat(repository.commit(List.of(marked(1, 1)))).containsExactly(new Outcome.Found(first));
            assertThat(repository.find(new Draft.Mark(request(1), 0))).isEqualTo(first);
            assertThat(repository.find(new Draft.Mark(request(1), 2))).isNull();
            assertThat(repository.find(new Draft.Mark(request(11), 0))).isNull();
        }
    }

    @Test
    void anEmptyRepositoryHasNoMarks() throws IOException {
        try (ObjectStore store = RepositoryFixture.store(folder)) {
            assertThat(RepositoryFixture.open(store).find(new Draft.Mark(request(1), 0)))
                    .isNull();
        }
    }

    /** The very commits, brought back by stock git: as from an export, or a copy of the store. */
    @Test
    void aMarkCountsWhereItWasMadeAndForWhoMadeIt() throws IOException {
        try (ObjectStore store = RepositoryFixture.store(folder.resolve("store"));
                ObjectStore copies = RepositoryFixture.store(folder.resolve("copies"))) {
            MemoryRepository repository = RepositoryFixture.open(store);
            commit(repository, writing("a.md", "1"));
            CommitInfo marked = commit(repository, marked(1, 0));
            assertThat(marked.requestId()).isEqualTo(request(1));

            RepoId other = new RepoId(ID.organizationId(), "agent-2");
            MemoryRepository same = copy(repository, new MemoryRepositories(copies, CLOCK, KEY).open(ID));
            assertThat(same.find(new Draft.Mark(request(1), 0))).isEqualTo(marked);
            assertThat(same.commit(List.of(marked(1, 0)))).containsExactly(new Outcome.Found(marked));

            MemoryRepository another = copy(repository, new MemoryRepositories(copies, CLOCK, KEY).open(other));
            MemoryRepository stranger = new MemoryRepositories(store, CLOCK, CommitKey.random()).open(ID);
            for (MemoryRepository without : List.of(another, stranger)) {
                assertThat(without.find(new Draft.Mark(request(1), 0))).isNull();
                CommitInfo text = without.info(marked.sha());
                assertThat(text.requestId()).isNull();
                assertThat(text.author())
                        .isEqualTo(new Author(Author.Type.USER, "agent-1@agent.git-memory.invalid", "Ada"));
                assertThat(text.message())
                        .startsWith("Append\n\nAuthor-Type: agent\n")
                        .contains("Request-Id: ");
                assertThat(without.commit(List.of(marked(1, 0))).get(0)).isInstanceOf(Outcome.Committed.class);
                assertThat(without.find(new Draft.Mark(request(1), 0))).isNotNull();
            }
            assertThat(stranger.history(headSha(stranger), null, 10, null).commits())
                    .hasSize(3);
        }
    }

    private MemoryRepository copy(MemoryRepository from, MemoryRepository into) throws IOException {
        StockGit git = StockGit.initBare(folder.resolve(into.id().agentId()));
        try (GitServer source = new GitServer(from::jgit);
                GitServer target = new GitServer(into::jgit)) {
            git.run("fetch", "--quiet", source.url(), "main:main");
            git.run("push", "--quiet", target.url(), "main");
        }
        into.refresh();
        return into;
    }
}
