package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A history that does not continue an agent's takes no block away unless somebody agrees. */
final class ImportRemovalsTest extends TransferTest {

    private StockGit other() {
        StockGit git = StockGit.init(folder.resolve("other"));
        git.put("system/other.md", "Other.").commit("Other");
        return git;
    }

    private Object state(String agentId) {
        return List.of(
                application.query("SELECT * FROM block ORDER BY id"),
                application.query("SELECT * FROM blocks_agents ORDER BY block_id"),
                application.query("SELECT tag FROM agents_tags WHERE agent_id = ?", agentId),
                application.query("SELECT * FROM git_memory.commit"),
                application.query("SELECT head_sha, state FROM git_memory.repo"));
    }

    private void assertRefused(String agentId, Path from, String... lines) {
        Object before = state(agentId);
        Cli.Run run = run("import", "--agent", agentId, "--from", from);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        assertThat(run.err())
                .contains("'" + from + "' does not continue the history of agent '" + agentId + "' and lacks ")
                .contains("nothing was changed", "Add --yes")
                .contains(lines);
        assertThat(state(agentId)).isEqualTo(before);
        String planned = ok("import", "--agent", agentId, "--from", from, "--dry-run");
        assertThat(planned).contains("which takes --yes:", "Nothing was changed");
        for (String line : lines) {
            assertThat(planned).contains(line.replace("  - ", "block: ").replace("lacks ", "would remove "));
        }
        assertThat(state(agentId)).isEqualTo(before);
    }

    @Test
    void blocksOfAnEnabledAgentStayUntilSomebodyAgrees() {
        enabledAgent("a");
        write(folder.resolve("notes/system/human.md"), "Yours.");
        write(folder.resolve("notes/no-block.txt"), "Not memory.");
        importInto("a", folder.resolve("notes"));
        StockGit git = other();

        assertRefused("a", git.folder(), "  - system/human\n", "  - system/persona\n");

        assertThat(importInto("a", git.folder(), "--yes"))
                .contains("removed 2 blocks that it lacks", "block: system/human", "block: system/persona");
        assertThat(application.labels("a")).containsExactly("system/other");
        assertInStep("a");
        assertThat(importInto("a", git.folder())).as("the same again").contains("the agent's history has it already");
    }

    @Test
    void rowsOfAnAgentThatIsNotEnabledStayUntilSomebodyAgrees() {
        application.createAgent("a");
        application.createBlock("a", "block-p", "persona", "Mine.");
        application.createBlock("a", "block-o", "other", "The same label.");
        StockGit git = other();

        assertRefused("a", git.folder(), "  - system/persona\n");

        importInto("a", git.folder(), "--yes");
        assertThat(application.labels("a")).containsExactly("system/other");
        assertInStep("a");
    }

    @Test
    void aRowThatIsNewerThanTheHistoryThatIsContinuedStaysUntilSomebodyAgrees() {
        enabledAgent("a");
        write(folder.resolve("notes/gone.md"), "Gone.");
        importInto("a", folder.resolve("notes"));
        ok("export", "--agent", "a", "--to", folder.resolve("a.git"));
        StockGit clone = StockGit.clone(folder.resolve("a.git").toString(), folder.resolve("clone"));
        clone.run("rm", "--quiet", "gone.md");
        clone.commit("Their own removal");
        ok("disable", "a");
        application.createBlock("a", "block-new", "new", "Written since.");

        assertRefused("a", clone.folder(), "lacks 1 block", "  - system/new\n");

        importInto("a", clone.folder(), "--yes");
        assertThat(application.labels("a")).containsExactly("system/persona");
    }

    @Test
    void aHistoryThatContinuesTheAgentsRemovesWhatItRemoves() {
        enabledAgent("a");
        ok("export", "--agent", "a", "--to", folder.resolve("a.git"));
        StockGit clone = StockGit.clone(folder.resolve("a.git").toString(), folder.resolve("clone"));
        clone.run("rm", "--quiet", "system/persona.md");
        clone.put("x.md", "X.").commit("Other things");

        assertThat(importInto("a", clone.folder()))
                .contains("- system/persona.md")
                .doesNotContain("that it lacks");
        assertThat(application.labels("a")).containsExactly("x");
        assertInStep("a");
    }

    @Test
    void aHistoryThatLacksNothingAndAFolderThatIsPrunedAskNobody() {
        enabledAgent("a");
        StockGit git = other();
        git.put("system/persona.md", "Theirs.").commit("Persona");
        assertThat(importInto("a", git.folder()))
                .contains("a history of its own")
                .doesNotContain("that it lacks");
        write(folder.resolve("notes/x.md"), "X.");
        importInto("a", folder.resolve("notes"), "--prune");
        assertThat(application.labels("a")).containsExactly("x");
        assertInStep("a");
    }

    @Test
    void veryManyAreCounted() {
        enabledAgent("a");
        for (int i = 0; i < 60; i++) {
            write(folder.resolve("notes/n%02d.md".formatted(i)), "x");
        }
        importInto("a", folder.resolve("notes"));

        assertRefused("a", other().folder(), "lacks 61 blocks", "  - n00\n", "  - n49\n", "... and 11 more");
    }

    @Test
    void itIsForImportsOfARepositoryOnly() {
        assertThat(run("import", "--agent", "a", "--from-rows", "--yes").err())
                .contains(
                        "--from-rows takes the agent's own rows: it excludes --from, --branch, --prune, --limit and --yes");
        assertThat(run("import", "--agent-file", "x.af", "--yes").exitCode()).isEqualTo(2);
        assertThat(run("import", "--yes").err()).contains("missing --agent");
    }
}
