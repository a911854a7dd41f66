package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Memory from everywhere, made by stock git, on top of every state that an agent can be in. */
final class ImportCommandTest extends TransferTest {

    private static final String PERSONA = "---\ndescription: Who I am\nlimit: 300\nread_only: true\n---\nImported.\n";

    /** A repository with a work tree, three commits, another branch and a tag. */
    private StockGit source(String name) {
        StockGit git = StockGit.init(folder.resolve(name));
        git.put("system/persona.md", "First.").commit("One");
        git.run("tag", "-a", "v1", "-m", "Version 1");
        git.put("system/persona.md", PERSONA).put("notes/a.md", "a").commit("Two");
        git.run("branch", "side");
        git.put("skills/search/SKILL.md", "How to search").put("skills/search/run.sh", "#!/bin/sh\n");
        git.commit("Three");
        return git;
    }

    private StockGit exported(String agentId, String name) {
        ok("export", "--agent", agentId, "--to", folder.resolve(name));
        return StockGit.at(folder.resolve(name));
    }

    @Test
    void anAgentWithoutAnythingTakesTheWholeHistoryWithItsIds() {
        application.createAgent("a");
        StockGit source = source("src");
        String head = source.run("rev-parse", "HEAD");

        String out = importInto("a", source.folder());

        assertThat(out).contains("a git repository with a work tree", "the whole history, 3 commits", "Head: " + head);
        assertThat(head("a")).isEqualTo(head);
        assertThat(application.labels("a")).containsExactly("notes/a", "skills/search", "system/persona");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Imported.\n");
        assertThat(application.block("a", "system/persona", "read_only")).isEqualTo("t");
        assertThat(application.block("a", "system/persona", "git_sha"))
                .isEqualTo(source.run("log", "-1", "--format=%H", "--", "system/persona.md"));
        assertInStep("a");
        StockGit back = exported("a", "back.git");
        back.fsck();
        assertThat(back.lines("for-each-ref")).isEqualTo(source.lines("for-each-ref"));
        assertThat(importInto("a", source.folder())).contains("the agent's history has it already");
        assertThat(head("a")).isEqualTo(head);
    }

    private List<String> authors(String agentId) {
        return application
                .query(
                        "SELECT author_type, author_id, author_name, message FROM git_memory.commit WHERE agent_id = ?"
                                + " ORDER BY seq, message",
                        agentId)
                .stream()
                .map(commit -> "%s %s (%s): %s"
                        .formatted(
                                commit.get("author_type"),
                                commit.get("author_id"),
                                commit.get("author_name"),
                                commit.get("message")))
                .toList();
    }

    @Test
    void commitsOfOthersAreOfUsersWhateverTheySayAndWhatImportItselfCommitsIsTheSystems() throws IOException {
        application.createAgent("a");
        StockGit git = StockGit.init(folder.resolve("authors"));
        git.put("one.md", "1");
        git.run("commit", "--quiet", "--author", "Ada <ada@example.org>", "-m", "By a person");
        git.put("one.md", "2");
        String claim = "By an agent\n\nAuthor-Type: agent\nAuthor-Id: agent-7";
        git.run("commit", "--quiet", "--author", "Bot <bot@agent.git-memory.invalid>", "-m", claim);
        importInto("a", git.folder());

        List<String> theirs =
                List.of("user ada@example.org (Ada): By a person", "user bot@agent.git-memory.invalid (Bot): " + claim);
        assertThat(authors("a")).containsExactlyElementsOf(theirs);

        String bundle = folder.resolve("a.bundle").toString();
        ok("export", "--agent", "a", "--to", bundle);
        application.createAgent("b");
        importInto("b", Path.of(bundle));
        assertThat(authors("b")).containsExactlyElementsOf(theirs);

        write(folder.resolve("notes/two.md"), "2");
        importInto("b", folder.resolve("notes"));
        assertThat(authors("b")).hasSize(3).last().asString().startsWith("system git-memory (git-memory): Import ");
    }

