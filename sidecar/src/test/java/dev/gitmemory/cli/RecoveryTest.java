package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.FolderCopy;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/operations.md says to do when a sidecar, the database or the store is lost, step by step. */
final class RecoveryTest extends TransferTest {

    private void write(String agentId, String label, String value) {
        Path notes = folder.resolve("note-" + agentId + label + value);
        write(notes.resolve(label + ".md"), value);
        importInto(agentId, notes);
    }

    private void assertAllClean() {
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
    }

    private List<Path> entries(String agentId, Path store) throws IOException {
        try (Stream<Path> files =
                Files.list(store.resolve("org-1").resolve(agentId).resolve("repo.git/log"))) {
            return files.sorted().toList();
        }
    }

    /** As {@code pg_restore} of a dump would leave it. */
    private void restore(String copyOfDatabase) throws SQLException {
        database = EmbeddedDatabase.named(copyOfDatabase);
        application = new Application(database.dataSource());
        environment.put("GIT_MEMORY_DB_URL", database.jdbcUrl());
    }

    @Test
    void aDatabaseFromABackupFollowsGitBySync() throws SQLException {
        enabledAgent("a");
        application.createAgent("new");
        application.createBlock("new", "block-new", "persona", "I am new");
        String backup = database.copy();
        write("a", "later", "Later than the backup.");
        write("a", "system/persona", "Changed since.");
        ok("enable", "new");
        write("new", "more", "More.");
        restore(backup);

        Cli.Run behind = run("fsck", "--all");
        assertThat(behind.exitCode()).isEqualTo(3);
        assertThat(behind.out()).contains("a: ", "PostgreSQL has applied", "org-1/new/repo.git: clean");
        ok("sync", "a");
        assertThat(application.block("a", "later", "value")).isEqualTo("Later than the backup.");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("Changed since.");
        assertThat(application.block("a", "system/persona", "id")).isEqualTo("block-a");
        ok("enable", "--git-wins", "new");
        assertThat(application.labels("new")).containsExactly("more", "system/persona");
        assertThat(application.block("new", "system/persona", "id")).isEqualTo("block-new");
        assertInStep("a");
        assertInStep("new");
        assertAllClean();
    }

    @Test
    void aDatabaseFromABackupOfBeforeTheStoreWasMovedTakesTheNewPlace() throws SQLException {
        enabledAgent("a");
        String backup = database.copy();
        Path moved = folder.resolve("moved");
        ok("store move", "--to", moved.toUri());
        environment.put("GIT_MEMORY_STORE", moved.toUri().toString());
        write("a", "later", "Later than the backup.");
        restore(backup);

        Cli.Run sync = run("sync", "a");
        assertThat(sync.exitCode()).as(sync.err()).isZero();
        assertThat(sync.err()).contains("The store was at ", ", and is ", " from now on");
        assertThat(application.block("a", "later", "value")).isEqualTo("Later than the backup.");
        assertInStep("a");
        assertAllClean();
    }

    @Test
    void aDatabaseWithoutABackupIsMadeAnewFromGit() throws SQLException {
        for (String agent : List.of("a", "b")) {
            enabledAgent(agent);
            write(agent, "note", "Of " + agent);
        }
        String head = head("a");
        useNewDatabase();
        application.createAgent("a");
        application.createAgent("b");
        application.createBlock("b", "block-b2", "persona", "What the application gives to every new agent");

        assertThat(ok("enable", "--git-wins", "a", "b")).contains("a: enabled, 2 commits, head " + head);

        assertThat(application.block("a", "system/persona", "value")).isEqualTo("I am a");
        assertThat(application.block("a", "note", "value")).isEqualTo("Of a");
        assertThat(application.block("b", "system/persona", "value")).isEqualTo("I am b");
        assertThat(application.block("b", "system/persona", "id")).isEqualTo("block-b2");
        assertThat(head("a")).isEqualTo(head);
        assertInStep("a");
        assertInStep("b");
        assertAllClean();
        String again = head("b");
        ok("enable", "--git-wins", "a", "b");
        assertThat(head("b")).isEqualTo(again);
    }

