package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.FolderCopy;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Another store, none, a copy, and how a store is copied and moved: as an operator meets it. */
final class StoreCommandTest extends TransferTest {

    private static final String OTHER = "--store";

    private Path copy() {
        return folder.resolve("copy");
    }

    private String address(Path place) throws IOException {
        return place.toRealPath().toUri().toString().replaceAll("/$", "");
    }

    private String ledger(String column) {
        return String.valueOf(
                application.row("SELECT " + column + " FROM git_memory.store").get(column));
    }

    private void note(String agentId, String text) {
        Path notes = folder.resolve("notes-" + text);
        write(notes.resolve("note.md"), text);
        importInto(agentId, notes);
    }

    private static List<String> files(Path place) throws IOException {
        if (!Files.exists(place)) {
            return List.of("none");
        }
        try (Stream<Path> files = Files.walk(place)) {
            return files.map(file -> place.relativize(file).toString()).sorted().toList();
        }
    }

    /** Every command that has a database and a store, with a store that is not the database's. */
    private List<Cli.Run> runAll(Object... where) {
        write(folder.resolve("some-notes/x.md"), "X");
        List<Cli.Run> runs = new ArrayList<>();
        for (Object[] command : new Object[][] {
            {"enable", "plain"},
            {"enable", "--git-wins", "plain"},
            {"disable", "a"},
            {"sync", "a"},
            {"sync", "--all"},
            {"sync", "--dry-run", "a"},
            {"verify", "a"},
            {"verify", "--all"},
            {"import", "--agent", "a", "--from", folder.resolve("some-notes")},
            {"import", "--agent", "a", "--from", folder.resolve("some-notes"), "--dry-run"},
            {"import", "--agent", "a", "--from-rows"},
            {"compact", "a"},
            {"purge", "a", "--confirm", "a"},
            {"fsck", "--all"},
            {"export", "--agent", "a", "--to", folder.resolve("out.git")},
            {"store", "copy", "--to", folder.resolve("to").toUri()},
            {"store", "move", "--to", folder.resolve("to").toUri()},
            {"serve", "--listen", "127.0.0.1:0"}
        }) {
            List<Object> args = new ArrayList<>(List.of(command).subList(1, command.length));
            args.addAll(List.of(where));
            Cli.Run run = run(String.valueOf(command[0]), args.toArray());
            assertThat(run.exitCode()).as(command[0] + " " + args + run.out()).isEqualTo(1);
            runs.add(run);
        }
        assertThat(folder.resolve("out.git")).doesNotExist();
        assertThat(folder.resolve("to")).doesNotExist();
        return runs;
    }

    private void assertUntouched() {
        assertThat(application.query("SELECT agent_id FROM git_memory.repo WHERE state = 'enabled'"))
                .hasSize(1);
        assertThat(application.query("SELECT FROM agents_tags WHERE agent_id = 'plain'"))
                .isEmpty();
        application.update("UPDATE block SET value = 'still the application''s' WHERE id = 'block-plain'");
        assertInStep("a");
    }

