package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happened between two commits, with {@code git log -1 -- path} as the judge. */
final class ChangesSinceTest {

    private final MemoryRepository repository;

    ChangesSinceTest() throws IOException {
        this.repository = RepositoryFixture.open(Stores.open("memory:"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void changesBringACopyUpToDateWhateverTheHistory(long seed, @TempDir Path folder) throws IOException {
        int size = 24;
        RandomHistory history = RandomHistory.pushTo(repository, folder, seed, size, seed % 2 == 0);
        GitsView git = GitsView.of(history);
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            // The base may be an ancestor, a descendant, on another line, or of an unrelated history.
            @Nullable String base = i % 6 == 0 ? null : history.commits().get(random.nextInt(size));
            String head = history.commits().get(random.nextInt(size));

            Changes changes = repository.changesSince(base, head);

            assertCommits(git, changes);
            assertFiles(git, changes);
        }
    }

    /** What stock git says about every commit: its ancestors, its files, and who last touched them. */
    private record GitsView(
            Map<String, Set<String>> histories,
            Map<String, Map<String, String>> files,
            Map<String, Map<String, String>> lastTouched) {

        static GitsView of(RandomHistory history) {
            GitsView view = new GitsView(new HashMap<>(), new HashMap<>(), new HashMap<>());
            for (String sha : history.commits()) {
                view.histories.put(sha, new LinkedHashSet<>(history.git().lines("rev-list", sha)));
                view.files.put(sha, history.git().files(sha));
                Map<String, String> touched = new TreeMap<>();
                for (String path : view.files(sha).keySet()) {
                    touched.put(path, history.git().run("log", "-1", "--format=%H", sha, "--", path));
                }
                view.lastTouched.put(sha, touched);
            }
            return view;
        }

        Set<String> history(@Nullable String sha) {
            return sha == null ? Set.of() : histories.getOrDefault(sha, Set.of());
        }

        Map<String, String> files(@Nullable String sha) {
            return sha == null ? Map.of() : files.getOrDefault(sha, Map.of());
        }

        Map<String, String> lastTouched(@Nullable String sha) {
            return sha == null ? Map.of() : lastTouched.getOrDefault(sha, Map.of());
        }
    }

    private static void assertCommits(GitsView git, Changes changes) {
        List<String> shas = changes.commits().stream().map(CommitInfo::sha).toList();
        Set<String> expected = new LinkedHashSet<>(git.history(changes.headSha()));
        expected.removeAll(git.history(changes.baseSha()));
        assertThat(shas).containsExactlyInAnyOrderElementsOf(expected);
        for (int i = 0; i < shas.size(); i++) {
            Set<String> behind = new LinkedHashSet<>(shas.subList(i + 1, shas.size()));
            behind.retainAll(git.history(shas.get(i)));
            assertThat(behind).as("ancestors of a commit that come behind it").isEmpty();
        }
    }

    private static void assertFiles(GitsView git, Changes changes) {
        assertThat(changes.files()).extracting(ChangedFile::path).isSorted().doesNotHaveDuplicates();
        Map<String, String> copy = new TreeMap<>(git.files(changes.baseSha()));
        Map<String, String> touched = new TreeMap<>(git.lastTouched(changes.baseSha()));
        for (ChangedFile file : changes.files()) {
            if (file.kind() == ChangedFile.Kind.DELETED) {
                assertThat(file.text()).isNull();
                copy.remove(file.path());
                touched.remove(file.path());
            } else {
                assertThat(file.kind()).isEqualTo(ChangedFile.Kind.TEXT);
                copy.put(file.path(), String.valueOf(file.text()));
                touched.put(file.path(), file.commitSha());
            }
        }

        // Whoever had the base and applies the changes has the head, with the commit of every file.
        assertThat(copy).isEqualTo(git.files(changes.headSha()));
        assertThat(touched).isEqualTo(git.lastTouched(changes.headSha()));
    }

    @Test
    void aFileThatWasChangedAndChangedBackIsAmongTheChanges() throws IOException {
        String base = commit(repository, writing("a.md", "1")).sha();
        commit(repository, writing("a.md", "2"));
        String back = commit(repository, writing("a.md", "1")).sha();

        Changes changes = repository.changesSince(base, headSha(repository));

        assertThat(changes.files()).containsExactly(new ChangedFile("a.md", ChangedFile.Kind.TEXT, "1", back));
        assertThat(changes.commits()).hasSize(2);
    }

    @Test
    void betweenACommitAndItselfNothingHappened() throws IOException {
        String sha = commit(repository, writing("a.md", "1")).sha();

        assertThat(repository.changesSince(sha, sha)).isEqualTo(new Changes(sha, sha, List.of(), List.of()));
    }

    @Test
    void whatIsNoTextIsToldAsSuch(@TempDir Path folder) throws IOException {
        StockGit git = StockGit.init(folder);
        git.put("nul.md", "a\0b").put("text.md", "text");
        git.run(
                "update-index",
                "--add",
                "--cacheinfo",
                "120000," + git.run("hash-object", "-w", "text.md") + ",link.md");
        String sha = git.commit("Odd files");
        try (GitServer server = new GitServer(repository::jgit)) {
            git.run("push", "--quiet", server.url(), "main");
        }

        assertThat(repository.changesSince(null, sha).files())
                .containsExactly(
                        new ChangedFile("link.md", ChangedFile.Kind.OTHER, null, sha),
                        new ChangedFile("nul.md", ChangedFile.Kind.OTHER, null, sha),
                        new ChangedFile("text.md", ChangedFile.Kind.TEXT, "text", sha));
        assertThat(repository.files(sha)).containsOnlyKeys("text.md");
    }

    @Test
    void severalFilesOfOneCommitAreOneCommit() throws IOException {
        CommitInfo commit = commit(repository, Draft.of(AGENT, "Two", files -> {
            files.write("a.md", "1");
            files.write("b.md", "2");
        }));

        Changes changes = repository.changesSince(null, commit.sha());

        assertThat(changes.commits()).containsExactly(commit);
        assertThat(changes.files()).extracting(ChangedFile::commitSha).containsExactly(commit.sha(), commit.sha());
    }
}
