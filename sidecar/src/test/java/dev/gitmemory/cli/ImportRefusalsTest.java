package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What import refuses, what it says of it, and that nothing is changed then. */
final class ImportRefusalsTest extends TransferTest {

    @Test
    void filesThatBreakARuleAreAllNamedAndNothingIsChanged() throws IOException {
        enabledAgent("a");
        String head = head("a");
        Path bad = folder.resolve("bad");
        write(bad.resolve("fine.md"), "Fine.");
        write(bad.resolve("long.md"), "---\nlimit: 3\n---\nlonger");
        write(bad.resolve("limit.md"), "---\nlimit: many\n---\nx");
        write(bad.resolve("folder.md/x.md"), "x");
        write(bad.resolve("back\\slash.md"), "x");
        Files.write(bad.resolve("binary.md"), new byte[] {1, 0, (byte) 0xff});
        Files.createSymbolicLink(bad.resolve("link.md"), Path.of("/etc/passwd"));
        StockGit git = StockGit.init(folder.resolve("git"));
        try (Stream<Path> files = Files.walk(bad)) {
            for (Path file : files.filter(f -> !Files.isDirectory(f)).toList()) {
                Path copy = git.folder().resolve(bad.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS);
            }
        }
        git.run("add", "-A");
        git.run("update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,module");
        git.commit("Bad");

        for (Path from : List.of(bad, git.folder())) {
            Cli.Run run = run("import", "--agent", "a", "--from", from);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("files of '" + from + "' can't be memory; nothing was changed")
                    .contains("  - long.md: value is 6 characters long, over the limit of 3")
                    .contains("  - limit.md: ", "  - folder.md/x.md: ", "  - back\\slash.md: ")
                    .contains("  - binary.md: not UTF-8 text", "  - link.md: a symbolic link")
                    .doesNotContain("fine.md");
            if (from == git.folder()) {
                assertThat(run.err()).contains("  - module: a submodule");
            }
        }
        assertThat(head("a")).isEqualTo(head);
        assertThat(application.labels("a")).containsExactly("system/persona");
        assertThat(log("a")).isDirectoryContaining("glob:**1.bundle").isDirectoryNotContaining("glob:**2.bundle");
        assertInStep("a");
    }

    @Test
    void whatCanNotBeImportedIsSaidSo() throws IOException {
        enabledAgent("a");
        Path file = folder.resolve("x.bundle");
        Files.writeString(file, "nothing of the kind");
        assertThat(run("import", "--agent", "a", "--from", file).err()).contains("is no git bundle");
        Files.writeString(file, "{\"agents\": []}");
        assertThat(run("import", "--agent", "a", "--from", file).err()).contains("for an Agent File use --agent-file");
        assertThat(run("import", "--agent", "a", "--from", folder.resolve("none"))
                        .err())
                .contains("There is no file or folder");
        assertThat(run("import", "--agent", "a", "--from", log("a").resolve(".."))
                        .err())
                .contains("a store of git-memory's own");
        assertThat(run("import", "--agent", "nobody", "--from", file).err()).contains("There is no agent 'nobody'");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run("import", "--agent", "a", "--from", empty).err()).contains("no file in it to import");
        assertThat(run(
                                "import",
                                "--agent",
                                "a",
                                "--from",
                                StockGit.initBare(folder.resolve("e.git")).folder())
                        .err())
                .contains("it has no branch, so there is no commit to import");
        StockGit branches = StockGit.init(folder.resolve("src"));
        branches.put("x.md", "X.").commit("One");
        branches.run("branch", "side");
        assertThat(run("import", "--agent", "a", "--from", branches.folder(), "--branch", "none")
                        .err())
                .contains("it has no branch 'none'; it has main, side");
        assertThat(run("import", "--agent", "a").err()).contains("missing --from");
        assertThat(run("import", "--from", "x").err()).contains("missing --agent");
        assertThat(run("import").err()).contains("missing --agent and --from, or --agent-file");
        assertThat(run("import", "--agent", "a", "--from", "x", "--agent-file", "y")
                        .exitCode())
                .isEqualTo(2);
        assertInStep("a");
    }

    @Test
    void aDamagedPackIsToldOfInOneLine() throws IOException {
        enabledAgent("a");
        StockGit git = StockGit.init(folder.resolve("packed"));
        for (int i = 0; i < 5; i++) {
            git.put("x.md", "Text " + i).commit("Commit " + i);
        }
        git.run("gc", "--quiet");
        Path packs = git.folder().resolve(".git/objects/pack");
        try (Stream<Path> files = Files.list(packs)) {
            for (Path pack : files.filter(f -> f.toString().endsWith(".pack")).toList()) {
                byte[] bytes = Files.readAllBytes(pack);
                bytes[bytes.length / 2] ^= (byte) 0xff;
                Files.delete(pack);
                Files.write(pack, bytes);
            }
        }
        Cli.Run run = run("import", "--agent", "a", "--from", git.folder());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(git.folder().toString()).doesNotContain("\tat ", "WARN", "ERROR");
        assertInStep("a");
    }
}