    private void aAndAPlainAgent() {
        enabledAgent("a");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "plain");
    }

    @Test
    void aForgottenStoreIsRefusedAndNothingIsMade() throws IOException {
        aAndAPlainAgent();
        String store = environment.remove("GIT_MEMORY_STORE");
        Path data = folder.resolve("elsewhere");
        for (Cli.Run run : runAll("--data-dir", data)) {
            assertThat(run.err())
                    .containsAnyOf(
                            "belongs to the store " + address(store()) + " (id " + ledger("id") + ")",
                            "There is no folder '" + data.resolve("store"),
                            "There is no store at '");
        }
        assertThat(data).doesNotExist();
        environment.put("GIT_MEMORY_STORE", String.valueOf(store));
        assertUntouched();
    }

    @Test
    void anotherStoreIsRefusedAndStaysAsItIs() throws Exception {
        aAndAPlainAgent();
        String mine = String.valueOf(environment.get("GIT_MEMORY_STORE"));
        Path other = folder.resolve("other");
        var first = database;
        var firstApplication = application;
        useNewDatabase();
        environment.put("GIT_MEMORY_STORE", other.toUri().toString());
        // Not the text of the first one's: the same text, committed in the same second, is the same commit.
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "I am of another store");
        ok("enable", "a");
        String otherId = ledger("id");
        database = first;
        application = firstApplication;
        environment.put("GIT_MEMORY_DB_URL", database.jdbcUrl());
        environment.put("GIT_MEMORY_DB_USER", database.sidecarRole());
        List<String> before = files(other);

        for (Cli.Run run : runAll()) {
            assertThat(run.err())
                    .contains(
                            "belongs to the store " + address(store()) + " (id " + ledger("id") + ")",
                            address(other) + " is another one, with the id " + otherId,
                            "Nothing was changed",
                            "Correct --store");
        }
        assertThat(files(other)).isEqualTo(before);
        Cli.Run adopt = run("store adopt", "--older-store");
        assertThat(adopt.exitCode()).isEqualTo(1);
        assertThat(adopt.err()).contains("was not adopted", "agent a, entry 1", "It is another store");
        environment.put("GIT_MEMORY_STORE", mine);
        assertUntouched();
    }

    @Test
    void aLedgerFromBeforeStoresHadIdsTakesTheStoreThatHasWhatItKnowsAndNoOther() throws Exception {
        aAndAPlainAgent();
        database.execute("DELETE FROM git_memory.store");
        Files.delete(store().resolve(StoreIdentity.KEY));
        Path wrong = Files.createDirectory(folder.resolve("wrong"));
        String right =
                String.valueOf(environment.put("GIT_MEMORY_STORE", wrong.toUri().toString()));
        for (Cli.Run run : runAll()) {
            assertThat(run.err()).contains("it lacks commits of 1 of the 1 repositories", "agent a, entry 1");
        }
        assertThat(wrong).isEmptyDirectory();
        environment.put("GIT_MEMORY_STORE", right);
        assertThat(ok("verify", "a")).contains("PostgreSQL equals git");
        assertThat(application.query("SELECT FROM git_memory.store"))
                .as("who only reads writes nothing")
                .isEmpty();
        ok("sync", "a");
        assertThat(ledger("address")).isEqualTo(address(store()));
        assertThat(Files.readString(store().resolve(StoreIdentity.KEY))).contains(ledger("id"));
        assertUntouched();
    }

    @Test
    void commandsSayWhatTheyWorkedOnAndNoSecret() throws IOException {
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "I am a");
        environment.put("GIT_MEMORY_DB_URL", database.jdbcUrl() + "?password=secret-of-mine&ApplicationName=x");
        write(folder.resolve("notes/x.md"), "X");
        for (Object[] command : new Object[][] {
            {"enable", "a"},
            {"sync", "a"},
            {"sync", "--all"},
            {"verify", "a"},
            {"verify", "--all"},
            {"import", "--agent", "a", "--from", folder.resolve("notes")},
            {"import", "--agent", "a", "--from-rows", "--dry-run"},
            {"fsck", "--all"}
        }) {
            Cli.Run run = run(
                    String.valueOf(command[0]),
                    List.of(command).subList(1, command.length).toArray());
            assertThat(run.exitCode()).as(run.err()).isZero();
            String name = database.jdbcUrl().replaceFirst(".*/", "");
            assertThat(run.out().lines().findFirst().orElse(""))
                    .startsWith("Database ")
                    .endsWith("/" + name + ", store " + address(store()));
            assertThat(run.out() + run.err()).doesNotContain("secret-of-mine");
        }
    }

    @Test
    void aStoreIsMovedByOneCommandAndTheOldPlaceIsRefused() throws IOException {
        enabledAgent("a");
        enabledAgent("b");
        note("a", "one");
        Path moved = folder.resolve("new/place");
        String id = ledger("id");

        assertThat(ok("store move", "--to", moved.toUri()))
                .contains("from now on, and not " + address(store()) + " any more; 2 repositories compared");

        assertThat(ledger("address")).isEqualTo(address(moved));
        assertThat(ledger("id")).isEqualTo(id);
        Cli.Run old = run("enable", "a");
        assertThat(old.exitCode()).isEqualTo(1);
        assertThat(old.err()).contains("has no id", "belongs to the store " + address(moved));
        assertThat(run("serve", "--listen", "127.0.0.1:0").exitCode()).isEqualTo(1);
        assertThat(run("verify", "a").exitCode()).isEqualTo(1);

        environment.put("GIT_MEMORY_STORE", moved.toUri().toString());
        note("a", "two");
        assertInStep("a");
        assertThat(ok("fsck", "--all")).contains("2 clean, 0 findings");

        environment.put("GIT_MEMORY_STORE", store().toUri().toString());
        Cli.Run stale = run("store adopt");
        assertThat(stale.exitCode()).isEqualTo(1);
        assertThat(stale.err()).contains("was not adopted", "agent a, entry 3");
        assertThat(ledger("address")).isEqualTo(address(moved));
    }

    @Test
    void aCopyThatWasCutShortIsCompletedAndThenMovedTo() throws IOException {
        enabledAgent("a");
        note("a", "one");
        assertThat(ok("store copy", "--to", copy().toUri())).contains("3 objects copied, 0 objects were there before");
        assertThat(ledger("address")).isEqualTo(address(store()));
        Files.delete(copy().resolve("org-1/a/repo.git/log/00000000000000000002.bundle"));
        note("a", "two");
        assertThat(ok("store copy", "--to", copy().toUri())).contains("2 objects copied, 2 objects were there before");
        assertThat(ok("store copy", "--to", copy().toUri())).contains("0 objects copied, 4 objects were there before");
        assertThat(ok("store move", "--to", copy().toUri())).contains("from now on");
        for (String file : files(store())) {
            if (Files.isRegularFile(store().resolve(file))) {
                assertThat(copy().resolve(file)).hasSameBinaryContentAs(store().resolve(file));
            }
        }
        environment.put("GIT_MEMORY_STORE", copy().toUri().toString());
        assertInStep("a");
    }

    @Test
    void whatIsNoCopyIsNotCopiedOver() throws IOException {
        enabledAgent("a");
        Path busy = Files.createDirectory(folder.resolve("busy"));
        Files.writeString(busy.resolve("mine.txt"), "mine");
        Cli.Run run = run("store move", "--to", busy.toUri());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("that is no copy of this store");
        assertThat(busy.resolve(StoreIdentity.KEY)).doesNotExist();

        ok("store copy", "--to", copy().toUri());
        Path entry = copy().resolve("org-1/a/repo.git/log/00000000000000000001.bundle");
        Files.writeString(entry, "cut");
        assertThat(run("store move", "--to", copy().toUri()).err()).contains("is not the same", "log/00000000");
        assertThat(ledger("address")).isEqualTo(address(store()));

        Path foreign = folder.resolve("foreign");
        try (ObjectStore other = Stores.open(foreign.toUri().toString())) {
            StoreIdentity.create(other, UUID.randomUUID());
        }
        assertThat(run("store copy", "--to", foreign.toUri()).err()).contains("is another store, with the id");
        for (Path inside : List.of(store(), store().resolve("in"), folder)) {
            assertThat(run("store move", "--to", inside.toUri()).err()).contains("--to must not be the store itself");
        }
        assertThat(run("store move").exitCode()).isEqualTo(2);
        assertThat(run("store move", "--to", "memory:").exitCode()).isEqualTo(2);
        assertThat(run("store move", "--to", "ftp://x").exitCode()).isEqualTo(2);
    }

    @Test
    void aStoreIsNotTakenFromUnderASidecar() throws Exception {
        enabledAgent("a");
        ok("store copy", "--to", copy().toUri());
        try (ObjectStore objects = Stores.open(store().toUri().toString());
                Sidecar sidecar = Sidecar.start(database, objects)) {
            awaitListening();
            for (Cli.Run run :
                    List.of(run("store move", "--to", copy().toUri()), run("store adopt", OTHER, copy().toUri()))) {
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err())
                        .contains(
                                "a sidecar of the database runs, and would go on with the store that it has opened",
                                "Stop all sidecars first");
            }
            ok("store copy", "--to", copy().toUri());
            assertThat(sidecar.memory().verify("a")).isEmpty();
        }
        assertThat(ledger("address")).isEqualTo(address(store()));
        ok("store adopt", OTHER, copy().toUri());
        assertThat(ledger("address")).isEqualTo(address(copy()));
    }

    private void awaitListening() {
        String locks = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735227243 AND database ="
                + " (SELECT oid FROM pg_database WHERE datname = current_database())";
        while (application.query(locks).isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aStoreThatLostItsIdGetsItBackWhereItHasWhatTheLedgerKnows() throws IOException {
        enabledAgent("a");
        String id = ledger("id");
        Files.delete(store().resolve(StoreIdentity.KEY));
        assertThat(run("enable", "a").err()).contains("has no id");
        assertThat(ok("store adopt")).contains("already; 1 repository compared");
        assertThat(Files.readString(store().resolve(StoreIdentity.KEY))).contains(id);
        Files.writeString(store().resolve(StoreIdentity.KEY), "nonsense");
        Cli.Run malformed = run("enable", "a");
        assertThat(malformed.exitCode()).isEqualTo(1);
        assertThat(malformed.err()).contains("does not say which store this is", "move it away");
        Files.delete(store().resolve(StoreIdentity.KEY));
        ok("store adopt");
        assertInStep("a");
    }

    @Test
    void anEmptiedStoreIsTakenOnlyWhenItIsSaidThatEverythingIsLost() throws IOException {
        enabledAgent("a");
        note("a", "one");
        FolderCopy.delete(store());
        Files.createDirectory(store());
        assertThat(run("import", "--agent", "a", "--from-rows").err()).contains("has no id");
        assertThat(run("store adopt").err()).contains("--older-store takes the store as it is");
        assertThat(store()).isEmptyDirectory();
        assertThat(ok("store adopt", "--older-store")).contains("agent a, entry 2", "--from-rows");
        ok("import", "--agent", "a", "--from-rows");
        assertInStep("a");
    }

    @Test
    void fsckCountsRepositoriesOfAgentsThatPostgresDoesNotKnow() throws Exception {
        enabledAgent("a");
        enabledAgent("gone");
        ok("disable", "gone");
        ok("purge", "gone", "--confirm", "gone");
        assertThat(ok("fsck", "--all")).doesNotContain("does not know");
        useNewDatabase();
        for (int i = 1; i <= 7; i++) {
            FolderCopy.copy(store().resolve("org-1/a"), store().resolve("org-1/n" + i));
        }
        assertThat(run("fsck", "--all").out())
                .contains("8 repositories are of agents that PostgreSQL does not know: org-1/a/repo.git, ")
                .contains("org-1/n4/repo.git and 3 more");
        FolderCopy.delete(store().resolve("org-1/n1"));
        for (int i = 2; i <= 7; i++) {
            FolderCopy.delete(store().resolve("org-1/n" + i));
        }
        assertThat(ok("fsck", "--all"))
                .contains("1 repository is of agents that PostgreSQL does not know: org-1/a/repo.git")
                .contains(" 0 findings");
        assertThat(ok("fsck", "--all", "--storage-only")).doesNotContain("does not know");
        application.createAgent("a");
        ok("enable", "--git-wins", "a");
        assertThat(ok("fsck", "--all")).doesNotContain("does not know");
    }

    @Test
    void onlyTheFirstCommandThatWritesMakesAnId() throws IOException {
        aAndAPlainAgent();
        String id = Files.readString(store().resolve(StoreIdentity.KEY));
        ok("enable", "plain");
        ok("compact", "a");
        ok("disable", "plain");
        ok("purge", "plain", "--confirm", "plain");
        assertThat(Files.readString(store().resolve(StoreIdentity.KEY))).isEqualTo(id);
        assertThat(id).isEqualTo("{\"id\": \"" + ledger("id") + "\"}\n");
        assertThat(ok("fsck", "--all", "--storage-only")).contains("0 findings").doesNotContain(StoreIdentity.KEY);
    }
}
