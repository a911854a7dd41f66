package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.HostileMetadata;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What metadata may cost is the same for files that are imported, from a folder, a repository or an Agent File. */
final class ImportBoundsTest extends TransferTest {

    private static String file(String metadata) {
        return "---\nlimit: 5000\nmetadata: " + metadata + "\n---\nvalue";
    }

    @Test
    void filesOverABoundAreNamedWithTheRuleAndNothingIsImported() {
        enabledAgent("a");
        String head = head("a");
        StockGit git = StockGit.init(folder.resolve("git"));
        Path notes = folder.resolve("notes");
        HostileMetadata.over().forEach((kind, metadata) -> {
            git.put(kind + ".md", file(metadata));
            write(notes.resolve(kind + ".md"), file(metadata));
        });
        git.put("numbers.md", file(HostileMetadata.numbers("1e131071", 9000))).commit("Over");
        write(notes.resolve("numbers.md"), file(HostileMetadata.numbers("1e131071", 9000)));
        for (Path from : List.of(git.folder(), notes)) {
            Cli.Run run = run("import", "--agent", "a", "--from", from);
            assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
            HostileMetadata.RULES.forEach(
                    (kind, rule) -> assertThat(run.err()).contains("  - " + kind + ".md: " + rule));
            assertThat(run.err())
                    .contains("  - numbers.md: metadata holds the number 1e131071, which has 131072 digits")
                    .contains("nothing was changed");
        }
        assertThat(head("a")).isEqualTo(head);
    }

    @Test
    void filesJustBelowTheBoundsAreImported() {
        enabledAgent("a");
        Path notes = folder.resolve("notes");
        HostileMetadata.most().forEach((kind, metadata) -> write(notes.resolve(kind + ".md"), file(metadata)));
        importInto("a", notes);
        assertThat(application.labels("a")).contains("bytes", "depth", "digits", "keys");
        assertInStep("a");
    }

    @Test
    void anAgentFileOverABoundIsRefusedWithThePlace() throws IOException {
        for (Map.Entry<String, String> over : HostileMetadata.over().entrySet()) {
            Path file = Files.writeString(
                    folder.resolve("a.af"),
                    "{\"name\":\"a\",\"core_memory\":[{\"label\":\"l\",\"value\":\"v\",\"metadata_\":%s}]}"
                            .formatted(over.getValue()));
            Cli.Run run = run("import", "--agent-file", file);
            assertThat(run.exitCode()).isNotZero();
            assertThat(run.err())
                    .contains("/core_memory/0/metadata_", String.valueOf(HostileMetadata.RULES.get(over.getKey())));
        }
        assertThat(application.query("SELECT id FROM agents")).isEmpty();
    }
}
