package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands, and labels that can't be checked out on Windows or macOS, or that enabling renames. */
final class PortableLabelsCommandTest extends TransferTest {

    private static final String WAY_OUT = "; take another name, or allow it by --no-portable-labels";

    private Path notes() {
        Path notes = folder.resolve("notes");
        write(notes.resolve("aux.md"), "1");
        write(notes.resolve("con/x.md"), "2");
        write(notes.resolve("a?b.md"), "3");
        write(notes.resolve("system/Persona.md"), "4");
        write(notes.resolve("fine.md"), "5");
        return notes;
    }

    private StockGit repository() {
        StockGit git = StockGit.init(folder.resolve("git"));
        for (String path : List.of("aux.md", "con/x.md", "a?b.md", "Notes/a.md", "notes/b.md", "fine.md")) {
            git.put(path, path);
        }
        git.commit("Names");
        return git;
    }

    @Test
    void anImportNamesAllOfThemAndChangesNothing() {
        enabledAgent("a");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "Mine.");
        String head = head("a");
        for (String agent : List.of("a", "plain")) {
            for (Path from : List.of(notes(), repository().folder())) {
                Cli.Run run = run("import", "--agent", agent, "--from", from);
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err())
                        .contains(
                                "can't be memory; nothing was changed",
                                "  - aux.md: Windows can't have its file 'aux.md'")
                        .contains("  - con/x.md: ", "  - a?b.md: ", WAY_OUT)
                        .doesNotContain("fine.md");
                assertThat(run.err())
                        .contains(
                                from.endsWith("notes")
                                        ? "  - system/Persona.md: its file 'system/Persona.md' differs from 'system/persona.md' only"
                                        : "  - notes/b.md: its folder 'notes' differs from 'Notes' only in case");
            }
        }
        assertThat(head("a")).isEqualTo(head);
        assertThat(application.query("SELECT * FROM git_memory.repo WHERE agent_id = 'plain'"))
                .isEmpty();
        assertThat(application.labels("plain")).containsExactly("persona");
        assertInStep("a");
    }

    @Test
    void itImportsThemWhereThatIsAllowed() {
        enabledAgent("a");
        enabledAgent("b");
        enabledAgent("c");
        importInto("a", notes(), "--no-portable-labels");
        importInto("b", repository().folder(), "--portable-labels=false", "--yes");
        environment.put("GIT_MEMORY_PORTABLE_LABELS", "false");
        assertThat(run("import", "--agent", "c", "--from", notes(), "--portable-labels")
                        .exitCode())
                .as("a flag wins over the environment")
                .isEqualTo(1);
        importInto("c", notes());
        assertThat(application.labels("a"))
                .containsExactlyInAnyOrder("a?b", "aux", "con/x", "fine", "system/Persona", "system/persona");
        assertThat(application.labels("b")).contains("Notes/a", "notes/b", "con/x");
        environment.remove("GIT_MEMORY_PORTABLE_LABELS");

        Path notes = notes();
        write(notes.resolve("aux.md"), "changed");
        importInto("a", notes);
        assertThat(application.block("a", "aux", "value")).as("it is there").isEqualTo("changed");
        write(notes.resolve("AUX2/aux.md"), "new");
        assertThat(run("import", "--agent", "a", "--from", notes).err()).contains("  - AUX2/aux.md: ");
        assertInStep("a");
    }

    @Test
    void theRowsOfAnAgentThatAnImportEnablesStay() {
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "Aux", "row");
        Path notes = folder.resolve("some");
        write(notes.resolve("system/Aux.md"), "file");
        assertThat(importInto("plain", notes, "--dry-run"))
                .contains(
                        "  1 label would be renamed, and stays so when the agent is disabled:\n    Aux -> system/Aux\n");
        assertThat(importInto("plain", notes)).contains("  1 label was renamed", "    Aux -> system/Aux\n");
        assertThat(application.block("plain", "system/Aux", "value")).isEqualTo("file");
        application.createAgent("twin");
        application.createBlock("twin", "block-twin", "Persona", "row");
        write(notes.resolve("system/persona.md"), "file");
        Cli.Run run = run("import", "--agent", "twin", "--from", notes);
        assertThat(run.err())
                .contains("  - system/persona.md: its file 'system/persona.md' differs from 'system/Persona.md'");
        assertThat(application.labels("twin")).as("not enabled on the way").containsExactly("Persona");
    }

    @Test
    void anAgentFileIsRefusedAsAWhole() throws IOException {
        Path file = folder.resolve("luna.af");
        Files.writeString(file, """
                {"agents": [{"id": "agent-0", "name": "Luna", "agent_type": "memgpt_agent",
                             "block_ids": ["block-0", "block-1", "block-2"]}],
                 "blocks": [{"id": "block-0", "label": "persona", "value": "v"},
                            {"id": "block-1", "label": "NUL", "value": "v"},
                            {"id": "block-2", "label": "system/Persona", "value": "v"}]}
                """);
        Cli.Run run = run("import", "--agent-file", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "Labels of agent 'Luna' can't come anew: ",
                        "'system/NUL.md'",
                        "'system/Persona.md' differs from")
                .contains("nothing was imported" + WAY_OUT);
        assertThat(application.query("SELECT id FROM agents")).isEmpty();
        assertThat(ok("import", "--agent-file", file, "--no-portable-labels"))
                .contains(
                        "with 3 blocks\n  2 labels were renamed",
                        "    NUL -> system/NUL\n    persona -> system/persona\n");
        assertThat(application.query("SELECT id FROM agents")).hasSize(1);
    }

    @Test
    void enableListsEachRenamedLabelAndWhatIsNotPortable() {
        application.createAgent("a");
        application.createBlock("a", "block-1", "persona", "v");
        application.createBlock("a", "block-2", "aux", "v");
        application.createBlock("a", "block-3", "system/human", "v");
        application.createBlock("a", "block-4", "../up", "v");
        String dry = ok("enable", "a", "--dry-run");
        assertThat(dry)
                .contains(
                        "a: 3 blocks would become git's",
                        "  1 block would be left out and frozen, for git can't have it:",
                        "    '../up', block block-4: ",
                        "  2 labels would be renamed, and stay so when the agent is disabled:",
                        "    aux -> system/aux",
                        "    persona -> system/persona",
                        "  warning: 1 label can't be checked out on every system, and can be renamed:",
                        "    'system/aux': Windows can't have its file 'system/aux.md'",
                        "Nothing was changed: this was a --dry-run.");
        assertThat(application.labels("a")).containsExactly("../up", "aux", "persona", "system/human");
        assertThat(application.query("SELECT * FROM git_memory.repo")).isEmpty();
        assertThat(store()).doesNotExist();

        String done = ok("enable", "a");
        assertThat(done)
                .contains(
                        "a: enabled, 1 commit",
                        "  2 labels were renamed, and stay so when the agent is disabled:",
                        "    aux -> system/aux",
                        "    persona -> system/persona",
                        "  warning: 1 label can't",
                        "  1 block was left out and frozen");
        assertThat(ok("enable", "a")).contains("a: enabled").doesNotContain("renamed,");
        assertThat(ok("enable", "a", "--dry-run")).contains("a: is enabled already");
        assertThat(ok("enable", "a", "--no-portable-labels")).doesNotContain("warning");
        assertThat(ok("disable", "a"))
                .contains(
                        "a: disabled", "labels stay as they are: those that enabling gave the prefix system/ keep it");
        assertThat(application.labels("a")).contains("system/persona", "system/aux");
    }

    @Test
    void ofVeryManyRenamedLabelsItListsTheFirstAndCountsTheRest() {
        application.createAgent("a");
        for (int i = 0; i < 53; i++) {
            application.createBlock("a", "block-" + i, "note-%02d".formatted(i), "v");
        }
        assertThat(ok("enable", "a"))
                .contains("  53 labels were renamed", "    note-49 -> system/note-49\n    ... and 3 more")
                .doesNotContain("note-50");
    }
}
