package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The copy that an import which is killed leaves in the temporary folder is removed by the next one. */
final class AbandonedImportTest {

    @TempDir
    Path folder;

    @Test
    void theNextImportRemovesWhatAKilledOneLeftButNotWhileThatIsAtWork() throws Exception {
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put("a.md", "a").commit("A");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledImport.class.getName(),
                        git.folder().toString(),
                        folder.resolve("theirs").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        MemoryRepository onto = RepositoryFixture.open(RepositoryFixture.store(folder.resolve("store")));
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            Path left = Path.of(out.readLine());
            read(onto, git);
            assertThat(left.resolve("repo.git/HEAD")).exists();
            process.destroyForcibly().waitFor();
            assertThat(left).exists();
            read(onto, git);
            assertThat(left).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void read(MemoryRepository onto, StockGit git) throws Exception {
        Incoming.read(onto, git.folder(), null, false, ImportLimits.DEFAULT, TransferProgress.NONE)
                .close();
    }
}
