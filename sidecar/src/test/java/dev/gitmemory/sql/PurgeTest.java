package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.sql.Session.Refused;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.DyingStore;
import dev.gitmemory.testing.DyingStore.When;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Forgetting an agent: what goes, what stays, what is answered afterwards, and what comes between the steps. */
class PurgeTest extends SqlTest {

    private static final String SECRET = "only for Iris";

    private List<String> objects() throws IOException {
        return store.list("", "", 1000).stream().map(ObjectStore.Entry::key).toList();
    }

    private void disabledAgent(String agentId) {
        enabledAgent(agentId);
        write(agentId, "system/persona", SECRET);
        admin.call("CALL git_memory.block_at(?, 'system/persona')", agentId);
        admin.call("CALL git_memory.disable_agent(?)", agentId);
    }

    private String state(String agentId) {
        return String.valueOf(admin.value("SELECT state FROM git_memory.status WHERE agent_id = ?", agentId));
    }

    /** No table of git-memory's holds the agent or its memory but as a tombstone. */
    private void assertForgotten(String agentId) throws IOException {
        assertThat(objects())
                .filteredOn(key -> key.startsWith("org-1/" + agentId + "/"))
                .hasSize(2);
        for (String table : List.of("repo", "file", "commit", "intent")) {
            assertThat(application.query("SELECT * FROM git_memory." + table + " WHERE agent_id = ?", agentId))
                    .as(table)
                    .isEmpty();
        }
        assertThat(application.query("SELECT * FROM git_memory.request q WHERE q::text LIKE ?", "%" + SECRET + "%"))
                .isEmpty();
        assertThat(state(agentId)).isEqualTo("purged");
    }

    @Test
    void nothingIsLeftButATombstoneAndEverythingSaysSo() throws SQLException, IOException {
        Http http = sidecar().http();
        disabledAgent("iris");
        Map<String, @Nullable String> purged = admin.call("CALL git_memory.purge_agent('iris', 'iris')");

        assertThat(purged).containsEntry("removed", "2").containsKey("purged_at");
        assertForgotten("iris");
        assertThat(admin.value("SELECT remark FROM git_memory.status WHERE agent_id = 'iris'"))
                .startsWith("purged at ")
                .contains("for role " + adminRole);
        assertThat(block("iris", "system/persona", "value"))
                .as("rows are the application's")
                .isEqualTo(SECRET);
        for (String call : List.of(
                "enable_agent('iris')",
                "sync_agent('iris')",
                "verify_agent('iris')",
                "block_at('iris', 'system/persona')",
                "diff('iris', NULL, 'HEAD')")) {
            Refused refused = admin.refused("CALL git_memory." + call);
            assertThat(refused.state()).as(call).isEqualTo("MG108");
            assertThat(refused.message()).as(call).contains("iris was purged", "gone for good");
        }
        Http.Answer status = http.get("/v1/agents/iris/git-memory");
        assertThat(status.status()).isEqualTo(200);
        assertThat(status.text("state")).isEqualTo("purged");
        for (String path : List.of("/history", "/blocks", "/blocks/system/persona", "/diff?from=HEAD")) {
            assertThat(http.get("/v1/agents/iris/git-memory" + path).status())
                    .as(path)
                    .isEqualTo(410);
        }
        for (String path : List.of("/enable", "/sync", "/verify")) {
            assertThat(http.post("/v1/agents/iris/git-memory" + path, "").status())
                    .as(path)
                    .isEqualTo(410);
        }
        assertThat(http.patch("/v1/blocks/block-iris", "{\"value\": \"plain\"}").status())
                .isEqualTo(200);
        assertThat(write("iris", "system/persona", "plainer")).containsEntry("git_sha", null);
        assertForgotten("iris");
    }

