package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Caller;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A database comes back from a dump in which requests are queued that have been carried out since: git has their commits, so
 * they have no effect a second time.
 */
class OlderQueueTest extends SqlTest {

    private static final List<String> WRITES = List.of(
            "write_block('a', 'system/persona', 'QUEUED')",
            "create_block('a', 'system/made', 'x')",
            "write_block('a', 'system/shared', 'QUEUED')",
            "delete_block('a', 'system/gone')",
            "detach_block('a', 'block-lent')",
            "attach_block('a', 'block-lent')",
            "restore_block('a', 'system/gone', (SELECT sha FROM git_memory.history WHERE agent_id = 'a'))");

    private static final List<String> HISTORY = List.of(
            "Enable git memory for a",
            "Update system/persona",
            "Create system/made",
            "Update system/shared",
            "Delete system/gone",
            "Detach system/lent",
            "Attach system/lent",
            "Restore system/gone to ",
            "Update system/persona",
            "Delete system/made",
            "Update system/shared");

    private final List<@Nullable String> requests = new ArrayList<>();

    @BeforeEach
    void enable() throws SQLException, IOException {
        application.createAgent("a");
        for (String label : List.of("persona", "shared", "gone", "lent")) {
            application.createBlock("a", "block-" + label, "system/" + label, "at first");
        }
        application.createAgent("b");
        application.link("b", "block-shared", "system/shared");
        withSidecar(memory -> {
            memory.enable("a", Caller.system());
            memory.enable("b", Caller.system());
        });
    }

    private interface Work {
        void with(GitMemory memory) throws SQLException, IOException;
    }

    private void withSidecar(Work work) throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            work.with(sidecar.memory());
        }
    }

    private void submit(List<String> calls) {
        calls.forEach(call -> requests.add(admin.value("SELECT git_memory.submit_" + call)));
    }

    /** A dump: the copy has no other life than {@link #restore}. */
    private String dump() {
        admin.close();
        String copy = database.copy();
        admin = session(adminRole);
        return copy;
    }

    private void restore(String dump) {
        database = EmbeddedDatabase.named(dump);
        application = new Application(database.dataSource());
        admin = session(adminRole);
    }

    /** Waits for the requests, and answers their commits. */
    private List<@Nullable String> awaitAll() {
        return requests.stream()
                .map(request -> admin.value(
                        "SELECT coalesce(git_memory.await_request(?::uuid, '60 s') ->> 'git_sha', 'none')", request))
                .toList();
    }

    private List<@Nullable String> lifeAfterwards() throws SQLException, IOException {
        List<@Nullable String> shas = new ArrayList<>();
        withSidecar(memory -> {
            shas.addAll(awaitAll());
            write("a", "system/persona", "NEWER");
            admin.call("CALL git_memory.delete_block('a', 'system/made')");
            write("b", "system/shared", "NEWER");
        });
        return shas;
    }

    private void assertOnce(GitMemory memory) {
        assertThat(messages("a")).hasSameSizeAs(HISTORY).zipSatisfy(HISTORY, (message, start) -> assertThat(message)
                .startsWith(start));
        assertThat(messages("b"))
                .containsExactly("Enable git memory for b", "Update system/shared", "Update system/shared");
        assertThat(application.labels("a"))
                .containsExactly("system/gone", "system/lent", "system/persona", "system/shared");
        assertThat(block("a", "system/persona", "value")).isEqualTo("NEWER");
        assertThat(block("a", "system/shared", "value")).isEqualTo("NEWER");
        assertThat(memory.verify("a")).isEmpty();
        assertThat(memory.verify("b")).isEmpty();
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void whatGitHasAlreadyIsNotWrittenAgain() throws SQLException, IOException {
        submit(WRITES);
        String dump = dump();
        List<@Nullable String> shas = lifeAfterwards();

        restore(dump);
        withSidecar(memory -> {
            assertThat(awaitAll()).as("they are answered as they were").isEqualTo(shas);
            memory.reconciler().run();
            assertOnce(memory);
        });
    }

    @Test
    void norWhenPostgresHasFollowedGitBeforeTheirTurn() throws SQLException, IOException {
        submit(WRITES);
        String dump = dump();
        lifeAfterwards();

        restore(dump);
        database.execute("UPDATE git_memory.request SET state = 'done' WHERE state = 'queued'"); // held back
        withSidecar(memory -> {
            memory.sync("a");
            memory.sync("b");
        });
        database.execute("UPDATE git_memory.request SET state = 'queued'");
        withSidecar(memory -> {
            assertThat(awaitAll()).doesNotContainNull();
            assertOnce(memory);
        });
    }

    @Test
    void whatGitDoesNotHaveIsCarriedOut() throws SQLException, IOException {
        String dump = dump();
        withSidecar(memory -> write("a", "system/persona", "not in the dump"));
        restore(dump);
        submit(List.of("write_block('a', 'system/persona', 'AFTERWARDS')"));
        withSidecar(memory -> {
            awaitAll();
            assertThat(messages("a"))
                    .containsExactly("Enable git memory for a", "Update system/persona", "Update system/persona");
            assertThat(block("a", "system/persona", "value")).isEqualTo("AFTERWARDS");
        });
    }

    @Test
    void anAgentThatWasEnabledSinceIsTakenFromGit() throws SQLException, IOException {
        application.createAgent("c");
        application.createBlock("c", "block-c", "persona", "old");
        submit(List.of("enable_agent('c')"));
        String dump = dump();
        withSidecar(memory -> {
            awaitAll();
            write("c", "system/persona", "NEWER");
        });

        restore(dump);
        withSidecar(memory -> {
            awaitAll();
            assertThat(block("c", "system/persona", "value")).isEqualTo("NEWER");
            assertThat(memory.verify("c")).isEmpty();
            assertThat(messages("c")).startsWith("Enable git memory for c", "Update system/persona");
        });
    }

    @Test
    void callsThatSomebodyWaitedForAreVoid() throws SQLException, IOException {
        submit(List.of("write_block('a', 'system/persona', 'WAITED FOR')", "disable_agent('b')"));
        database.execute("UPDATE git_memory.request SET attended = true, submitted_at = submitted_at - interval '2 s'");
        restore(dump());
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            assertThat(sidecar.http().port()).isPositive();
            for (String request : requests) {
                assertThat(admin.refused("SELECT git_memory.await_request(?::uuid, '60 s')", request)
                                .state())
                        .isEqualTo("MG110");
            }
        }
        assertThat(messages("a")).containsExactly("Enable git memory for a");
        assertThat(column("SELECT state FROM git_memory.status")).containsOnly("enabled");
    }

    @Test
    void disablingLeavesNoCommitAndIsRepeatedUnlessItIsWithdrawn() throws SQLException, IOException {
        submit(List.of("disable_agent('a')", "disable_agent('b')"));
        String dump = dump();
        withSidecar(memory -> {
            awaitAll();
            memory.enable("a", Caller.system());
            memory.enable("b", Caller.system());
        });

        restore(dump);
        admin.call("SELECT id, git_memory.withdraw_request(id) FROM git_memory.requests"
                + " WHERE state = 'queued' AND agent_id = 'a'");
        requests.remove(0);
        withSidecar(memory -> awaitAll());
        assertThat(column("SELECT state FROM git_memory.status ORDER BY agent_id"))
                .containsExactly("enabled", "disabled");
    }
}
