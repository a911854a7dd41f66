package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.Http.Answer;
import dev.gitmemory.testing.Sidecar;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Owners of a shared block that lose the tag while a write of the block is under way. */
class OwnerLetGoTest extends SqlTest {

    private static final String SHARED = "system/persona";

    /** Enabled agents that share the block of the first. */
    private void share(String first, String... others) {
        enabledAgent(first);
        for (String other : others) {
            application.createAgent(other);
            application.link(other, "block-" + first, SHARED);
            admin.call("CALL git_memory.enable_agent(?)", other);
        }
    }

    /** What comes of a call that meets the locks of a transaction, which lets the agent go and then commits. */
    private <T> T whileLettingGo(String agentId, Supplier<T> call) throws ExecutionException, InterruptedException {
        Session letting = superuser();
        letting.call("BEGIN");
        letting.call("SET CONSTRAINTS ALL IMMEDIATE");
        letting.call("DELETE FROM agents_tags WHERE agent_id = ?", agentId);
        CompletableFuture<T> called = CompletableFuture.supplyAsync(call);
        awaitWaitingFor(letting);
        letting.call("COMMIT");
        return called.get();
    }

    private void awaitWaitingFor(Session holder) {
        eventually(() ->
                column("SELECT 1 FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid)) LIMIT 1", holder.pid())
                        .stream()
                        .findFirst()
                        .orElse(null));
    }

    private @Nullable String newest(String agentId) {
        return column("SELECT sha FROM git_memory.history WHERE agent_id = ? ORDER BY seq DESC LIMIT 1", agentId)
                .get(0);
    }

    private void assertRowsAreWhatGitSays() {
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(application.query("SELECT * FROM git_memory.intent")).isEmpty();
    }

    @Test
    void aWriteGoesOnWithTheOwnersThatAreLeft() throws Exception {
        sidecar();
        share("a1", "a2");
        Map<String, @Nullable String> written = whileLettingGo("a2", () -> write("a1", SHARED, "v"));

        assertThat(written).containsEntry("git_sha", newest("a1"));
        assertThat(messages("a1")).containsExactly("Enable git memory for a1", "Update system/persona");
        assertThat(messages("a2")).hasSize(1);
        assertThat(block("a2", SHARED, "value")).isEqualTo("v");
        assertThat(block("a2", SHARED, "git_sha")).isEqualTo(newest("a1"));
        assertRowsAreWhatGitSays();
    }

    @Test
    void aWriteForTheOwnerThatIsLetGoReachesTheOthersToo() throws Exception {
        sidecar();
        share("a1", "a2");
        write("a2", SHARED, "v");
        Map<String, @Nullable String> written = whileLettingGo(
                "a2",
                () -> admin.call("CALL git_memory.write_block('a2', ?, changes => '{\"label\": \"new\"}')", SHARED));

        assertThat(written).containsEntry("git_sha", newest("a1"));
        assertThat(application.labels("a1")).containsExactly("new");
        assertThat(application.labels("a2")).containsExactly("new");
        assertThat(messages("a2")).hasSize(2);
        assertRowsAreWhatGitSays();
    }

    @Test
    void aWriteWhoseOwnersAreAllLetGoBeforePostgresHasItIsRepeated() throws Exception {
        Gate gate = new Gate(Step.ANNOUNCED, "b1");
        Sidecar writing = sidecar(gate);
        share("b1", "b2");
        application.createAgent("a1");
        admin.call("CALL git_memory.enable_agent('a1')");
        CompletableFuture<Answer> call = CompletableFuture.supplyAsync(
                () -> writing.http().patch("/v1/agents/b2/core-memory/blocks/system%2Fpersona", "{\"value\": \"v\"}"));
        gate.awaitReached();
        admin.call("CALL git_memory.attach_block('a1', 'block-b1')");
        Session letting = superuser();
        letting.call("BEGIN");
        letting.call("SELECT FROM git_memory.repo WHERE agent_id = 'a1' FOR UPDATE");
        gate.open(); // it commits for the owners that it knows, and then has to lock the new one, too
        awaitWaitingFor(letting);
        letting.call("SET CONSTRAINTS ALL IMMEDIATE");
        letting.call("DELETE FROM agents_tags WHERE agent_id IN ('b1', 'b2')");
        letting.call("COMMIT");

        assertThat(call.get().status()).isEqualTo(200);
        assertThat(block("b1", SHARED, "value")).isEqualTo("v");
        assertThat(block("b1", SHARED, "git_sha")).isEqualTo(newest("a1"));
        assertThat(messages("a1")).endsWith("Update system/persona");
        assertRowsAreWhatGitSays();
    }

    @Test
    void aDeletionForTheOwnerThatIsLetGoIsRefusedAndNobodyLosesTheBlock() throws Exception {
        sidecar();
        share("a1", "a2");
        application.createAgent("a3");
        application.link("a3", "block-a1", SHARED);
        String before = newest("a1");
        Session.Refused refused =
                whileLettingGo("a2", () -> admin.refused("CALL git_memory.delete_block('a2', ?)", SHARED));

        assertThat(refused.state()).isEqualTo("MG103");
        assertThat(refused.message())
                .contains(
                        "a2 is not enabled",
                        "shares 'system/persona' (block block-a1) with an agent that is",
                        "nothing was deleted");
        assertThat(newest("a1")).isEqualTo(before);
        for (String agent : List.of("a1", "a2", "a3")) {
            assertThat(application.labels(agent)).containsExactly(SHARED);
        }
        assertRowsAreWhatGitSays();

        assertThat(admin.call("CALL git_memory.detach_block('a2', 'block-a1')"))
                .as("git has no part in it")
                .containsEntry("git_sha", null);
        assertThat(application.labels("a2")).isEmpty();
        assertThat(block("a1", SHARED, "git_sha")).isEqualTo(before);
        assertRowsAreWhatGitSays();
    }

    @Test
    void aDeletionForAnOwnerThatStaysLeavesTheBlockToTheOneThatIsLetGo() throws Exception {
        sidecar();
        share("a1", "a2");
        String deleted = whileLettingGo("a2", () -> admin.value("CALL git_memory.delete_block('a1', ?)", SHARED));

        assertThat(deleted).isEqualTo(newest("a1"));
        assertThat(application.labels("a1")).isEmpty();
        assertThat(application.labels("a2")).containsExactly(SHARED);
        assertThat(block("a2", SHARED, "git_sha")).isNull();
        assertRowsAreWhatGitSays();
    }
}
