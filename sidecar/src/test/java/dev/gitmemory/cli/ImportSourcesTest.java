package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sources that are not what they seem, or not what memory can be: each is told by its own reason. */
final class ImportSourcesTest extends TransferTest {

    private String refused(Path from) {
        Cli.Run run = run("import", "--agent", "a", "--from", from);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).contains("nothing was changed");
        return run.err();
    }

    @Test
    void aTextOverSixteenMebibytesIsCalledTooLongAndNotNoText() {
        enabledAgent("a");
        String head = head("a");
        String text = "---\nlimit: 100000000\n---\n" + "x".repeat((16 << 20) + 1);
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put("long.md", text).commit("Long");
        write(folder.resolve("notes/long.md"), text);
        for (Path from : List.of(git.folder(), folder.resolve("notes"))) {
            assertThat(refused(from)).contains("  - long.md: over 16 MiB, which is the most that a block may have");
        }
        assertThat(head("a")).isEqualTo(head);
    }

    @Test
    void theFolderMayBeALinkButNotAFileInIt() throws IOException {
        enabledAgent("a");
        write(folder.resolve("notes/x.md"), "X.");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("notes"));
        importInto("a", link);
        assertThat(application.block("a", "x", "value")).isEqualTo("X.");
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put("y.md", "Y.").commit("Y");
        importInto("a", Files.createSymbolicLink(folder.resolve("git-link"), git.folder()), "--yes");
        assertThat(application.block("a", "y", "value")).isEqualTo("Y.");
        Files.createSymbolicLink(folder.resolve("notes/z.md"), folder.resolve("notes/x.md"));
        assertThat(refused(link)).contains("  - z.md: a symbolic link");
    }

    @Test
    void aRepositoryWithOtherIdsIsToldHowToConvertAndThatHelps() throws IOException {
        enabledAgent("a");
        StockGit sha256 = StockGit.at(Files.createDirectory(folder.resolve("sha256")));
        sha256.run("init", "--quiet", "--initial-branch=main", "--object-format=sha256");
        sha256.put("x.md", "X.").commit("X");
        Path bundle = folder.resolve("x.bundle");
        sha256.run("bundle", "create", bundle.toString(), "--all");
        for (Path from : List.of(bundle, sha256.folder())) {
            assertThat(refused(from))
                    .contains("names its objects by sha256")
                    .contains(
                            "'git init --object-format=sha1 NEW', then 'git fast-export --all | git -C NEW fast-import'");
        }
        StockGit sha1 = StockGit.at(Files.createDirectory(folder.resolve("NEW")));
        sha1.run("init", "--quiet", "--object-format=sha1");
        Path stream = folder.resolve("stream");
        Files.writeString(stream, sha256.attempt("fast-export", "--all").output());
        sha1.feed(stream, "fast-import", "--quiet");
        importInto("a", sha1.folder(), "--yes");
        assertThat(application.block("a", "x", "value")).isEqualTo("X.");
    }

    @Test
    void pointersOfGitLfsAreNamedAndBecomeNoMemory() {
        enabledAgent("a");
        StockGit git = StockGit.init(folder.resolve("git"));
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 12345\n";
        git.put(".gitattributes", "*.md filter=lfs diff=lfs merge=lfs -text\n");
        git.put("system/persona.md", pointer).commit("LFS");
        assertThat(refused(git.folder())).contains("  - system/persona.md: a pointer of Git LFS");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("I am a");
        assertInStep("a");
    }

    @Test
    void settingsOfGitThatTakeThePlaceOfOursAreWarnedOf() {
        enabledAgent("a");
        enabledAgent("b");
        String warning = "warning: its .gitattributes ";
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put(".gitattributes", "*.md text eol=crlf\n").put("x.md", "X.").commit("CRLF");
        assertThat(importInto("a", git.folder(), "--dry-run")).contains(warning + "would take the place");
        assertThat(importInto("a", git.folder(), "--yes")).contains(warning + "has taken the place");
        assertThat(importInto("a", git.folder())).as("nothing new").doesNotContain(warning);
        ok("export", "--agent", "b", "--to", folder.resolve("b.git"));
        assertThat(importInto("a", folder.resolve("b.git"), "--yes")).as("ours").doesNotContain(warning);
        assertThat(importInto("b", git.folder(), "--yes")).contains(warning + "has taken the place");
    }

    @Test
    void anAgentFileThatIsAPipeIsRefusedInsteadOfWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Cli.Run run = run("import", "--agent-file", pipe);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(pipe.toString(), "no regular file").doesNotContain("Exception", "--verbose");
    }

    @Test
    void aNameWithALineEndStaysOnItsLine() {
        enabledAgent("a");
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put("a\nHead: 0.txt", "Not memory.").put("b\u001b[2J.md", "x").commit("Names");
        assertThat(refused(git.folder())).contains("  - b\\u001b[2J.md: ").doesNotContain("\u001b", "\nHead: 0");
    }
}