    @Test
    void ourOwnCommitsAreOursInTheAgentsHistoryAndTextInAnotherAgents() throws IOException {
        enabledAgent("a");
        write(folder.resolve("notes/two.md"), "2");
        importInto("a", folder.resolve("notes"));
        List<String> ours = authors("a");
        assertThat(ours).allMatch(author -> author.startsWith("system git-memory (git-memory): "));
        StockGit clone = StockGit.clone(exported("a", "a.git").folder().toString(), folder.resolve("clone"));
        clone.put("three.md", "3").commit("Add");

        importInto("a", clone.folder());
        assertThat(authors("a")).startsWith(ours.toArray(String[]::new)).hasSize(3);

        application.createAgent("b");
        importInto("b", clone.folder());
        assertThat(authors("b")).hasSize(3).allMatch(author -> author.startsWith("user "));
        assertThat(authors("b").get(0))
                .startsWith("user git-memory@system.git-memory.invalid (git-memory): Enable git memory for a")
                .contains("\n\nAuthor-Type: system\nAuthor-Id: git-memory\nGit-Memory-MAC: ");
        assertInStep("b");
    }

    @Test
    void aHistoryThatContinuesTheAgentsIsFollowedCommitByCommit() {
        enabledAgent("a");
        StockGit clone = StockGit.clone(exported("a", "a.git").folder().toString(), folder.resolve("clone"));
        String before = head("a");
        clone.put("system/persona.md", "Edited.").commit("Edit");
        clone.put("new.md", "New.");
        String after = clone.commit("Add");

        String planned = importInto("a", clone.folder(), "--dry-run");
        assertThat(planned)
                .contains("fast-forward from " + before + ", 2 commits", "files: 1 added, 1 changed, 0 removed");
        assertThat(planned).contains("Nothing was changed");
        assertThat(head("a")).isEqualTo(before);

        importInto("a", clone.folder());
        assertThat(head("a")).isEqualTo(after);
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Edited.");
        assertThat(application.block("a", "new", "value")).isEqualTo("New.");
        assertInStep("a");
    }

    @Test
    void anUnrelatedHistoryBecomesOneMergeCommitWithItsFilesAndNothingOfOursIsLost() {
        enabledAgent("a");
        String ours = head("a");
        StockGit source = source("src");
        String theirs = source.run("rev-parse", "HEAD");

        assertThat(importInto("a", source.folder())).contains("a history of its own, 3 commits", "ref: refs/tags/v1");

        StockGit back = exported("a", "back.git");
        assertThat(back.run("rev-list", "--parents", "-1", "main")).endsWith(" " + ours + " " + theirs);
        assertThat(back.run("rev-parse", "refs/heads/side")).isEqualTo(source.run("rev-parse", "side"));
        assertThat(back.files("main").keySet())
                .containsExactly(
                        ".gitattributes",
                        "notes/a.md",
                        "skills/search/SKILL.md",
                        "skills/search/run.sh",
                        "system/persona.md");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Imported.\n");
        assertThat(application.block("a", "system/persona", "id")).isEqualTo("block-a");
        assertInStep("a");

        String merged = head("a");
        assertThat(importInto("a", source.folder())).contains("the agent's history has it already");
        assertThat(head("a")).isEqualTo(merged);
    }

    @Test
    void aHistoryThatHasPartedIsMergedAndTheImportedFilesWin() {
        enabledAgent("a");
        StockGit clone = StockGit.clone(exported("a", "a.git").folder().toString(), folder.resolve("clone"));
        clone.put("theirs.md", "Theirs.").commit("Theirs");
        write(folder.resolve("mine/ours.md"), "Ours.");
        importInto("a", folder.resolve("mine"));
        clone.run("tag", "v1");

        assertThat(importInto("a", clone.folder(), "--yes"))
                .contains("a history of its own, 1 commit", "+ theirs.md", "- ours.md", "ref: refs/tags/v1");
        assertThat(application.labels("a")).containsExactly("system/persona", "theirs");
        assertInStep("a");
    }

