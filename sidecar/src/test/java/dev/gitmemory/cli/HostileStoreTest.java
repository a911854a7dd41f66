package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.FolderCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What commands do in a store's folder where somebody has put links, and another agent's objects. */
final class HostileStoreTest extends TransferTest {

    private Path repository(String agentId) {
        return store().resolve("org-1").resolve(agentId).resolve("repo.git");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void purgeBehindALinkDeletesNothingAndGoesOnWhenTheFolderIsBack() throws IOException {
        enabledAgent("a");
        ok("disable", "a");
        for (String level : new String[] {"..", ".", "log"}) {
            Path place = repository("a").resolve(level).normalize();
            Path outside = folder.resolve("outside");
            Files.move(place, outside);
            Files.writeString(outside.resolve("00000000000000000001.bundle"), "somebody's");
            List<String> before = names(outside);
            Files.createSymbolicLink(place, outside);

            Cli.Run run = run("purge", "a", "--confirm", "a");

            assertThat(run.exitCode()).as(level + run.out()).isNotZero();
            assertThat(run.err())
                    .contains(
                            "org-1/a" + (level.equals(".") ? "/repo.git" : level.equals("log") ? "/repo.git/log" : ""))
                    .contains("symbolic link");
            assertThat(names(outside)).isEqualTo(before);
            Files.delete(place);
            Files.move(outside, place);
        }
        Files.deleteIfExists(log("a").resolve("../../00000000000000000001.bundle"));
        ok("purge", "a", "--confirm", "a");
        assertThat(names(repository("a")))
                .filteredOn(name -> name.startsWith("log/"))
                .hasSize(1);
    }

    @Test
    void purgeLeavesWhatIsNoneOfOurs() throws IOException {
        enabledAgent("a");
        ok("disable", "a");
        Files.writeString(repository("a").resolve("notes.txt"), "somebody's");

        ok("purge", "a", "--confirm", "a");

        assertThat(repository("a").resolve("notes.txt")).hasContent("somebody's");
    }

    @Test
    void repositoriesOfTwoAgentsThatWereSwappedAreReadByNobody() throws IOException {
        enabledAgent("a");
        enabledAgent("b");
        Path aside = folder.resolve("aside");
        FolderCopy.copy(repository("a"), aside);
        FolderCopy.delete(repository("a"));
        FolderCopy.copy(repository("b"), repository("a"));
        FolderCopy.delete(repository("b"));
        FolderCopy.copy(aside, repository("b"));

        for (String agent : new String[] {"a", "b"}) {
            assertThat(run("verify", agent).err()).contains("it belongs to another repository");
            assertThat(run("sync", agent).err()).contains("it belongs to another repository");
        }
        assertThat(run("fsck", "--all").out()).contains("it belongs to another repository", "0 clean, 2 findings");
    }
}
