package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.logFolder;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiffTest {

    private static final String TEN_LINES = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

    private final Path folder;
    private final ObjectStore store;
    private final MemoryRepository repository;

    DiffTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.store = RepositoryFixture.store(folder.resolve("store"));
        this.repository = RepositoryFixture.open(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aDiffIsWhatGitPrints() throws IOException {
        String from = commit(repository, Draft.of(AGENT, "Before", files -> {
                    files.write("changed.md", TEN_LINES);
                    files.write("deleted.md", "gone\n");
                    files.write("same.md", "same");
                    files.write("no-newline.md", "a\nb");
                    files.write("system/ümlaut.md", "x\n");
                }))
                .sha();
        String to = commit(repository, Draft.of(AGENT, "After", files -> {
                    files.write("changed.md", TEN_LINES.replace("five", "FIVE").replace("nine\n", ""));
                    files.delete("deleted.md");
                    files.write("added.md", "new\n");
                    files.write("no-newline.md", "a\nb\n");
                    files.write("system/ümlaut.md", "y\n");
                }))
                .sha();

        List<FileChange> changes = repository.diff(from, to, null);

        assertThat(changes)
                .extracting(FileChange::path)
                .containsExactly("added.md", "changed.md", "deleted.md", "no-newline.md", "system/ümlaut.md");
        assertThat(changes)
                .extracting(FileChange::type)
                .containsExactly(
                        FileChange.Type.ADDED,
                        FileChange.Type.MODIFIED,
                        FileChange.Type.DELETED,
                        FileChange.Type.MODIFIED,
                        FileChange.Type.MODIFIED);
        assertThat(changes).extracting(FileChange::additions).containsExactly(1, 1, 0, 1, 1);
        assertThat(changes).extracting(FileChange::deletions).containsExactly(0, 2, 1, 1, 1);
        StockGit git = StockGit.restore(logFolder(folder.resolve("store")), folder.resolve("restored"));
        for (FileChange change : changes) {
            // Behind the second @@ git names what it takes for the enclosing function.
            String expected = git.run("diff", "--no-renames", from, to, "--", change.path());
            assertThat(change.patch().stripTrailing()).isEqualTo(expected.replaceAll("(?m)^(@@ .* @@).*$", "$1"));
        }
    }

    @Test
    void aDiffCanBeOfOneFileOrOneFolder() throws IOException {
        String sha = commit(repository, Draft.of(AGENT, "All", files -> {
                    files.write("a.md", "1\n");
                    files.write("system/b.md", "1\n");
                    files.write("system/c.md", "1\n");
                }))
                .sha();

        assertThat(repository.diff(null, sha, "a.md"))
                .extracting(FileChange::path)
                .containsExactly("a.md");
        assertThat(repository.diff(null, sha, "system"))
                .extracting(FileChange::path)
                .containsExactly("system/b.md", "system/c.md");
        assertThat(repository.diff(null, sha, "nothing")).isEmpty();
        assertThat(repository.diff(sha, sha, null)).isEmpty();
    }

    @Test
    void aFileThatBecomesAFolderIsDeletedAndAdded() throws IOException {
        String from = commit(repository, writing("a", "file\n")).sha();
        String to = commit(repository, Draft.of(AGENT, "Folder", files -> {
                    files.delete("a");
                    files.write("a/b.md", "inside\n");
                }))
                .sha();

        assertThat(repository.diff(from, to, null))
                .extracting(FileChange::path, FileChange::type)
                .containsExactly(tuple("a", FileChange.Type.DELETED), tuple("a/b.md", FileChange.Type.ADDED));
        assertThat(repository.info(to).filesChanged()).containsExactly("a", "a/b.md");
    }
}
