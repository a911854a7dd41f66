package dev.gitmemory.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.ImportLimits;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.TransferProgress;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.ImportRequest;
import dev.gitmemory.service.Steps;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a commit says that somebody else made: it takes no request's effect, no row of others', and nobody's name. */
class ForgedCommitsTest extends SqlTest {

    @TempDir
    Path folder;

    private int clones;

    /** By which way a commit comes into an agent's history. */
    enum Door {
        PUSH,
        IMPORT,
        /** Of a history that has parted from the agent's. */
        IMPORT_MERGED
    }

    private interface Work {
        void with(GitMemory memory) throws IOException;
    }

    /** With the rights of a sidecar, but without looking at requests. */
    private void withoutQueue(Work work) throws SQLException, IOException {
        try (Database connected = Database.connect(database.sidecarSettings(), TableNames.DEFAULT);
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(connected))) {
            work.with(new GitMemory(connected, repositories, Clock.systemUTC(), Steps.NONE));
        }
    }

    /** Serves a repository to stock git, by a process that can prove nothing. */
    private GitServer serve(String agentId) throws IOException {
        MemoryRepository repository = new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random())
                .open(new RepoId(Application.ORGANIZATION, agentId));
        return new GitServer(() -> {
            try {
                repository.refresh();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return repository.jgit();
        });
    }

    private StockGit cloned(String agentId) throws IOException {
        try (GitServer server = serve(agentId)) {
            return StockGit.clone(server.url(), folder.resolve("clone-" + clones++));
        }
    }

    private void bring(Door door, String agentId, StockGit git) throws SQLException, IOException {
        if (door == Door.PUSH) {
            try (GitServer server = serve(agentId)) {
                git.run("push", "--quiet", server.url(), "HEAD:refs/heads/main");
            }
            withoutQueue(memory -> memory.sync(agentId));
        } else {
            withoutQueue(memory -> memory.importMemory(
                    agentId,
                    new ImportRequest(git.folder(), null, false, ImportLimits.DEFAULT, false, null, true),
                    Caller.system(),
                    TransferProgress.NONE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatACommitNamesIsCarriedOut(Door door) throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            assertThat(sidecar.http().port()).isPositive();
            application.createAgent("iris");
            for (Forgery forgery : Forgery.values()) {
                application.createBlock("iris", "block-" + forgery, label(forgery), "at first");
            }
            admin.call("CALL git_memory.enable_agent('iris')");
            enabledAgent("other");
            write("other", "system/persona", "other's");
            write("iris", label(Forgery.THE_NUMBER), "iris's");
        }
        Map<Forgery, String> requests = new EnumMap<>(Forgery.class);
        for (Forgery forgery : Forgery.values()) {
            requests.put(
                    forgery,
                    requireNonNull(admin.value(
                            "SELECT git_memory.submit_write_block('iris', ?, ?)",
                            label(forgery),
                            "THE WRITE PAST " + forgery)));
        }
        StockGit git = cloned("iris");
        git.run("fetch", "--quiet", cloned("other").folder().toString(), "HEAD:" + Forgery.OTHER_AGENTS);
        git.run("update-ref", Forgery.OURS, "HEAD");
        if (door == Door.IMPORT_MERGED) {
            git.run("checkout", "--quiet", "-B", "main", "HEAD~1");
        }
        requests.forEach((forgery, request) -> forgery.commit(git, request));
        List<String> theirs = git.lines("rev-list", "HEAD", "^origin/main");
        bring(door, "iris", git);

        try (Sidecar sidecar = Sidecar.start(database, store)) {
            requests.forEach((forgery, request) -> {
                String sha = admin.value("SELECT git_memory.await_request(?::uuid, '60 s') ->> 'git_sha'", request);
                assertThat(block("iris", label(forgery), "value")).isEqualTo("THE WRITE PAST " + forgery);
                assertThat(theirs).as("%s", forgery).doesNotContain(sha);
            });
            assertThat(sidecar.memory().verify("iris")).isEmpty();
        }
        assertThat(theirs).hasSizeGreaterThanOrEqualTo(requests.size());
        assertThat(column(
                        "SELECT author_type || coalesce(request_id::text, '') FROM git_memory.commit WHERE agent_id = 'iris'"
                                + " AND sha = ANY (?::text[])",
                        "{" + String.join(",", theirs) + "}"))
                .hasSize(theirs.size())
                .containsOnly("user");
        assertThat(column("SELECT count(DISTINCT request_id) FROM git_memory.commit"))
                .as("of the writes, and of two agents that were enabled")
                .containsExactly(String.valueOf(requests.size() + 4));
    }

    private static String label(Forgery forgery) {
        return "system/" + forgery.name().toLowerCase(Locale.ROOT);
    }

    @Test
    void anIntentIsNotForACommitThatNamesItsNumber() throws Exception {
        Gate gate = new Gate(Step.INTENDED, "iris");
        String request;
        try (Sidecar first = Sidecar.start(database, store)) {
            assertThat(first.http().port()).isPositive();
            enabledAgent("iris");
            enabledAgent("victim");
        }
        application.createAgent("plain");
        application.createBlock("plain", "block-lent", "system/lent", "what plain remembers");
        try (Sidecar hanging = Sidecar.start(database.sidecarSettings(), store, gate)) {
            assertThat(hanging.http().port()).isPositive();
            request = requireNonNull(admin.value("SELECT git_memory.submit_attach_block('iris', 'block-lent')"));
            gate.awaitReached();
            StockGit git = cloned("iris");
            git.put("system/lent.md", "what somebody else wants it to say");
            git.commit("Harmless\n\nAuthor-Type: system\nAuthor-Id: git-memory\nRequest-Id: " + request);
            bring(Door.PUSH, "iris", git);
            assertThat(block("iris", "system/lent", "id")).isNotEqualTo("block-lent");
            gate.open();
            assertThat(admin.refused("SELECT git_memory.await_request(?::uuid, '60 s')", request)
                            .state())
                    .isEqualTo("MG103");
            assertThat(hanging.memory().verify("iris")).isEmpty();
        }
        assertThat(application.query("SELECT value FROM block WHERE id = 'block-lent'"))
                .containsExactly(Map.of("value", "what plain remembers"));
        assertThat(column("SELECT agent_id FROM blocks_agents WHERE block_id = 'block-lent'"))
                .containsExactly("plain");
    }

    /** What other owners of a block follow with becomes a commit of ours, with the message of the one that was pushed. */
    @Test
    void norDoesACommitOfOursLendItsProofToWhatAPushedOneSaid() throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            enabledAgent("a");
            enabledAgent("b");
            application.createAgent("plain");
            application.createBlock("plain", "block-shared", "system/shared", "at first");
            sidecar.memory().blocks().attach("a", "block-shared", Caller.system());
            sidecar.memory().blocks().attach("b", "block-shared", Caller.system());
        }
        String request =
                requireNonNull(admin.value("SELECT git_memory.submit_write_block('b', 'system/persona', 'THE WRITE')"));
        StockGit git = cloned("a");
        git.put("system/shared.md", "pushed");
        String message = "Harmless\n\nAuthor-Type: system\nAuthor-Id: git-memory\nRequest-Id: " + request;
        git.commit(message);
        bring(Door.PUSH, "a", git);
        assertThat(block("b", "system/shared", "value")).isEqualTo("pushed");
        Map<String, String> followed = new HashMap<>();
        application
                .query(
                        "SELECT agent_id, author_type || ' ' || author_id AS author FROM git_memory.history WHERE message = ?",
                        message)
                .forEach(row -> followed.put(String.valueOf(row.get("agent_id")), String.valueOf(row.get("author"))));
        assertThat(followed).isEqualTo(Map.of("a", "user pat@example.org", "b", "user pat@example.org"));

        try (Sidecar sidecar = Sidecar.start(database, store)) {
            admin.value("SELECT git_memory.await_request(?::uuid, '60 s')", request);
            assertThat(block("b", "system/persona", "value")).isEqualTo("THE WRITE");
            assertThat(sidecar.memory().verify("b")).isEmpty();
        }
    }

    @Test
    void whoSaysThatHeIsTheSystemOrAnAgentIsAUserAndIsSeenToSayIt() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        for (String type : List.of("system", "agent", "user")) {
            StockGit git = cloned("iris");
            String message = "Say so\n\nAuthor-Type: " + type + "\nAuthor-Id: git-memory";
            git.put("system/persona.md", "I am " + type);
            String sha = git.commit(message);
            bring(Door.PUSH, "iris", git);
            assertThat(application
                            .row(
                                    "SELECT author_type, author_id, author_name, message FROM git_memory.history WHERE sha = '"
                                            + sha + "'")
                            .values())
                    .containsExactly("user", "pat@example.org", "Pat Person", message);
            assertThat(sidecar.http()
                            .get("/v1/agents/iris/git-memory/history?limit=1")
                            .json()
                            .at("/commits/0/author_type")
                            .asText())
                    .isEqualTo("user");
        }
    }
}