    @Test
    void aStoreCopiedPartlyIsCompletedByCopyingAgain() throws IOException {
        enabledAgent("a");
        enabledAgent("b");
        write("a", "note", "One.");
        write("a", "note", "Two.");
        Path copy = folder.resolve("copy");
        FolderCopy.copy(store(), copy);
        List<Path> copied = entries("a", copy);
        Files.delete(copied.get(1));
        Path last = copied.get(2);
        Files.write(last, Arrays.copyOf(Files.readAllBytes(last), 100));

        Cli.Run partly = run("fsck", "--all", "--storage-only", "--store", copy.toUri());
        assertThat(partly.exitCode()).isEqualTo(3);
        assertThat(partly.out())
                .contains("2.bundle: this entry is missing", "3.bundle: its header", "b/repo.git: clean");

        FolderCopy.delete(copy);
        FolderCopy.copy(store(), copy);
        environment.put("GIT_MEMORY_STORE", copy.toUri().toString());
        assertAllClean();
        ok("store adopt");
        write("a", "note", "Three, in the copy.");
        assertAllClean();
    }

    @Test
    void aStoreThatEndsTooEarlyIsRefusedAndItsAgentsGoOnFromTheirRowsWhenToldSo() throws IOException {
        enabledAgent("a");
        write("a", "note", "One.");
        Path older = folder.resolve("older");
        FolderCopy.copy(store(), older);
        write("a", "note", "Two, which the copy lacks.");
        write("a", "other", "Also lacking.");
        environment.put("GIT_MEMORY_STORE", older.toUri().toString());

        Cli.Run check = run("fsck", "--all");
        assertThat(check.exitCode()).isEqualTo(3);
        assertThat(check.out()).contains("it equals entry 4", "the store ends at entry 2");
        assertThat(run("sync", "a").err()).contains("has the same id and is older: ", "agent a, entry 4");
        assertThat(run("store adopt").err()).contains("was not adopted", "agent a, entry 4", "--older-store");
        assertThat(ok("store adopt", "--older-store")).contains("from now on", "agent a, entry 4");
        assertThat(run("sync", "a").err()).contains("the object storage ends at entry 2");
        ok("disable", "a");
        Cli.Run refused = run("enable", "a");
        assertThat(refused.err()).contains("enable --older-store", "nothing was changed");
        assertThat(run("enable", "--git-wins", "a").exitCode()).isEqualTo(1);
        assertThat(run("enable", "--git-wins", "--older-store", "a").exitCode()).isEqualTo(2);
        assertThat(entries("a", older)).hasSize(2);

        ok("enable", "--older-store", "a");

        assertThat(application.block("a", "note", "value")).isEqualTo("Two, which the copy lacks.");
        assertThat(application.labels("a")).containsExactly("note", "other", "system/persona");
        assertInStep("a");
        assertAllClean();
        ok("export", "--agent", "a", "--to", folder.resolve("a.git"));
        StockGit.at(folder.resolve("a.git")).fsck();
        assertThat(StockGit.at(folder.resolve("a.git")).lines("log", "--format=%s"))
                .hasSize(3)
                .startsWith("Enable again git memory for a");
    }

    @Test
    void anEmptiedStoreIsFilledFromTheRowsWhenToldSo() throws IOException {
        enabledAgent("a");
        write("a", "note", "One.");
        FolderCopy.delete(store().resolve("org-1"));
        ok("disable", "a");
        assertThat(run("enable", "a").err()).contains("the object storage ends at entry 0");
        assertThat(store().resolve("org-1")).doesNotExist();
        ok("enable", "--older-store", "a");
        assertThat(application.labels("a")).containsExactly("note", "system/persona");
        assertInStep("a");
        assertAllClean();
    }

    @Test
    void theStoreAloneGivesBackEverythingWithoutADatabase() {
        enabledAgent("a");
        write("a", "note", "One.");
        String head = String.valueOf(head("a"));
        environment.keySet().removeIf(name -> name.startsWith("GIT_MEMORY_DB"));
        List<Object> args = new ArrayList<>(List.of("--agent", "a", "--organization-id", "org-1", "--to"));
        args.add(folder.resolve("a.git"));
        ok("export", args.toArray());
        assertThat(StockGit.at(folder.resolve("a.git")).run("rev-parse", "HEAD"))
                .isEqualTo(head);
    }
}
