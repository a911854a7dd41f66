package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is imported is not on the heap; the entry that it becomes is, once. */
final class ImportHeapTest {

    private static final int FILE_BYTES = 20_000_000;

    @TempDir
    Path folder;

    /** A heap of 128 MiB for an entry of 60 MB: twice its size, and a little for the program. */
    @Test
    void anImportNeedsHeapForItsEntryTwiceAtMost() throws Exception {
        StockGit git = StockGit.init(folder.resolve("git"));
        for (int i = 0; i < 3; i++) {
            byte[] noise = new byte[FILE_BYTES];
            new Random(i).nextBytes(noise);
            Files.write(git.folder().resolve("big.bin"), noise);
            git.put("note.md", "Note " + i).commit("Commit " + i);
        }
        String head = git.run("rev-parse", "HEAD").strip();
        Path stored = folder.resolve("store");

        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeapImport.class.getName(),
                        stored.toString(),
                        git.folder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.lines()).containsExactly(head);
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
        try (ObjectStore store = RepositoryFixture.store(stored)) {
            MemoryRepository repository = RepositoryFixture.open(store);
            assertThat(repository.commits()).isEqualTo(3);
            assertThat(repository.file(head, "note.md")).isEqualTo("Note 2");
        }
    }
}
