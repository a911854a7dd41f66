package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names of files that not every program, file system or terminal takes. */
final class ImportNamesTest extends TransferTest {

    /** A repository whose only commit has the blob at this name; {@code name} is bytes, one a char. */
    private StockGit repository(String folderName, String name) throws IOException {
        StockGit git = StockGit.init(folder.resolve(folderName));
        git.put("fine.md", "Fine.").commit("Fine");
        String entry = "100644 blob " + git.run("rev-parse", "HEAD:fine.md") + "\t" + name + "\0";
        Path input = folder.resolve("entry");
        Files.write(input, entry.getBytes(StandardCharsets.ISO_8859_1));
        String tree = git.output(input, "mktree", "-z");
        git.run("update-ref", "refs/heads/main", git.run("commit-tree", "-p", "HEAD", "-m", "Name", tree));
        return git;
    }

    @Test
    void aNameThatIsNotUtf8IsRefusedAsGitShowsIt() throws IOException {
        enabledAgent("a");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "Mine.");
        String head = head("a");
        StockGit git = repository("git", "\u00ff\u00fe.md");
        git.fsck();
        Path bundle = folder.resolve("x.bundle");
        git.run("bundle", "create", bundle.toString(), "HEAD", "main");

        for (String agent : new String[] {"a", "plain"}) {
            for (Path from : new Path[] {git.folder(), bundle}) {
                Cli.Run run = run("import", "--agent", agent, "--from", from);
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err())
                        .contains("nothing was changed", "  - \"\\377\\376.md\": its name is not UTF-8; rename it");
            }
        }
        assertThat(head("a")).isEqualTo(head);
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("I am a");
        assertThat(application.block("plain", "persona", "value")).isEqualTo("Mine.");
        assertThat(application.query("SELECT * FROM git_memory.repo WHERE agent_id = 'plain'"))
                .isEmpty();
        assertInStep("a");
    }

    @Test
    void aNameThatIsNotUtf8InHistoryOnlyIsNoBlocksAndTakesNothingAway() throws IOException {
        enabledAgent("a");
        StockGit git = repository("git", "\u00ff.md");
        git.run("reset", "--quiet", "--hard");
        git.run("rm", "--quiet", "--cached", "-r", ".");
        git.put("\u00ff.md", "The name that Latin 1 makes of it.").put("one.md", "1");
        git.commit("Renamed");

        importInto("a", git.folder(), "--yes");

        assertThat(application.labels("a")).containsExactly("one", "\u00ff");
        assertInStep("a");
        importInto("a", git.folder());
    }

    @Test
    void inAFolderTooItIsRefused() throws Exception {
        enabledAgent("a");
        Path notes = folder.resolve("notes");
        write(notes.resolve("fine.md"), "Fine.");
        Process made = new ProcessBuilder(
                        "sh", "-c", "printf x > \"$(printf '\\377.md')\"; mkdir \"$(printf '+\\376')\"")
                .directory(notes.toFile())
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();

        Cli.Run run = run("import", "--agent", "a", "--from", notes);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("  - \"\\377.md\": its name is not UTF-8", "  - \"+\\376/\": its name is not");
        assertThat(application.labels("a")).containsExactly("system/persona");
        assertInStep("a");
    }

    @Test
    void namesThatAreOneOnSomeFileSystemsComeBackAsWeMadeThemWhereTheyMayComeAnew() {
        enabledAgent("a");
        environment.put("GIT_MEMORY_PORTABLE_LABELS", "false");
        Path notes = folder.resolve("notes");
        for (String label : new String[] {"system/PERSONA", "\u00fc", "u\u0308"}) {
            write(notes.resolve(label + ".md"), label);
        }
        importInto("a", notes);
        assertThat(application.labels("a"))
                .containsExactlyInAnyOrder("system/PERSONA", "system/persona", "\u00fc", "u\u0308");
        for (String name : new String[] {"out.git", "out.bundle", "out"}) {
            ok("export", "--agent", "a", "--to", folder.resolve(name));
            application.createAgent(name);
            importInto(name, folder.resolve(name));
            assertThat(application.labels(name)).isEqualTo(application.labels("a"));
            assertThat(application.block(name, "u\u0308", "value")).isEqualTo("u\u0308");
            if (!name.equals("out")) {
                assertThat(head(name)).isEqualTo(head("a"));
            }
            assertInStep(name);
        }
        StockGit.at(folder.resolve("out.git")).fsck();
    }
}
