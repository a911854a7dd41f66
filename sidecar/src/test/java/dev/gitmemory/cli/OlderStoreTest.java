package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.FolderCopy;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The store is emptied or comes back from a backup, and PostgreSQL is ahead of it: people decide. */
final class OlderStoreTest extends TransferTest {

    private static final String PERSONA = "/core-memory/blocks/system%2Fpersona";

    private Sidecar sidecar(ObjectStore objects) throws SQLException, IOException {
        return Sidecar.start(
                new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null), objects, Steps.NONE);
    }

    private ObjectStore objects() throws IOException {
        return Stores.open(String.valueOf(environment.get("GIT_MEMORY_STORE")));
    }

    private void note(String agentId, String label, String value) throws IOException {
        Path notes = Files.createTempDirectory(folder, "notes");
        write(notes.resolve(label + ".md"), value);
        importInto(agentId, notes);
    }

    private @Nullable String lastError(String agentId) {
        return application
                .row("SELECT last_error FROM git_memory.status WHERE agent_id = ?", agentId)
                .get("last_error");
    }

    private @Nullable String state(String agentId) {
        return application
                .row("SELECT state FROM git_memory.status WHERE agent_id = ?", agentId)
                .get("state");
    }

    private List<Map<String, @Nullable String>> rows(String agentId) {
        return application.query(
                "SELECT b.id, b.label, b.value, b.description, b.\"limit\", b.read_only, b.metadata_"
                        + " FROM block b JOIN blocks_agents l ON l.block_id = b.id WHERE l.agent_id = ? ORDER BY b.id",
                agentId);
    }

    /** Refused in every way, explained everywhere, and nobody else notices. */
    private void assertRefused(String agentId, String explanation) throws Exception {
        database.execute("UPDATE git_memory.repo SET in_flight_at = NULL"); // some time later
        List<Map<String, @Nullable String>> before = rows(agentId);
        String choice = "git-memory import --agent " + agentId + " --from-rows";
        try (ObjectStore objects = objects();
                Sidecar sidecar = sidecar(objects)) {
            sidecar.memory().reconciler().run();
            assertThat(lastError(agentId)).contains(explanation, choice);
            assertThat(state(agentId)).isEqualTo("failed");
            assertThat(sidecar.memory().reconciler().figures().failing()).isEqualTo(1);
            var refused = sidecar.http().patch("/v1/agents/" + agentId + PERSONA, "{\"value\": \"x\"}");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).contains(explanation, choice);
            sidecar.memory().reconciler().run(); // the agent is marked in flight now
            assertThat(sidecar.memory().reconciler().figures().failing()).isEqualTo(1);
            assertThat(lastError(agentId)).contains(explanation, choice);
            assertThat(sidecar.http()
                            .patch("/v1/agents/other" + PERSONA, "{\"value\": \"goes on\"}")
                            .status())
                    .isEqualTo(200);
        }
        for (String command : List.of("sync", "verify")) {
            Cli.Run run = run(command, agentId);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains(explanation, choice);
        }
        assertThat(run("fsck", "--agent", agentId).exitCode()).isEqualTo(3);
        assertThat(rows(agentId)).isEqualTo(before);
    }

    /** What {@code import --from-rows} promises. */
    private void assertImported(String agentId, String... lostCommits) throws Exception {
        List<Map<String, @Nullable String>> before = rows(agentId);
        String dry = ok("import", "--agent", agentId, "--from-rows", "--dry-run");
        assertThat(dry).contains("Nothing was changed").contains(lostCommits);
        assertThat(run("verify", agentId).exitCode()).as("nothing was changed").isEqualTo(1);

        assertThat(ok("import", "--agent", agentId, "--from-rows"))
                .contains("commits that are lost: " + lostCommits.length)
                .contains(lostCommits);

        assertThat(rows(agentId)).isEqualTo(before);
        assertInStep(agentId);
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
        assertThat(lastError(agentId)).isNull();
        assertThat(state(agentId)).isEqualTo("enabled");
        String head = head(agentId);
        assertThat(ok("import", "--agent", agentId, "--from-rows")).contains("nothing was changed");
        assertThat(head(agentId)).isEqualTo(head);

        ok("export", "--agent", agentId, "--to", folder.resolve(agentId + ".git"));
        StockGit git = StockGit.at(folder.resolve(agentId + ".git"));
        git.fsck();
        assertThat(git.run("log", "-1", "--format=%B"))
                .startsWith("Import the rows of " + agentId + ", whose commits were lost")
                .contains(lostCommits.length + " commits are lost");
        assertThat(git.lines("log", "--format=%H").size())
                .as("history in SQL has what git has")
                .isEqualTo(application
                        .query("SELECT FROM git_memory.history WHERE agent_id = ?", agentId)
                        .size());
        try (ObjectStore objects = objects();
                Sidecar sidecar = sidecar(objects)) {
            assertThat(sidecar.http()
                            .patch("/v1/agents/" + agentId + PERSONA, "{\"value\": \"and on\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
        }
        assertInStep(agentId);
    }

    @Test
    void theNewestEntriesAreGone() throws Exception {
        enabledAgent("a");
        enabledAgent("other");
        note("a", "kept", "Kept.");
        Path backup = folder.resolve("backup");
        FolderCopy.copy(store().resolve("org-1/a"), backup);
        note("a", "note", "Lost in git.");
        String lost = String.valueOf(head("a"));
        note("a", "system/persona", "Changed, and lost in git.");
        String newest = String.valueOf(head("a"));

        FolderCopy.delete(store().resolve("org-1/a"));
        FolderCopy.copy(backup, store().resolve("org-1/a"));

        assertRefused(
                "a",
                "PostgreSQL equals entry 4 of the log (commit " + newest + "), but the object storage ends at entry 2");
        Cli.Run export = run("export", "--agent", "a", "--to", folder.resolve("left"));
        assertThat(export.exitCode()).isZero();
        assertThat(export.err()).contains("the object storage ends at entry 2", "What is left is exported.");
        assertThat(folder.resolve("left/kept.md")).content().isEqualTo("Kept.");
        assertImported("a", lost, newest);
        assertThat(application.block("a", "kept", "git_sha"))
                .as("blocks that git has kept their commit")
                .isNotEqualTo(application.block("a", "note", "git_sha"));
    }

    @Test
    void anEntryInTheMiddleIsGoneAndTheLaterOnesAreMovedAway() throws Exception {
        enabledAgent("a");
        enabledAgent("other");
        note("a", "note", "Gone.");
        String gone = String.valueOf(head("a"));
        note("a", "other", "Behind the hole.");
        String newest = String.valueOf(head("a"));
        Path log = store().resolve("org-1/a/repo.git/log");
        Files.delete(log.resolve("00000000000000000002.bundle"));
        assertThat(run("verify", "a").err()).contains("00000000000000000002.bundle", "put back what is missing");

        Files.move(log.resolve("00000000000000000003.bundle"), folder.resolve("3.bundle"));

        assertImported("a", gone, newest);
    }

    @Test
    void theWholeLogIsGone() throws Exception {
        enabledAgent("a");
        enabledAgent("other");
        String first = String.valueOf(head("a"));
        note("a", "note", "One.");
        String newest = String.valueOf(head("a"));

        FolderCopy.delete(store().resolve("org-1/a"));

        assertRefused(
                "a",
                "PostgreSQL equals entry 2 of the log (commit " + newest + "), but the object storage ends at entry 0");
        assertImported("a", first, newest);
    }

    @Test
    void anotherStoreHasAsManyEntries() throws Exception {
        enabledAgent("a");
        String newest = String.valueOf(head("a"));
        FolderCopy.delete(store().resolve("org-1/a/repo.git"));
        try (ObjectStore objects = objects();
                MemoryRepositories repositories =
                        new MemoryRepositories(objects, Clock.systemUTC(), CommitKey.random())) {
            Author author = new Author(Author.Type.SYSTEM, "elsewhere", "elsewhere");
            repositories
                    .open(new RepoId("org-1", "a"))
                    .commit(List.of(
                            Draft.of(author, "Another log", files -> files.write("system/persona.md", "Other"))));
        }

        assertRefusedWithoutSayingSo(newest);
        assertImported("a", newest);
    }

    /** The reconciler looks at the number of entries only; whoever writes or compares sees more. */
    private void assertRefusedWithoutSayingSo(String newest) throws Exception {
        String explanation =
                "PostgreSQL equals commit " + newest + " of entry 1, but the object storage has another log";
        try (ObjectStore objects = objects();
                Sidecar sidecar = sidecar(objects)) {
            var refused = sidecar.http().patch("/v1/agents/a" + PERSONA, "{\"value\": \"x\"}");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).contains(explanation, "--from-rows");
        }
        assertThat(run("verify", "a").err()).contains(explanation);
        assertThat(run("sync", "a").err()).contains(explanation);
    }

    @Test
    void blocksThatGitCanNotHaveStayLeftOut() throws Exception {
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "I am a");
        application.createBlock("a", "block-bad", "../up", "git can't have this");
        ok("enable", "a");
        enabledAgent("other");
        String newest = String.valueOf(head("a"));
        FolderCopy.delete(store().resolve("org-1/a"));

        ok("import", "--agent", "a", "--from-rows");

        assertThat(newest).isNotEqualTo(head("a"));
        assertThat(application.query("SELECT block_id FROM git_memory.left_out"))
                .containsExactly(Map.of("block_id", "block-bad"));
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aBlockThatIsSharedWithAnAgentWhoseLogIsThereStaysTheSame() throws Exception {
        for (String agent : List.of("a", "b")) {
            application.createAgent(agent);
        }
        application.createBlock("a", "block-shared", "system/shared", "of both");
        application.link("b", "block-shared", "system/shared");
        ok("enable", "a", "b");
        String headOfB = head("b");
        FolderCopy.delete(store().resolve("org-1/a"));

        ok("import", "--agent", "a", "--from-rows");

        assertInStep("a");
        assertInStep("b");
        assertThat(head("b")).isEqualTo(headOfB);
    }

    @Test
    void aRunningSidecarNoticesAndGoesOnWhenTheObjectsComeBack() throws Exception {
        enabledAgent("a");
        enabledAgent("other");
        note("a", "note", "One.");
        Path whole = folder.resolve("whole");
        FolderCopy.copy(store().resolve("org-1/a"), whole);
        database.execute("UPDATE git_memory.repo SET in_flight_at = NULL");
        try (ObjectStore objects = objects();
                Sidecar sidecar = sidecar(objects)) {
            assertThat(sidecar.http().get("/v1/agents/a/git-memory").status()).isEqualTo(200); // it is in memory now
            Files.delete(log("a").resolve("%020d.bundle".formatted(2)));
            sidecar.memory().reconciler().run();
            assertThat(lastError("a")).contains("ends at entry 1", "--from-rows");

            String name = "%020d.bundle".formatted(2);
            Files.copy(whole.resolve("repo.git/log").resolve(name), log("a").resolve(name));
            sidecar.memory().reconciler().run();

            assertThat(lastError("a")).isNull();
            assertThat(sidecar.memory().reconciler().figures().failing()).isZero();
            assertThat(sidecar.http()
                            .patch("/v1/agents/a" + PERSONA, "{\"value\": \"on\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertInStep("a");
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
    }

    /** The log that it has read is longer than the new one, as long, or ends before an entry that follows none of its own. */
    @ParameterizedTest
    @CsvSource({"4, 0, write", "4, 0, verify", "2, 0, write", "2, 1, write", "2, 1, verify", "4, 5, write"})
    void aRunningSidecarThatNoticedNothingGoesOnWhereTheRowsWereImported(int entries, int later, String first)
            throws Exception {
        enabledAgent("a");
        try (ObjectStore objects = objects();
                Sidecar sidecar = sidecar(objects)) {
            for (int entry = 2; entry <= entries; entry++) {
                assertWritten(sidecar, "before " + entry);
            }
            for (int entry = 2; entry <= entries; entry++) {
                Files.delete(log("a").resolve("%020d.bundle".formatted(entry)));
            }
            ok("import", "--agent", "a", "--from-rows");
            for (int i = 0; i < later; i++) {
                note("a", "later" + i, "Later.");
            }

            if (first.equals("verify")) {
                assertThat(sidecar.memory().verify("a")).isEmpty();
            }
            assertWritten(sidecar, "on");
            assertWritten(sidecar, "and on");
        }
        assertInStep("a");
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
    }

    private void assertWritten(Sidecar sidecar, String value) {
        assertThat(sidecar.http().patch("/v1/agents/a" + PERSONA, "{\"value\": \"" + value + "\"}"))
                .satisfies(
                        answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));
        assertThat(application.block("a", "system/persona", "value")).isEqualTo(value);
    }

    @Test
    void ofAnAgentThatIsDisabledTheCommandThatWorksIsNamed() throws Exception {
        enabledAgent("a");
        enabledAgent("other");
        note("a", "note", "One.");
        ok("disable", "a");
        Files.delete(log("a").resolve("%020d.bundle".formatted(2)));
        Cli.Run run = run("import", "--agent", "a", "--from-rows");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("'git-memory enable --older-store a'");
        ok("enable", "--older-store", "a");
        assertInStep("a");
    }

    @Test
    void whatIsWrongWithTheCommandIsSaid() {
        application.createAgent("plain");
        Cli.Run plain = run("import", "--agent", "plain", "--from-rows");
        assertThat(plain.exitCode()).isEqualTo(1);
        assertThat(plain.err()).contains("Agent plain is not enabled", "git-memory enable plain");
        assertThat(application.query("SELECT FROM git_memory.status WHERE state = 'enabled'"))
                .isEmpty();
        assertThat(run("import", "--agent", "nobody", "--from-rows").err()).contains("There is no agent 'nobody'");
        assertThat(run("import", "--from-rows").err()).contains("missing --agent");
        assertThat(run("import", "--agent", "a", "--from-rows", "--prune").err())
                .contains("it excludes --from");
        assertThat(run("import", "--agent", "a", "--from-rows", "--from", folder)
                        .err())
                .contains("it excludes --from");
    }
}
