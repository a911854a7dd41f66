package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an export that is killed leaves beside its target is removed by the next one, and nothing else is. */
final class AbandonedExportTest {

    @TempDir
    Path folder;

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void theNextExportRemovesWhatAKilledOneLeftAndNotWhatOneAtWorkHas() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledExport.class.getName(),
                        folder.resolve("first").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            Path theirs = Path.of(out.readLine());
            try (NewTarget second = NewTarget.at(folder.resolve("second"))) {
                assertThat(left()).containsExactlyInAnyOrder(theirs, second.folder());
                process.destroyForcibly().waitFor();
                try (NewTarget third = NewTarget.at(folder.resolve("third"))) {
                    assertThat(left()).containsExactlyInAnyOrder(second.folder(), third.folder());
                }
            }
            assertThat(left()).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void foldersOfOthersWithSuchANameStay() throws IOException {
        Path notes = Files.createDirectory(folder.resolve(".git-memory-export-notes"));
        Files.writeString(notes.resolve("mine.md"), "mine");
        Path elsewhere = Files.createDirectories(folder.resolve("sub/elsewhere"));
        Files.writeString(elsewhere.resolve("in-use"), "");
        Path link = Files.createSymbolicLink(folder.resolve(".git-memory-export-link"), elsewhere);

        try (NewTarget target = NewTarget.at(folder.resolve("now"))) {
            assertThat(target.folder()).isDirectory();
        }

        assertThat(notes.resolve("mine.md")).hasContent("mine");
        assertThat(link).isSymbolicLink();
        assertThat(elsewhere.resolve("in-use")).exists();
    }
}
