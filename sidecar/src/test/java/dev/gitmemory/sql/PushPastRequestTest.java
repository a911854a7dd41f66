package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two sidecars, and a person who pushes past a request: one sidecar hangs in the middle of it, the push goes through the
 * other one, which then is given the request, too; and in the end the first one goes on where it was.
 */
class PushPastRequestTest extends SqlTest {

    @TempDir
    Path folder;

    private static MemoryRepository repository(Sidecar sidecar) {
        try {
            MemoryRepository repository = sidecar.repositories().open(new RepoId(Application.ORGANIZATION, "iris"));
            repository.refresh();
            return repository;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GitServer serve(Sidecar sidecar) throws IOException {
        return new GitServer(() -> repository(sidecar).jgit());
    }

    /** A clone of the agent that was just enabled. */
    private StockGit cloned() throws SQLException, IOException {
        try (Sidecar first = Sidecar.start(database, store);
                GitServer server = serve(first)) {
            assertThat(first.http().port()).isPositive();
            enabledAgent("iris");
            StockGit git = StockGit.clone(server.url(), folder.resolve("before"));
            git.run("config", "pull.rebase", "true");
            return git;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"REQUEST_TAKEN", "ANNOUNCED", "COMMITTED", "APPLIED", "REQUEST_CARRIED_OUT"})
    void theRequestHasOneEffectAndNoAcknowledgedWriteIsLost(Step where) throws Exception {
        StockGit person = cloned();
        Gate gate = new Gate(where, "iris");
        String inFlight;
        String queued;
        Sidecar other;
        String role = database.sidecarRole();
        try (Sidecar hanging = Sidecar.start(new DatabaseSettings(database.jdbcUrl(), role, null), store, gate)) {
            assertThat(hanging.http().port()).isPositive();
            inFlight = admin.value("SELECT git_memory.submit_create_block('iris', 'system/asked', 'in flight')");
            gate.awaitReached();
            letTakeNothingMore(role);
            queued = admin.value("SELECT git_memory.submit_create_block('iris', 'system/next', 'queued')");
            other = sidecar();
            try (GitServer server = serve(other)) {
                person.run("remote", "set-url", "origin", server.url());
                push(person, where != Step.REQUEST_TAKEN && where != Step.ANNOUNCED);
            }
            Http http = other.http();
            assertThat(http.post("/v1/agents/iris/git-memory/sync", "").status())
                    .isEqualTo(200);
            assertThat(http.patch("/v1/blocks/block-iris", "{\"value\": \"acknowledged\"}")
                            .status())
                    .isEqualTo(200);
            // Nobody's any more: the other sidecar is given it while this one still hangs.
            database.execute("UPDATE git_memory.request SET worker = 1 WHERE state = 'taken'");
            for (String request : List.of(inFlight, queued)) {
                assertThat(admin.value("SELECT git_memory.await_request(?::uuid, '60 s')", request))
                        .contains("\"git_sha\": \"");
            }
            gate.open(); // and closing waits until it has done what it would
        }
        other.memory().sync("iris");
        assertEachOnce(other);
    }

    /** It would be given the request a second time while it hangs. */
    private void letTakeNothingMore(String role) throws SQLException {
        database.execute(
                "CREATE FUNCTION take_nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE TRIGGER take_nothing BEFORE UPDATE ON git_memory.request FOR EACH ROW WHEN (NEW.state = 'taken'"
                        + " AND OLD.attempts < NEW.attempts AND session_user = '"
                        + role
                        + "') EXECUTE FUNCTION take_nothing()");
    }

    /** What the person has seen lacks the commit that is in flight, if there is one: by force it would be gone. */
    private static void push(StockGit person, boolean isCommitted) {
        person.put("system/pushed.md", "pushed").commit("Push");
        StockGit.Result forced = person.attempt("push", "--force", "origin", "main");
        if (isCommitted) {
            assertThat(forced.exitCode()).isNotZero();
            assertThat(forced.errors()).contains("main is never rewritten");
            assertThat(person.attempt("push", "origin", "main").exitCode()).isNotZero();
            person.run("pull", "--quiet", "origin", "main");
            person.run("push", "--quiet", "origin", "main");
        } else {
            assertThat(forced.errors() + forced.exitCode()).endsWith("0");
        }
    }

    private void assertEachOnce(Sidecar sidecar) throws IOException {
        List<String> expected = List.of(
                "Create system/asked",
                "Create system/next",
                "Enable git memory for iris",
                "Push",
                "Update system/persona");
        try (GitServer server = serve(sidecar)) {
            StockGit clone = StockGit.clone(server.url(), folder.resolve("after"));
            clone.fsck();
            assertThat(clone.run("log", "--format=%s").lines().sorted()).isEqualTo(expected);
            Map<String, String> values =
                    Map.of("asked", "in flight", "next", "queued", "pushed", "pushed", "persona", "acknowledged");
            values.forEach((label, value) -> {
                assertThat(clone.files("main").get("system/" + label + ".md")).endsWith(value);
                assertThat(block("iris", "system/" + label, "value")).isEqualTo(value);
            });
        }
        assertThat(messages("iris").stream().map(String::valueOf).sorted()).isEqualTo(expected);
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(column("SELECT DISTINCT state FROM git_memory.request")).containsExactly("done");
    }
}
