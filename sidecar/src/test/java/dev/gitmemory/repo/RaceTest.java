package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.logFolder;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many writers in two processes on one log: every commit is in it exactly once, and no edit is lost. */
final class RaceTest {

    private static final int WRITERS = 8;
    private static final int COMMITS_EACH = 15;

    private final Path folder;

    RaceTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void twoProcessesWithManyWritersLoseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (ObjectStore one = RepositoryFixture.store(folder.resolve("store"));
                ObjectStore other = RepositoryFixture.store(folder.resolve("store"))) {
            List<MemoryRepository> processes = List.of(RepositoryFixture.open(one), RepositoryFixture.open(other));
            List<Callable<List<CommitInfo>>> work = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                work.add(() -> write(processes.get(number % 2), number));
            }
            List<String> acknowledged = new ArrayList<>();
            for (Future<List<CommitInfo>> written : threads.invokeAll(work)) {
                written.get().forEach(commit -> acknowledged.add(commit.sha() + " " + commit.message()));
            }
            processes.get(0).refresh();
            processes.get(1).refresh();

            assertThat(acknowledged).hasSize(WRITERS * COMMITS_EACH).doesNotHaveDuplicates();
            assertThat(processes.get(0).head()).isEqualTo(processes.get(1).head());
            assertHistory(processes.get(0), acknowledged);
            assertHistory(RepositoryFixture.open(one), acknowledged);
            assertStockGitSeesTheSame(processes.get(0), acknowledged);
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<CommitInfo> write(MemoryRepository repository, int writer) throws IOException {
        List<CommitInfo> written = new ArrayList<>();
        for (int i = 0; i < COMMITS_EACH; i++) {
            String line = "writer " + writer + " wrote " + i;
            // Appends to a file that all share: an edit that is not applied again after a lost race loses a line.
            Draft draft = Draft.of(
                    new Author(Author.Type.AGENT, "agent-" + writer, ""),
                    line,
                    files -> files.write(
                            "shared.md", Objects.requireNonNullElse(files.read("shared.md"), "") + line + "\n"));
            written.add(RepositoryFixture.commit(repository, draft));
        }
        return written;
    }

    private static void assertHistory(MemoryRepository repository, List<String> acknowledged) throws IOException {
        String head = headSha(repository);
        List<CommitInfo> history = repository.history(head, null, 1000, null).commits();

        assertThat(history)
                .extracting(commit -> commit.sha() + " " + commit.message())
                .containsExactlyInAnyOrderElementsOf(acknowledged);
        for (int i = 0; i < history.size(); i++) {
            assertThat(history.get(i).seq()).isEqualTo(history.size() - i);
            assertThat(history.get(i).parentSha())
                    .isEqualTo(i + 1 < history.size() ? history.get(i + 1).sha() : null);
            assertThat(history.get(i).additions()).isEqualTo(1);
        }
        List<String> lines =
                String.valueOf(repository.file(head, "shared.md")).lines().toList();
        assertThat(lines)
                .containsExactlyInAnyOrderElementsOf(acknowledged.stream()
                        .map(commit -> commit.substring(41))
                        .toList());
    }

    private void assertStockGitSeesTheSame(MemoryRepository repository, List<String> acknowledged) throws IOException {
        StockGit git = StockGit.restore(logFolder(folder.resolve("store")), folder.resolve("restored"));
        git.fsck();
        assertThat(git.lines("log", "--format=%H %s", "main")).containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThat(git.files("main")).isEqualTo(repository.files(headSha(repository)));
    }
}