    /** Changes rows around the guard, as only a superuser can, so that comparing has something to tell. */
    private void changeAroundTheGuard(String... agentIds) throws SQLException {
        database.execute("ALTER TABLE block DISABLE TRIGGER git_memory_guard_update");
        for (String agentId : agentIds) {
            database.execute("UPDATE block SET value = '" + SECRET + "' WHERE id = 'block-" + agentId + "'");
        }
        database.execute("ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
    }

    @Test
    void whatWasToldOfItByRequestsAboutAllAgentsGoesAndTheRestStays() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        enabledAgent("ivo");
        admin.call("CALL git_memory.create_block('iris', 'system/private', 'v')");
        changeAroundTheGuard("iris", "ivo");
        String verified = admin.value("SELECT git_memory.submit_verify_all()");
        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", verified))
                .contains("iris: ", "ivo: ", "verify: 2 of 2");
        admin.call("CALL git_memory.sync_all()");
        assertThat(column("SELECT count(*) FROM git_memory.overwritten")).containsExactly("2");
        admin.call("CALL git_memory.disable_agent('iris')");
        admin.call("CALL git_memory.purge_agent('iris', 'iris')");

        assertForgotten("iris");
        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", verified))
                .contains("ivo: ", "verify: 2 of 2")
                .doesNotContain("iris");
        assertThat(column("SELECT agent_id FROM git_memory.overwritten")).containsExactly("ivo");
    }

    @Test
    void aComparisonOfAllThatIsUnderWayMeanwhileDoesNotTellOfIt() throws SQLException, IOException {
        Gate gate = new Gate(Step.COMPARED, "agent-39");
        sidecar(gate);
        for (int i = 0; i < 40; i++) {
            enabledAgent("agent-%02d".formatted(i));
        }
        changeAroundTheGuard("agent-00", "agent-01");
        String request = admin.value("SELECT git_memory.submit_sync_all()");
        gate.awaitReached(); // in the second batch: what the first one found is written down
        assertThat(column("SELECT progress ->> 'notices' FROM git_memory.request WHERE id = ?::uuid", request))
                .singleElement()
                .asString()
                .contains("agent-00: ", "agent-01: ");
        admin.call("CALL git_memory.disable_agent('agent-00')");
        admin.call("CALL git_memory.purge_agent('agent-00', 'agent-00')");
        gate.open();

        assertThat(admin.value("SELECT git_memory.await_request(?::uuid)", request))
                .contains("agent-01: ")
                .doesNotContain("agent-00: ");
        assertThat(column("SELECT id FROM git_memory.request q WHERE q::text LIKE '%agent-00: %'"))
                .isEmpty();
    }

    @Test
    void theAgentCantGetTheTagAgain() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        disabledAgent("iris");
        admin.call("CALL git_memory.purge_agent('iris', 'iris')");
        Session app = session("postgres");
        Refused refused = app.refused("INSERT INTO agents_tags (agent_id, tag) VALUES ('iris', 'git-memory-enabled')");

