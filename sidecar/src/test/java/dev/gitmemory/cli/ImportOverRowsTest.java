package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What an import says, before and after, of the rows of an agent that is not git's. */
final class ImportOverRowsTest extends TransferTest {

    private void plainAgent(String id) {
        application.createAgent(id);
        application.createBlock(id, "block-p-" + id, "persona", "Mine.");
        application.createBlock(id, "block-h-" + id, "human", "Yours.");
    }

    /** What both runs have to say of files and commits. */
    private void assertBothSay(String agentId, Path from, String[] more, String... words) {
        Object[] dry = new Object[more.length + 5];
        System.arraycopy(new Object[] {"--agent", agentId, "--from", from, "--dry-run"}, 0, dry, 0, 5);
        System.arraycopy(more, 0, dry, 5, more.length);
        int commits = application.query("SELECT * FROM git_memory.commit").size();
        String planned = ok("import", dry);
        assertThat(planned).contains(words).contains("Nothing was changed");
        assertThat(application.query("SELECT * FROM git_memory.commit")).hasSize(commits);
        assertThat(importInto(agentId, from, (Object[]) more)).contains(words);
        assertInStep(agentId);
    }

    @Test
    void aRepositoryThatLacksTheRowsSaysThatTheyGoAndWhereTheyAreKept() {
        plainAgent("a");
        StockGit git = StockGit.init(folder.resolve("git"));
        git.put("system/other.md", "Other.").commit("Other");
        String[] words = {
            "files: 1 added, 0 changed, 2 removed",
            "+ system/other.md",
            "- system/human.md",
            "- system/persona.md",
            "2 more commits for what the agent's rows ",
            "'Enable again git memory for a', 'Return to what git had for a'"
        };
        assertBothSay("a", git.folder(), new String[] {"--yes"}, words);
        assertThat(application.labels("a")).containsExactly("system/other");
    }

    @Test
    void aFolderSaysWhatItDoesToTheRows() {
        plainAgent("a");
        Path notes = folder.resolve("notes");
        write(notes.resolve("system/persona.md"), "Imported.");
        write(notes.resolve("x.md"), "X.");
        assertBothSay(
                "a",
                notes,
                new String[0],
                "files: 1 added, 1 changed, 0 removed",
                "one more commit for what the agent's rows ",
                "'Enable git memory for a'");
        plainAgent("b");
        assertBothSay(
                "b", notes, new String[] {"--prune"}, "files: 1 added, 1 changed, 1 removed", "- system/human.md");
        assertThat(application.labels("b")).containsExactly("system/persona", "x");
    }

    @Test
    void whatTheRowsSayAlreadyChangesNothingInThem() {
        plainAgent("a");
        ok("enable", "a");
        ok("export", "--agent", "a", "--to", folder.resolve("out"));
        ok("export", "--agent", "a", "--to", folder.resolve("out.git"));
        ok("disable", "a");
        plainAgent("b");
        assertBothSay("b", folder.resolve("out"), new String[0], "no commit: the agent's files are the same already");
        plainAgent("c");
        assertBothSay("c", folder.resolve("out.git"), new String[0], "files: 1 added, 0 changed, 0 removed", "+ .git");

        application.update("UPDATE block SET value = 'Newer.' WHERE id = 'block-p-a'");
        assertBothSay(
                "a",
                folder.resolve("out.git"),
                new String[0],
                "no commit: the agent's history has it already",
                "files: 0 added, 1 changed, 0 removed",
                "~ system/persona.md",
                "'Enable again git memory for a', 'Return to what git had for a'");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Mine.");
    }
}
