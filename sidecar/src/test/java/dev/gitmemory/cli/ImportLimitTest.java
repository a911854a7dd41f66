package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values that are longer than the limit of a file that states none, and the ways out. */
final class ImportLimitTest extends TransferTest {

    private static final String LONG = "x".repeat(150_000);

    private Path notes() {
        Path notes = folder.resolve("notes");
        write(notes.resolve("plain.md"), LONG);
        write(notes.resolve("described.md"), "---\n# kept\ndescription: Long\nowner: ops\n---\n" + LONG);
        write(notes.resolve("short.md"), "Short.");
        write(notes.resolve("stated.md"), "---\nlimit: 7\n---\nStated.");
        write(notes.resolve("skills/s/SKILL.md"), "---\nlimit: null\n---\n" + LONG);
        write(notes.resolve("no-block.txt"), LONG);
        return notes;
    }

    private StockGit git() {
        Path notes = notes();
        StockGit git = StockGit.init(notes);
        git.run("add", "-A");
        git.commit("Notes");
        return git;
    }

    private void assertImported(String agentId, int limit) {
        for (String label : List.of("plain", "described", "skills/s")) {
            assertThat(application.block(agentId, label, "value")).isEqualTo(LONG);
            assertThat(application.block(agentId, label, "limit")).isEqualTo("" + limit);
        }
        assertThat(application.block(agentId, "described", "description")).isEqualTo("Long");
        assertThat(application.block(agentId, "short", "limit")).isEqualTo("" + limit);
        assertThat(application.block(agentId, "stated", "limit")).isEqualTo("7");
        assertInStep(agentId);
    }

    private void assertRefused(Path from) {
        Cli.Run run = run("import", "--agent", "a", "--from", from);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("3 files of '" + from + "' can't be memory; nothing was changed");
        for (String path : List.of("plain.md", "described.md", "skills/s/SKILL.md")) {
            assertThat(run.err())
                    .contains("  - " + path
                            + ": value is 150000 characters long, over the limit of 100000 of a file without 'limit:'; add"
                            + " 'limit: 150000' to the file's front matter, or give --limit 150000");
        }
        Cli.Run less = run("import", "--agent", "a", "--from", from, "--limit", 120_000);
        assertThat(less.exitCode()).isEqualTo(1);
        assertThat(less.err())
                .contains(
                        "  - plain.md: value is 150000 characters long, over --limit 120000; add 'limit: 150000' to the"
                                + " file's front matter, or give --limit 150000")
                .doesNotContain("short.md", "stated.md");
    }

    @Test
    void aFolderIsRefusedWithTheWaysOutAndEachOfThemWorks() {
        enabledAgent("a");
        Path notes = notes();
        String head = head("a");
        assertRefused(notes);
        assertThat(head("a")).isEqualTo(head);
        assertThat(importInto("a", notes, "--limit", 200_000, "--dry-run"))
                .contains("limits: 4 files that had none would get one written into them", "limit: plain.md");
        assertThat(head("a")).isEqualTo(head);

        assertThat(importInto("a", notes, "--limit", 200_000))
                .contains("limits: 4 files that had none got one written into them");
        assertImported("a", 200_000);
        ok("export", "--agent", "a", "--to", folder.resolve("out"));
        assertThat(folder.resolve("out/described.md"))
                .hasContent("---\n# kept\ndescription: Long\nlimit: 200000\nowner: ops\n---\n" + LONG);
        String imported = head("a");
        assertThat(importInto("a", notes, "--limit", 200_000)).contains("no commit");
        assertThat(importInto("a", notes, "--limit", 300_000))
                .as("they keep theirs")
                .contains("no commit");
        assertThat(head("a")).isEqualTo(imported);

        enabledAgent("b");
        for (String path : List.of("plain.md", "described.md", "skills/s/SKILL.md")) {
            write(notes.resolve(path), "---\nlimit: 150000\n---\n" + LONG);
        }
        importInto("b", notes);
        assertThat(application.block("b", "plain", "limit")).isEqualTo("150000");
    }