        assertThat(refused.state()).isEqualTo("MG006");
        assertThat(refused.message()).contains("purged");
        assertThat(refused.hint()).contains("new id");
        assertThat(column("SELECT tag FROM agents_tags WHERE agent_id = 'iris'"))
                .isEmpty();
        app.call("INSERT INTO agents_tags (agent_id, tag) VALUES ('iris', 'another')");
        assertThat(block("iris", "system/persona", "git_sha")).isNull();
        assertThat(sidecar.memory().reconciler().run()).isZero();
    }

    @Test
    void aTagThatIsNotCommittedYetIsWaitedForAndWins() throws SQLException, IOException {
        sidecar();
        disabledAgent("iris");
        Session app = session("postgres");
        app.call("BEGIN");
        app.call("INSERT INTO agents_tags (agent_id, tag) VALUES ('iris', 'git-memory-enabled')");
        String request = admin.value("SELECT git_memory.submit_purge_agent('iris', 'iris')");
        app.call("COMMIT");
        assertThat(admin.refused("SELECT git_memory.await_request(?::uuid, '60 s')", request)
                        .state())
                .isEqualTo("MG103");
        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(messages("iris")).hasSize(2);
    }

    /** As when two sidecars carry the same purge to its end. */
    @Test
    void theAnswerIsThereThoughAnotherSidecarHasRemovedTheRestMeanwhile() throws SQLException, IOException {
        sidecar();
        disabledAgent("iris");
        String request = admin.value("SELECT git_memory.submit_purge_agent('iris', 'iris')");
        admin.call("SELECT git_memory.await_request(?::uuid, '60 s')", request);
        try (Database another = Database.connect(database.sidecarSettings(), TableNames.DEFAULT)) {
            another.execute(tx -> tx.tombstones().forgetAgent("iris"));
        }
        assertThat(admin.value("SELECT git_memory.await_request(?::uuid, '60 s') ->> 'removed'", request))
                .isEqualTo("2");
    }

    @Test
    void theIdIsAskedForTwiceAndAnEnabledAgentIsNotPurged() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        for (String arguments : List.of("'iris', 'Iris'", "'iris', ''")) {
            Refused refused = admin.refused("CALL git_memory.purge_agent(" + arguments + ")");
            assertThat(refused.state()).isEqualTo("22023");
            assertThat(refused.hint()).contains("Nothing was submitted");
        }
        assertThat(admin.refused("CALL git_memory.purge_agent('iris', NULL)").state())
                .isEqualTo("22004");
        Refused enabled = admin.refused("CALL git_memory.purge_agent('iris', 'iris')");
        assertThat(enabled.state()).isEqualTo("MG103");
        assertThat(enabled.message()).contains("disable it first");
        assertThat(state("iris")).isEqualTo("enabled");
        assertThat(messages("iris")).hasSize(1);
        assertThat(admin.refused("CALL git_memory.purge_agent('nobody', 'nobody')")
                        .state())
                .isEqualTo("MG102");
        application.createAgent("never");
        Refused never = admin.refused("CALL git_memory.purge_agent('never', 'never')");
        assertThat(never.state()).isEqualTo("MG102");
        assertThat(never.message()).contains("nothing to purge");
        assertThat(column("SELECT agent_id FROM git_memory.tombstone")).isEmpty();
    }

    @Test
    void onlyAdminsMay() throws SQLException, IOException {
        String app = database.role();
        Refused granted = superuser().refused("SELECT git_memory.allow(?, 'write_block', 'purge_agent')", app);
        assertThat(granted.state()).isEqualTo("42501");
        superuser().call("SELECT git_memory.allow(?, 'write_block', 'disable_agent')", app);
        for (String call :
                List.of("CALL git_memory.purge_agent('a', 'a')", "SELECT git_memory.submit_purge_agent('a', 'a')")) {
            assertThat(session(app).refused(call).state()).as(call).isEqualTo("42501");
        }
    }

    @Test
    void deletingTheAgentKeepsTheRepositoryUntilItIsPurged() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        String head = write("iris", "system/persona", SECRET).get("git_sha");
        Session app = session("postgres");
        app.call("BEGIN");
        app.call("DELETE FROM agents_tags WHERE agent_id = 'iris'");
        app.call("DELETE FROM agents WHERE id = 'iris'");
        app.call("COMMIT");

        assertThat(admin.call("SELECT state, tagged, head_sha, remark FROM git_memory.status WHERE agent_id = 'iris'"))
                .containsEntry("state", "deleted")
                .containsEntry("tagged", "f")
                .containsEntry("head_sha", head)
                .extractingByKey("remark")
                .asString()
                .contains("deleted the agent", "its repository is kept", "purge_agent");
        assertThat(messages("iris")).containsExactly("Enable git memory for iris", "Update system/persona");
        assertThat(sidecar.http().get("/v1/agents/iris/git-memory").text("state"))
                .isEqualTo("deleted");
        assertThat(sidecar.http()
                        .get("/v1/agents/iris/git-memory/blocks/system/persona")
                        .text("value"))
                .isEqualTo(SECRET);
        assertThat(admin.call("CALL git_memory.block_at('iris', 'system/persona')"))
                .containsEntry("value", SECRET);
        assertThat(admin.refused("CALL git_memory.enable_agent('iris')").state())
                .isEqualTo("MG102");
        sidecar.memory().reconciler().run();
        assertThat(state("iris")).isEqualTo("deleted");

        admin.call("CALL git_memory.purge_agent('iris', 'iris')");
        assertForgotten("iris");
    }

    @Test
    void aSidecarThatHasItOpenAnswersLikeTheOther() throws SQLException, IOException {
        sidecar();
        disabledAgent("iris");
        try (Sidecar other = Sidecar.start(database, store)) {
            assertThat(other.http().get("/v1/agents/iris/git-memory/history").status())
                    .isEqualTo(200);
            other.memory().purge("iris", null, "other");
        }
        Sidecar fresh = sidecar();
        assertThat(fresh.http().get("/v1/agents/iris/git-memory/history").status())
                .isEqualTo(410);
        assertThat(admin.call("CALL git_memory.purge_agent('iris', 'iris')"))
                .as("again")
                .containsEntry("removed", "2");
        assertForgotten("iris");
    }

    @ParameterizedTest
    @EnumSource
    void whereverItIsCutShortAnotherSidecarCompletesIt(When when) throws SQLException, IOException {
        try (Sidecar first = Sidecar.start(database, store)) {
            assertThat(first.http().port()).isPositive();
            for (int i = 1; i <= 14; i++) {
                disabledAgent("agent-" + i);
            }
        }
        int died = 0;
        for (int request = 1; request <= 14; request++) {
            String agent = "agent-" + request;
            DyingStore mortal = new DyingStore(store, when);
            try (Sidecar dying = Sidecar.start(database, mortal)) {
                mortal.dieAfter(request);
                boolean cut = dies(dying, agent);
                died += cut ? 1 : 0;
                if (cut
                        && !column("SELECT 1 FROM git_memory.tombstone WHERE agent_id = ?", agent)
                                .isEmpty()) {
                    assertThat(state(agent)).isEqualTo("purging");
                    assertThat(dying.http()
                                    .get("/v1/agents/" + agent + "/git-memory/history")
                                    .status())
                            .isEqualTo(410);
                }
            }
        }
        assertThat(died).isGreaterThan(7).isLessThan(14);
        Sidecar next = sidecar();
        next.memory().reconciler().run();
        // What was cut short before anything had begun is as it was.
        for (String agent : column("SELECT agent_id FROM git_memory.status WHERE state = 'disabled'")) {
            assertThat(messages(String.valueOf(agent))).hasSize(2);
            admin.call("CALL git_memory.purge_agent(?, ?)", agent, agent);
        }
        assertThat(column("SELECT DISTINCT state FROM git_memory.status")).containsExactly("purged");
        assertThat(objects()).hasSize(2 * 14);
        assertThat(application.query("SELECT * FROM git_memory.repo")).isEmpty();
        assertThat(next.memory().reconciler().run()).isZero();
    }

    private static boolean dies(Sidecar sidecar, String agentId) {
        try {
            sidecar.memory().purge(agentId, null, "test");
            return false;
        } catch (RuntimeException e) {
            assertThat(e).hasMessageContaining("goes on by itself").hasMessageContaining("the process is dead");
            return true;
        }
    }

    @Test
    void whatASlowWriterHasLeftIsRemovedLaterByItself() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        disabledAgent("iris");
        admin.call("CALL git_memory.purge_agent('iris', 'iris')");
        store.create(
                "org-1/iris/repo.git/log/00000000000000000001.bundle",
                SECRET.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        sidecar.memory().reconciler().run();
        assertThat(objects()).as("not on every pass").hasSize(3);
        database.execute("UPDATE git_memory.tombstone SET swept_at = swept_at - interval '11 min'");
        sidecar.memory().reconciler().run();
        assertForgotten("iris");
        database.execute("UPDATE git_memory.tombstone SET purged_at = purged_at - interval '2 h'");
        store.create("org-1/iris/repo.git/log/00000000000000000001.bundle", new byte[] {1});
        database.execute("UPDATE git_memory.tombstone SET swept_at = swept_at - interval '11 min'");
        sidecar.memory().reconciler().run();
        assertThat(objects()).as("not for ever").hasSize(3);
    }
}
