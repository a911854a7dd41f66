package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RevisionsTest {

    private final MemoryRepository repository;

    RevisionsTest() throws IOException {
        this.repository = RepositoryFixture.open(Stores.open("memory:"));
    }

    @Test
    void aCommitIsFoundByEveryNameItHas(@TempDir Path folder) throws IOException {
        StockGit git = StockGit.init(folder);
        String first = git.put("a.md", "1").commit("First");
        git.run("tag", "-a", "v1", "-m", "Annotated");
        git.run("branch", "side/line");
        String second = git.put("a.md", "2").commit("Second");
        git.run("tag", "light");
        try (GitServer server = new GitServer(repository::jgit)) {
            git.run("push", "--quiet", server.url(), "refs/*:refs/*");
        }

        for (String name :
                List.of("HEAD", "main", "heads/main", "refs/heads/main", "light", "refs/tags/light", second)) {
            assertThat(repository.resolve(name)).as(name).isEqualTo(second).isEqualTo(git.run("rev-parse", name));
        }
        for (String name : List.of("v1", "tags/v1", "side/line", first, first.substring(0, 10))) {
            assertThat(repository.resolve(name)).as(name).isEqualTo(first);
        }
        assertThat(repository.resolve(first.toUpperCase(Locale.ROOT))).isEqualTo(first);
        assertThatThrownBy(() -> repository.resolve(git.run("rev-parse", "HEAD^{tree}")))
                .as("a tree is no commit")
                .isInstanceOf(UnknownRevisionException.class);
        assertThatThrownBy(() ->
                        repository.resolve(git.run("rev-parse", "HEAD^{tree}").substring(0, 12)))
                .isInstanceOf(UnknownRevisionException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no-such",
                "abc",
                "0000000",
                "refs/heads",
                "HEAD~1",
                "main^",
                "@{1}",
                ":a.md",
                "..",
                "-x",
                "master"
            })
    void aNameThatMeansNothingIsUnknown(String name) throws IOException {
        commit(repository, writing("a.md", "1"));

        assertThatThrownBy(() -> repository.resolve(name))
                .isInstanceOf(UnknownRevisionException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void anAbbreviationThatSeveralCommitsShareIsAmbiguous() throws IOException {
        Map<String, List<String>> byBeginning = new HashMap<>();
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            drafts.add(writing("a.md", "version " + i));
        }
        repository.commit(drafts);
        for (CommitInfo commit :
                repository.history(headSha(repository), null, 1000, null).commits()) {
            byBeginning
                    .computeIfAbsent(commit.sha().substring(0, 4), k -> new ArrayList<>())
                    .add(commit.sha());
        }

        // Among a thousand commits some begin alike; which, is always the same, since the clock stands still.
        assertThat(byBeginning.values()).anyMatch(shas -> shas.size() == 2);
        byBeginning.forEach((beginning, shas) -> {
            if (shas.size() == 1) {
                assertThat(repository.resolve(beginning)).isEqualTo(shas.get(0));
            } else {
                assertThatThrownBy(() -> repository.resolve(beginning))
                        .isInstanceOf(AmbiguousRevisionException.class)
                        .hasMessageContainingAll(shas.toArray(String[]::new));
                shas.forEach(sha ->
                        assertThat(repository.resolve(sha.substring(0, 12))).isEqualTo(sha));
            }
        });
    }
}