    @Test
    void aRepositoryGetsTheLimitsInOneCommitOnTopOfItsOwn() {
        application.createAgent("a");
        StockGit git = git();
        String theirs = git.run("rev-parse", "HEAD");
        assertRefused(git.folder());
        assertThat(application.query("SELECT * FROM git_memory.repo")).isEmpty();

        assertThat(importInto("a", git.folder(), "--limit", 200_000))
                .contains("the whole history, 1 commit with its id", "got one written into them, in one more commit");
        assertImported("a", 200_000);
        ok("export", "--agent", "a", "--to", folder.resolve("a.git"));
        StockGit back = StockGit.at(folder.resolve("a.git"));
        back.fsck();
        assertThat(back.run("rev-list", "--parents", "-1", "main")).endsWith(" " + theirs);
        assertThat(back.lines("diff", "--name-only", "main~1", "main"))
                .containsExactly("described.md", "plain.md", "short.md", "skills/s/SKILL.md");
        String head = head("a");
        assertThat(importInto("a", git.folder(), "--limit", 200_000)).contains("the agent's history has it already");
        assertThat(importInto("a", git.folder())).contains("the agent's history has it already");
        assertThat(head("a")).isEqualTo(head);

        git.put("plain.md", LONG + "y").commit("Longer");
        assertThat(importInto("a", git.folder(), "--limit", 400_000))
                .contains("a history of its own, 1 commit", "files: 0 added, 1 changed, 0 removed", "~ plain.md");
        assertThat(application.block("a", "plain", "value")).endsWith("xy");
        assertImportedLimits("a");
        assertInStep("a");
    }

    private void assertImportedLimits(String agentId) {
        for (String label : List.of("plain", "described", "skills/s", "short")) {
            assertThat(application.block(agentId, label, "limit")).as(label).isEqualTo("200000");
        }
    }

    @Test
    void aHistoryOfItsOwnAndOneThatContinuesGetTheLimitsToo() {
        enabledAgent("a");
        StockGit git = git();
        importInto("a", git.folder(), "--limit", 200_000, "--yes");
        assertImported("a", 200_000);

        ok("export", "--agent", "a", "--to", folder.resolve("a.git"));
        StockGit clone = StockGit.clone(folder.resolve("a.git").toString(), folder.resolve("clone"));
        clone.put("new.md", LONG).put("plain.md", "Now short.").commit("More");
        assertThat(importInto("a", clone.folder(), "--limit", 300_000)).contains("fast-forward", "in one more commit");
        assertThat(application.block("a", "new", "limit")).isEqualTo("300000");
        assertThat(application.block("a", "plain", "limit")).isEqualTo("200000");
        assertThat(application.block("a", "plain", "value")).isEqualTo("Now short.");
        assertInStep("a");
    }

    @Test
    void aBlockThatTheAgentHasKeepsItsLimitAndThatIsSaid() {
        for (String agent : List.of("a", "b")) {
            application.createAgent(agent);
            application.createBlock(agent, "block-plain-" + agent, "system/plain", "Short.");
        }
        ok("enable", "a");
        String most = application.block("a", "system/plain", "limit");
        Path notes = folder.resolve("notes");
        write(notes.resolve("system/plain.md"), "y".repeat(Integer.parseInt(String.valueOf(most)) + 1));
        for (String agent : List.of("a", "b")) {
            Cli.Run run = run("import", "--agent", agent, "--from", notes, "--limit", 1_000_000);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("over the limit of " + most
                            + " that the agent's block has, which --limit does not change; add 'limit: ");
        }
        write(notes.resolve("system/plain.md"), "Still short.");
        for (String agent : List.of("a", "b")) {
            importInto(agent, notes, "--limit", 1_000_000);
            assertThat(application.block(agent, "system/plain", "value")).isEqualTo("Still short.");
            assertThat(application.block(agent, "system/plain", "limit")).isEqualTo(most);
            assertInStep(agent);
        }
    }

    @Test
    void limitsThatAreNoneAreRefused() {
        for (String limit : List.of("0", "-1", "many", "3000000000", "1.5")) {
            Cli.Run run = run("import", "--agent", "a", "--from", "x", "--limit", limit);
            assertThat(run.exitCode()).as(limit).isEqualTo(2);
            assertThat(run.err()).contains("--limit").doesNotContain("java", "Exception");
        }
        assertThat(run("import", "--agent", "a", "--from-rows", "--limit", "5").err())
                .contains("excludes --from, --branch, --prune, --limit and --yes");
    }
}
