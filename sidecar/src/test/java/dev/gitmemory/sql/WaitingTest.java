package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls that get no answer, or not in time, or not where they may be made. */
class WaitingTest extends SqlTest {

    private @Nullable String requestInState(String state) {
        return superuser("SELECT id FROM git_memory.request WHERE state = ? ORDER BY seq DESC LIMIT 1", state);
    }

    private @Nullable String superuser(String sql, @Nullable Object... parameters) {
        return column(sql, parameters).stream().findFirst().orElse(null);
    }

    private String write(String agentId, String value) {
        return "CALL git_memory.write_block('%s', 'system/persona', '%s')".formatted(agentId, value);
    }

    /** An enabled agent, and no sidecar any more. */
    private void agentWithoutSidecar() throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            assertThat(sidecar.http().port()).isPositive();
            enabledAgent("a");
        }
    }

    @Test
    void withoutASidecarACallEndsInTimeAndHasNoEffectLater() throws SQLException, IOException {
        agentWithoutSidecar();
        Session.Refused refused =
                admin.refused("CALL git_memory.write_block('a', 'system/persona', 'late', wait => '0.2 s')");
        assertThat(refused.state()).isEqualTo("MG110");
        assertThat(refused.message()).startsWith("no sidecar took the request within ");
        assertThat(refused.detail()).contains("nothing was done, and nothing will be", "0 sidecars listen");
        assertThat(refused.hint()).contains("git-memory serve");

        sidecar();
        assertThat(write("a", "system/persona", "now")).containsKey("git_sha");
        assertThat(messages("a")).containsExactly("Enable git memory for a", "Update system/persona");
        assertThat(column("SELECT state FROM git_memory.requests WHERE kind = 'write_block' ORDER BY submitted_at"))
                .containsExactly("withdrawn", "done");
    }

    @Test
    void theSettingSaysHowLongToWaitWhereTheCallDoesNot() {
        admin.call("SET git_memory.wait = '50 ms'");
        assertThat(admin.refused("CALL git_memory.sync_all()").state()).isEqualTo("MG110");
        admin.call("SET git_memory.wait = 'long'");
        Session.Refused refused = admin.refused("CALL git_memory.sync_all()");
        assertThat(refused.state()).isEqualTo("22007");
        assertThat(refused.message()).isEqualTo("the setting git_memory.wait must be an interval, is \"long\"");
        assertThat(refused.hint()).contains("SET git_memory.wait = '10 s'");
        assertThat(admin.refused("CALL git_memory.sync_all(wait => '50 ms')").state())
                .isEqualTo("MG110");
        admin.call("SET git_memory.wait = '-1 s'");
        assertThat(admin.refused("CALL git_memory.sync_all()").message())
                .startsWith("the setting git_memory.wait must be longer than nothing");
    }

    @Test
    void statementTimeoutWithdrawsARequestThatNobodyTook() throws SQLException, IOException {
        agentWithoutSidecar();
        admin.call("SET statement_timeout = '200 ms'");
        Session.Refused refused = admin.refused(write("a", "late"));
        assertThat(refused.state()).isEqualTo("57014");
        assertThat(refused.message()).contains("withdrawn before a sidecar took it");
        assertThat(requestInState("queued")).isNull();
    }

    @Test
    void aCancelledCallIsWithdrawn() throws Exception {
        agentWithoutSidecar();
        Session caller = session(adminRole);
        CompletableFuture<Session.Refused> call =
                CompletableFuture.supplyAsync(() -> caller.refused(write("a", "late")));
        eventually(() ->
                superuser("SELECT 1 FROM pg_stat_activity WHERE pid = ? AND wait_event = 'PgSleep'", caller.pid()));
        superuser("SELECT pg_cancel_backend(?)", caller.pid());
        assertThat(call.get().state()).isEqualTo("57014");
        assertThat(requestInState("queued")).isNull();
        assertThat(requestInState("withdrawn")).isNotNull();
    }

    @Test
    void aRequestWhoseCallerLostItsConnectionIsNeverCarriedOut() throws Exception {
        agentWithoutSidecar();
        Session caller = session(adminRole);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> caller.attempt(write("a", "late")));
        String request = eventually(() -> requestInState("queued"));
        superuser("SELECT pg_terminate_backend(?)", caller.pid());
        eventually(() ->
                superuser("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ?)", caller.pid()));
        assertThat(call.handle((nothing, failure) -> true).get()).isTrue();

        sidecar();
        write("a", "system/persona", "now");
        eventually(() ->
                superuser("SELECT 1 FROM git_memory.request WHERE id = ?::uuid AND state = 'withdrawn'", request));
        assertThat(messages("a")).containsExactly("Enable git memory for a", "Update system/persona");
    }

    @Test
    void aCallThatEndsWhileASidecarWorksSaysHowToAskForTheResult() throws Exception {
        try (Sidecar enabling = Sidecar.start(database, store)) {
            assertThat(enabling.http().port()).isPositive();
            enabledAgent("a");
            enabledAgent("b");
        }
        Gate gate = new Gate(Step.REQUEST_TAKEN);
        sidecar(gate);
        Session.Refused late =
                admin.refused("CALL git_memory.write_block('a', 'system/persona', 'slow', wait => '0.3 s')");
        assertThat(late.state()).isEqualTo("MG111");
        Session caller = session(adminRole);
        CompletableFuture<Session.Refused> call =
                CompletableFuture.supplyAsync(() -> caller.refused(write("b", "slow, too")));
        eventually(() -> superuser("SELECT 1 FROM git_memory.request WHERE agent_id = 'b' AND kind = 'write_block'"
                + " AND state = 'taken'"));
        superuser("SELECT pg_cancel_backend(?)", caller.pid());
        Session.Refused cancelled = call.get();
        assertThat(cancelled.state()).isEqualTo("57014");
        assertThat(cancelled.hint()).contains("SELECT git_memory.await_request('");

        gate.open();
        for (Session.Refused refused : new Session.Refused[] {late, cancelled}) {
            String ask = refused.hint().substring(0, refused.hint().indexOf(" tells what"));
            assertThat(admin.value(ask)).contains("\"git_sha\": \"");
        }
        assertThat(block("a", "system/persona", "value")).isEqualTo("slow");
        assertThat(block("b", "system/persona", "value")).isEqualTo("slow, too");
    }

    @Test
    void insideATransactionACallNamesTheFunctionThatWorksThere() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        admin.call("BEGIN");
        Session.Refused refused = admin.refused(write("a", "x"));
        assertThat(refused.state()).isEqualTo("2D000");
        assertThat(refused.message()).contains("git_memory.write_block cannot run inside a transaction block");
        assertThat(refused.hint()).contains("git_memory.submit_write_block(", "git_memory.await_request(id)");
        admin.call("ROLLBACK");
        assertThat(admin.refused("DO $$ BEGIN BEGIN "
                                + write("a", "x").replace("')", "', git_sha => NULL, block_id => NULL)")
                                + "; EXCEPTION WHEN division_by_zero THEN NULL; END; END $$")
                        .state())
                .isIn("2D000", "42601");

        admin.call("BEGIN");
        String request = admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'after commit')");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid)", request)
                        .state())
                .isEqualTo("55000");
        admin.call("ROLLBACK");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid)", request)
                        .state())
                .isEqualTo("MG102");

        admin.call("BEGIN");
        request = admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'after commit')");
        admin.call("COMMIT");
        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                .contains("\"block_id\": \"block-a\"");
        assertThat(block("a", "system/persona", "value")).isEqualTo("after commit");
        assertThat(messages("a")).hasSize(2);
    }

    @Test
    void aDoBlockMayCallSeveralOneAfterTheOther() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        admin.call("""
                DO $$
                DECLARE
                    sha   text;
                    block text;
                BEGIN
                    FOR i IN 1..3 LOOP
                        CALL git_memory.write_block('a', 'system/persona', i::text, git_sha => sha, block_id => block);
                        RAISE NOTICE '% %', block, length(sha);
                    END LOOP;
                END
                $$""");
        assertThat(admin.notices())
                .containsExactly("'persona' was renamed to 'system/persona'", "block-a 40", "block-a 40", "block-a 40");
        assertThat(block("a", "system/persona", "value")).isEqualTo("3");
        assertThat(messages("a")).hasSize(4);
    }

    @Test
    void aSessionThatIsSerializableByDefaultGetsItsAnswer() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        admin.call("SET default_transaction_isolation = 'serializable'");
        Map<String, @Nullable String> written = admin.call(write("a", "isolated"));
        assertThat(written).containsEntry("block_id", "block-a");
        String request = admin.value("SELECT git_memory.submit_verify_agent('a')");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid)", request)
                        .state())
                .isEqualTo("0A000");
    }

    @Test
    void aSubmittedRequestWaitsForASidecarUnlessItIsWithdrawn() throws SQLException, IOException {
        agentWithoutSidecar();
        String first = admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'one')");
        String second = admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'two')");
        assertThat(column("SELECT pending_requests FROM git_memory.status WHERE agent_id = 'a'"))
                .containsExactly("2");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid, '50 ms')", first)
                        .state())
                .isEqualTo("MG111");
        assertThat(admin.value("SELECT git_memory.withdraw_request(?::uuid)", second))
                .isEqualTo("t");
        sidecar();
        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", first))
                .contains("git_sha");
        assertThat(admin.value("SELECT git_memory.withdraw_request(?::uuid)", first))
                .isEqualTo("f");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid)", second)
                        .state())
                .isEqualTo("MG110");
        assertThat(block("a", "system/persona", "value")).isEqualTo("one");
    }
}
