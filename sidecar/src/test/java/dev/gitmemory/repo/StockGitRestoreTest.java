package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.CLOCK;
import static dev.gitmemory.repo.RepositoryFixture.ID;
import static dev.gitmemory.repo.RepositoryFixture.KEY;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stock git alone restores a repository from the store's files: the newest checkpoint, then the entries after it.
 *
 * <p>The full size, with the time that it takes: {@code -Dgit-memory.restore.writes=5000}.
 */
final class StockGitRestoreTest {

    private static final int WRITES = Integer.getInteger("git-memory.restore.writes", 300);
    private static final int FILES = 20;

    @TempDir
    Path folder;

    @Test
    void fromTheNewestCheckpointAndTheEntriesAfterIt() throws IOException {
        Path files = folder.resolve("store");
        String head;
        Map<String, String> content;
        try (ObjectStore store = RepositoryFixture.store(files);
                MemoryRepositories repositories = new MemoryRepositories(store, CLOCK, KEY)) {
            MemoryRepository repository = repositories.open(ID);
            for (int i = 1; i <= WRITES; i++) {
                String text = "A line of a memory that does not change.\n".repeat(40) + "write " + i + "\n";
                commit(repository, writing("system/block" + i % FILES + ".md", text));
            }
            head = headSha(repository);
            content = repository.files(head);
        }
        long begin = System.nanoTime();

        StockGit git = StockGit.restoreFromCheckpoint(files.resolve(ID.prefix()), folder.resolve("restored"));

        long restored = System.nanoTime();
        assertThat(git.run("fsck", "--full", "--strict")).isEmpty();
        long checked = System.nanoTime();
        assertThat(git.run("rev-parse", "main")).isEqualTo(head);
        assertThat(git.run("rev-list", "--count", "main")).isEqualTo(Integer.toString(WRITES));
        assertThat(git.files("main")).isEqualTo(content);
        assertThat(files.resolve(ID.prefix()).resolve("checkpoint")).isNotEmptyDirectory();
        System.out.printf(
                "Restored %d writes in %.1f s, checked them in %.1f s%n",
                WRITES, (restored - begin) / 1e9, (checked - restored) / 1e9);
    }
}