    @Test
    void aTagOfOursIsNotMovedAndTheOtherOneComesInUnderAnotherName() {
        application.createAgent("a");
        StockGit source = source("src");
        importInto("a", source.folder());
        String ours = source.run("rev-parse", "v1");
        source.run("tag", "-f", "v1");
        String theirs = source.run("rev-parse", "v1");

        String name = "refs/imported/" + theirs.substring(0, 12) + "/tags/v1";
        assertThat(importInto("a", source.folder())).contains("ref: " + name + " at " + theirs);
        StockGit back = exported("a", "back.git");
        assertThat(back.run("rev-parse", "v1")).isEqualTo(ours);
        assertThat(back.run("rev-parse", name)).isEqualTo(theirs);
        assertThat(importInto("a", source.folder())).doesNotContain("ref:");
    }

    @Test
    void aBundleIsTakenAndOneThatContinuesFromWhatTheAgentHas() {
        application.createAgent("a");
        StockGit source = source("src");
        Path whole = folder.resolve("whole.bundle");
        source.run("bundle", "create", whole.toString(), "HEAD", "main");
        String first = source.run("rev-parse", "HEAD");
        assertThat(importInto("a", whole)).contains("a git bundle", "3 commits");
        assertThat(head("a")).isEqualTo(first);

        source.put("notes/a.md", "a is longer now and almost the same").commit("Four");
        Path increment = folder.resolve("increment.bundle");
        source.run("bundle", "create", increment.toString(), first + "..main", "main");
        application.createAgent("b");
        Cli.Run missing = run("import", "--agent", "b", "--from", increment);
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("it continues from commit " + first, "git bundle create FILE --all");
        assertThat(importInto("a", increment)).contains("fast-forward from " + first);
        assertThat(head("a")).isEqualTo(source.run("rev-parse", "HEAD"));
        assertInStep("a");
    }

    /** What Letta's server stores: every file of .git as an object, and object storage has no empty folders. */
    private Path lettaMemfs(StockGit git) throws IOException {
        Path repo = folder.resolve("memfs/org-1/a/repo.git");
        Path dotGit = git.folder().resolve(".git");
        try (Stream<Path> files = Files.walk(dotGit)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = repo.resolve(dotGit.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return repo;
    }

    @Test
    void aLettaMemoryFileSystemIsTakenOverWithItsHistory() throws IOException {
        StockGit letta = StockGit.init(folder.resolve("letta"));
        letta.run("checkout", "--quiet", "-b", "master");
        letta.put("system/persona.md", "---\ndescription: Who\nlimit: 5000\n---\nI am Letta's.")
                .commit("Initial");
        letta.put("system/persona.md", "---\ndescription: Who\nlimit: 5000\n---\nI know more.")
                .commit("Update");
        Path repo = lettaMemfs(letta);
        assertThat(repo.resolve("refs/tags")).doesNotExist();
        application.createAgent("a");
        application.createBlock("a", "block-a", "system/persona", "I know more.");
        application.update("UPDATE block SET description = 'Who' WHERE id = 'block-a'");

        String out = importInto("a", repo.resolve(".."));

        assertThat(out).contains("Letta memory file system (memfs), branch master", "the whole history, 2 commits");
        assertThat(application.block("a", "system/persona", "id")).isEqualTo("block-a");
        assertThat(application.block("a", "system/persona", "git_sha")).isEqualTo(letta.run("rev-parse", "HEAD"));
        assertInStep("a");
    }

    @Test
    void rowsThatDifferFromTheImportedHistoryAreKeptInItAndTheImportWins() {
        StockGit source = source("src");
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "What the row said.");
        application.createBlock("a", "block-b", "only-here", "What nobody else has.");

        importInto("a", source.folder(), "--yes");

        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Imported.\n");
        assertThat(application.block("a", "system/persona", "id")).isEqualTo("block-a");
        assertThat(application.labels("a")).containsExactly("notes/a", "skills/search", "system/persona");
        assertInStep("a");
        StockGit back = exported("a", "back.git");
        assertThat(back.lines("log", "--format=%s", "main"))
                .containsExactly(
                        "Return to what git had for a", "Enable again git memory for a", "Three", "Two", "One");
        assertThat(back.files("main~1").get("system/persona.md")).contains("What the row said.");
        assertThat(back.files("main~1").get("system/only-here.md")).contains("What nobody else has.");
        assertThat(back.run("diff", "--stat", "main", "main~2")).contains(".gitattributes");
        String head = head("a");
        importInto("a", source.folder());
        assertThat(head("a")).isEqualTo(head);
    }

    @Test
    void aFolderBecomesOneCommitAndTheOtherBlocksStayUnlessTheyArePruned() {
        enabledAgent("a");
        Path notes = folder.resolve("notes");
        write(notes.resolve("system/persona.md"), PERSONA);
        write(notes.resolve("deep/down.md"), "Down.");
        write(notes.resolve(".obsidian/app.json"), "{}");
        write(notes.resolve(".DS_Store"), "x");

        assertThat(importInto("a", notes))
                .contains("a folder of files", "one commit", "+ deep/down.md", "~ system/persona.md")
                .contains("left out: .DS_Store: hidden", "left out: .obsidian/: hidden");
        assertThat(application.block("a", "deep/down", "value")).isEqualTo("Down.");
        String head = head("a");
        assertThat(importInto("a", notes)).contains("no commit: the agent's files are the same already");
        assertThat(head("a")).isEqualTo(head);

        Path less = folder.resolve("less");
        write(less.resolve("deep/down.md"), "Deeper.");
        importInto("a", less);
        assertThat(application.labels("a")).containsExactly("deep/down", "system/persona");
        assertThat(importInto("a", less, "--prune")).contains("- system/persona.md");
        assertThat(application.labels("a")).containsExactly("deep/down");
        assertInStep("a");
    }

    @Test
    void aFolderIntoAnAgentThatIsNotEnabledKeepsItsRows() {
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "Mine.");
        write(folder.resolve("notes/x.md"), "X.");
        assertThat(importInto("a", folder.resolve("notes"))).contains("the agent has become git's");
        assertThat(application.labels("a")).containsExactly("system/persona", "x");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Mine.");
        assertInStep("a");
    }

