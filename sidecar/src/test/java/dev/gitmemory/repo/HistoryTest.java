package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** History, file by file and page by page, with {@code git log} as the judge. */
final class HistoryTest {

    private final MemoryRepository repository;

    HistoryTest() throws IOException {
        this.repository = RepositoryFixture.open(Stores.open("memory:"));
    }

    private List<String> shas(String from, @Nullable String path, int pageSize) throws IOException {
        List<String> shas = new ArrayList<>();
        @Nullable String next = null;
        do {
            CommitPage page = repository.history(from, path, pageSize, next);
            assertThat(page.commits()).hasSizeLessThanOrEqualTo(pageSize);
            page.commits().forEach(commit -> shas.add(commit.sha()));
            next = page.next();
            assertThat(next == null || page.commits().size() == pageSize)
                    .as("a short page is the last")
                    .isTrue();
        } while (next != null);
        return shas;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void historyIsWhatGitLogPrints(long seed, @TempDir Path folder) throws IOException {
        RandomHistory history = RandomHistory.pushTo(repository, folder, seed, 40, false);
        for (String head : List.of(headSha(repository), history.commits().get(25))) {
            assertThat(shas(head, null, 7)).isEqualTo(history.git().lines("log", "--format=%H", head));
            for (String path : List.of("a.md", "b.md", "system/a.md", "system", "system/deep", "nothing.md")) {
                List<String> expected = history.git().lines("log", "--format=%H", head, "--", path);
                assertThat(shas(head, path, 1000)).as(path).isEqualTo(expected);
                assertThat(shas(head, path, 3)).as(path).isEqualTo(expected);
                assertThat(shas(head, path, 1)).as(path).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void commitsOfTheSameSecondComeChildrenFirst(long seed, @TempDir Path folder) throws IOException {
        RandomHistory history = RandomHistory.pushTo(repository, folder, seed, 40, true);
        String head = headSha(repository);

        List<String> shas = shas(head, null, 6);

        assertThat(shas).containsExactlyInAnyOrderElementsOf(history.git().lines("rev-list", head));
        for (String line : history.git().lines("rev-list", "--parents", head)) {
            List<String> family = List.of(line.split(" ", -1));
            for (String parent : family.subList(1, family.size())) {
                assertThat(shas.indexOf(parent)).isGreaterThan(shas.indexOf(family.get(0)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void whatACommitChangedIsWhatGitCounts(long seed, @TempDir Path folder) throws IOException {
        RandomHistory history = RandomHistory.pushTo(repository, folder, seed, 30, false);
        for (String sha : history.commits()) {
            CommitInfo info = repository.info(sha);

            int additions = 0;
            int deletions = 0;
            List<String> paths = new ArrayList<>();
            for (String line : history.git()
                    .lines(
                            "log",
                            "-1",
                            "-m",
                            "--first-parent",
                            "--root",
                            "--no-renames",
                            "--numstat",
                            "--format=",
                            sha)) {
                List<String> columns = List.of(line.split("\t", -1));
                additions += Integer.parseInt(columns.get(0));
                deletions += Integer.parseInt(columns.get(1));
                paths.add(columns.get(2));
            }
            assertThat(info.filesChanged()).isEqualTo(paths);
            assertThat(List.of(info.additions(), info.deletions())).as(sha).containsExactly(additions, deletions);
            assertThat(info.message()).isEqualTo(history.git().run("log", "-1", "--format=%B", sha));
            assertThat(info.author()).isEqualTo(new Author(Author.Type.USER, "pat@example.org", "Pat"));
        }
    }

    @Test
    void aPageBeyondAFileThatIsNotThereIsEmpty() throws IOException {
        commit(repository, writing("a.md", "1"));

        assertThat(repository.history(headSha(repository), "b.md", 10, null))
                .isEqualTo(new CommitPage(List.of(), null));
    }

    @Test
    void nonsenseIsRefused() throws IOException {
        String sha = commit(repository, writing("a.md", "1")).sha();

        assertThatThrownBy(() -> repository.history(sha, null, 0, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> repository.history("1".repeat(40), null, 1, null))
                .isInstanceOf(UnknownRevisionException.class);
        assertThatThrownBy(() -> repository.history("main", null, 1, null))
                .isInstanceOf(UnknownRevisionException.class);
        assertThatThrownBy(() -> repository.history(sha, null, 1, "2".repeat(40)))
                .isInstanceOf(UnknownRevisionException.class);
        String second = commit(repository, writing("a.md", "2")).sha();
        assertThatThrownBy(() -> repository.history(sha, null, 1, second))
                .as("a cursor that is not in this history")
                .isInstanceOf(UnknownRevisionException.class);
    }
}
