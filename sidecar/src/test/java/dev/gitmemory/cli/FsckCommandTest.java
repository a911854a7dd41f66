package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.FolderCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Damage done to the files of a store and to rows, and what the command says of it. */
final class FsckCommandTest extends TransferTest {

    private Path entry(String agentId, int number) {
        return log(agentId).resolve("%020d.bundle".formatted(number));
    }

    private void threeAgents() {
        for (String agent : new String[] {"a", "b", "c"}) {
            enabledAgent(agent);
            write(folder.resolve("notes/x.md"), "X of " + agent);
            importInto(agent, folder.resolve("notes"));
        }
    }

    @Test
    void whatIsWholeIsCleanWithAndWithoutADatabase() {
        threeAgents();
        assertThat(ok("fsck", "--all"))
                .contains("a: clean; 2 entries, 0 checkpoints, ", "head " + head("a"))
                .contains("3 repositories checked, 3 clean, 0 findings");
        assertThat(ok("fsck", "--agent", "b")).contains("b: clean", "1 repository checked");
        environment.keySet().removeIf(name -> name.startsWith("GIT_MEMORY_DB"));
        assertThat(ok("fsck", "--all", "--storage-only")).contains("org-1/a/repo.git: clean", "3 clean");
        assertThat(ok("fsck", "--agent", "c", "--storage-only")).contains("org-1/c/repo.git: clean");
    }

    @Test
    void damageInTheStoreIsNamedWithWhatToDoAndTheOthersAreStillChecked() throws IOException {
        threeAgents();
        ok("compact", "c");
        Files.write(entry("a", 2), new byte[] {1, 2, 3});
        Files.delete(entry("b", 1));
        Path checkpoint = entry("c", 2).resolveSibling("../checkpoint/00000000000000000002.bundle");
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint, bytes);

        Cli.Run run = run("fsck", "--all");

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("a: 1 finding", "  org-1/a/repo.git/log/00000000000000000002.bundle: its header")
                .contains("  org-1/b/repo.git/log/00000000000000000001.bundle: this entry is missing")
                .contains(
                        "  org-1/c/repo.git/checkpoint/00000000000000000002.bundle: the checksum of its pack is wrong")
                .contains("    to do: put the object as it was back")
                .contains("PostgreSQL: not compared, the store has to be mended first")
                .contains("3 repositories checked, 0 clean, 3 findings");
    }

    @Test
    void aStrayFileWithTheNameOfAFarEntryIsTwoFindingsAndVerifyNamesIt() throws IOException {
        enabledAgent("a");
        Path stray = Files.createFile(log("a").resolve("0%d.bundle".formatted(Long.MAX_VALUE)));
        Cli.Run run = run("fsck", "--all");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("entries 2 to 9223372036854775806 are missing", "repo.git/log/" + stray.getFileName())
                .contains("is a stray file, move it away")
                .contains("0 clean, 2 findings")
                .hasSizeLessThan(2000);
        assertThat(run("verify", "a").err()).contains("repo.git/log/" + stray.getFileName(), "move that file away");
        Files.delete(stray);
        ok("fsck", "--all");
    }

    @Test
    void rowsThatDifferAreFindingsAndSyncIsNamed() throws SQLException {
        threeAgents();
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-b'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        Cli.Run run = run("fsck", "--all");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("b: 1 finding", "  PostgreSQL: 'system/persona': block block-b differs")
                .contains("    to do: git-memory sync b", "2 clean, 1 finding");
        assertThat(run("fsck", "--all", "--storage-only").exitCode()).isZero();
        ok("sync", "b");
        ok("fsck", "--all");
    }

    @Test
    void ofBlocksThatWereLeftOutItSaysWhatMendsThem() {
        application.createAgent("a");
        application.createBlock("a", "block-up", "../up", "git can't have this");
        ok("enable", "a");
        Cli.Run run = run("fsck", "--all");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("to do: what was left out is mended by SQL: git-memory disable a", "git-memory enable a")
                .doesNotContain("git-memory sync");
    }

    @Test
    void aRepositoryThatPostgresKnowsAndTheStoreHasNotIsAFinding() throws IOException {
        threeAgents();
        FolderCopy.delete(log("a").resolve("..").normalize());
        Files.delete(entry("b", 2));
        Cli.Run run = run("fsck", "--all");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("a: 1 finding; 0 entries", "PostgreSQL: it equals entry 2 (commit " + head("a"))
                .contains("b: 1 finding; 1 entry", "the store ends at entry 1")
                .contains("c: clean");
    }

    @Test
    void aDisabledAgentIsCheckedInTheStoreOnly() {
        enabledAgent("a");
        ok("disable", "a");
        application.update("UPDATE block SET value = 'mine again' WHERE id = 'block-a'");
        assertThat(ok("fsck", "--all")).contains("a: clean", "disabled: PostgreSQL is not compared");
    }

    /** {@code repo.git} is an id like any other, of agents and of organisations. */
    @Test
    void repositoriesOfAnyIdsAreToldApart() throws IOException {
        enabledAgent("repo.git");
        assertThat(ok("fsck", "--all")).contains("repo.git: clean", "1 clean, 0 findings");
        assertThat(ok("fsck", "--agent", "repo.git", "--storage-only")).contains("org-1/repo.git/repo.git: clean");
        String[] others = {"log/repo.git", "repo.git/a", "repo.git/log", "repo.git/repo.git"};
        for (String other : others) {
            Files.createDirectories(store().resolve(other));
            FolderCopy.copy(store().resolve("org-1/repo.git/repo.git"), store().resolve(other + "/repo.git"));
        }
        enabledAgent("c");
        Files.createDirectories(store().resolve("a/b/org-1/c"));
        FolderCopy.copy(store().resolve("org-1/c/repo.git"), store().resolve("a/b/org-1/c/repo.git"));
        String all = "\n" + run("fsck", "--all", "--storage-only").out();
        assertThat(all).contains("7 repositories checked, 3 clean").contains("org-1/repo.git/repo.git: clean");
        assertThat(all).contains("\na/b/org-1/c/repo.git: clean");
        assertThat(others).as("copies under another's name").allSatisfy(other -> assertThat(all)
                .contains("  " + other + "/repo.git/log/00000000000000000001.bundle: it belongs to another"));
        Files.writeString(store().resolve("repo.git/repo.git/repo.git/notes.txt"), "foreign");
        assertThat(run("fsck", "--all", "--storage-only").out())
                .contains("  repo.git/repo.git/repo.git/notes.txt: this object does not belong here");
    }

    @Test
    void whatATerminalWouldObeyInAnIdIsShown() {
        String id = "e\u001b[2J\nvil";
        enabledAgent(id);
        for (String[] command : new String[][] {{"fsck", "--all"}, {"verify", id}, {"sync", id}, {"compact", id}}) {
            assertThat(ok(command[0], command[1])).contains("e\\x1b[2J\\nvil: ").doesNotContain("\u001b");
        }
        assertThat(run("verify", "\u001b[2J").err()).contains("'\\x1b[2J'").doesNotContain("\u001b");
    }

    @Test
    void anUnknownAgentAMissingStoreAndContradictionsAreSaidSo() {
        enabledAgent("a");
        assertThat(run("fsck", "--agent", "nobody").err()).contains("There is no repository of agent 'nobody'");
        assertThat(run("fsck").exitCode()).isEqualTo(2);
        assertThat(run("fsck", "--all", "--agent", "a").exitCode()).isEqualTo(2);
        environment.put("GIT_MEMORY_STORE", folder.resolve("mistyped").toUri().toString());
        Cli.Run run = run("fsck", "--all");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("There is no store at ");
    }
}