    @Test
    void whatIsExportedComesBackAsItWas() {
        enabledAgent("a");
        write(
                folder.resolve("notes/sub/\u00e9 1.md"),
                "---\ndescription: null\nlimit: 9\nmetadata: {\"k\": 1}\n---\n1\r\n2");
        importInto("a", folder.resolve("notes"));
        for (String name : List.of("out.git", "out.bundle", "out")) {
            String agent = "b-" + name;
            ok("export", "--agent", "a", "--to", folder.resolve(name));
            application.createAgent(agent);
            importInto(agent, folder.resolve(name));
            assertThat(application.labels(agent)).isEqualTo(application.labels("a"));
            assertThat(application.block(agent, "sub/\u00e9 1", "value")).isEqualTo("1\r\n2");
            assertThat(application.block(agent, "sub/\u00e9 1", "metadata_")).isEqualTo("{\"k\":1}");
            if (!name.equals("out")) {
                assertThat(head(agent)).isEqualTo(head("a"));
            }
            assertInStep(agent);
        }
    }

    @Test
    void anotherBranchThanHeadCanBecomeMain() {
        application.createAgent("a");
        StockGit source = source("src");
        assertThat(importInto("a", source.folder(), "--branch", "side")).contains("branch side at", "2 commits");
        StockGit back = exported("a", "back.git");
        assertThat(back.run("rev-parse", "main")).isEqualTo(source.run("rev-parse", "side"));
        String imported = "refs/imported/" + source.run("rev-parse", "--short=12", "main") + "/heads/main";
        assertThat(back.run("rev-parse", imported)).isEqualTo(source.run("rev-parse", "main"));
        assertThat(importInto("a", source.folder(), "--branch", "side"))
                .contains("already")
                .doesNotContain("ref:");
    }

    @Test
    void aDisabledAgentsRowsAreKeptInHistoryWhenARepositoryComesOverThem() {
        enabledAgent("a");
        ok("disable", "a");
        application.update("UPDATE block SET value = 'since then' WHERE id = 'block-a'");
        importInto("a", source("src").folder());
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Imported.\n");
        assertThat(exported("a", "b.git").files("main~1").get("system/persona.md"))
                .contains("since then");
        assertInStep("a");
    }
}
