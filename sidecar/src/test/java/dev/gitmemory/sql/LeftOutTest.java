package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.sql.Session.Refused;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that git can't have: an agent is taken over without them, they are frozen, reported, and can be mended. */
class LeftOutTest extends SqlTest {

    private static final String LEFT_OUT =
            "SELECT label, block_id, reason FROM git_memory.left_out WHERE agent_id = ? ORDER BY label COLLATE \"C\"";

    /** An agent with a good block, an illegal label, and two labels that would become one; tagged by plain SQL. */
    private void mixedAgent(String agentId) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-good-" + agentId, "persona", "good");
        application.createBlock(agentId, "block-up-" + agentId, "../up", "illegal");
        application.createBlock(agentId, "block-twin-" + agentId, "twin", "renamed");
        application.createBlock(agentId, "block-kept-" + agentId, "system/twin", "as it is");
    }

    private void taggedAgent(String agentId) {
        mixedAgent(agentId);
        application.tag(agentId);
    }

    private Map<String, @Nullable String> status(String agentId) {
        return admin.call("SELECT * FROM git_memory.status WHERE agent_id = ?", agentId);
    }

    @Test
    void fiveHundredBlocksAreTakenOverButForThoseThatGitCantHave() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        mixedAgent("iris");
        application.update("INSERT INTO block (id, label, value, \"limit\", organization_id)"
                + " SELECT 'b-' || i, 'notes/' || i, repeat('v', i), 5000, 'org-1' FROM generate_series(1, 500) AS i");
        application.update("INSERT INTO blocks_agents (agent_id, block_id, block_label)"
                + " SELECT 'iris', 'b-' || i, 'notes/' || i FROM generate_series(1, 500) AS i");
        application.tag("iris");
        application.createAgent("other");
        application.createBlock("other", "block-other", "persona", "fine");
        application.tag("other");

        assertThat(sidecar.memory().reconciler().run()).isEqualTo(2);
        assertThat(status("iris"))
                .containsEntry("state", "enabled")
                .containsEntry("commits", "1")
                .extractingByKey("last_error")
                .asString()
                .contains("2 blocks were left out", "git_memory.left_out");
        assertThat(status("other")).containsEntry("state", "enabled").containsEntry("last_error", null);
        List<Map<String, @Nullable String>> reported = admin.rows(LEFT_OUT, "iris");
        assertThat(reported).extracting(row -> row.get("block_id")).containsExactly("block-up-iris", "block-twin-iris");
        assertThat(reported.get(1).get("reason")).isEqualTo("'system/twin' and 'twin' would both become 'system/twin'");
        assertThat(column("SELECT count(*) FROM git_memory.file WHERE agent_id = 'iris'"))
                .containsExactly("502");
        assertThat(column("SELECT count(*) FROM block WHERE git_sha = 'pending'"))
                .containsExactly("2");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void whoEnablesIsToldAndSoIsWhoVerifies() throws SQLException, IOException {
        Http http = sidecar().http();
        taggedAgent("iris");
        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(admin.notices())
                .hasSize(3)
                .contains("'persona' was renamed to 'system/persona'")
                .anyMatch(n -> n.startsWith("'../up': block block-up-iris was left out and is frozen: "));
        assertThat(http.get("/v1/agents/iris/git-memory").json().get("left_out"))
                .hasSize(2);
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "2");
        assertThat(admin.notices()).anyMatch(n -> n.contains("'twin': block block-twin-iris was left out"));

        assertThat(admin.call("CALL git_memory.sync_agent('iris')")).containsEntry("differences", "0");
        assertThat(admin.notices()).anyMatch(n -> n.contains("'twin': ") && n.endsWith("left it as it is"));
        assertThat(application.labels("iris")).containsExactly("../up", "system/persona", "system/twin", "twin");
        assertThat(block("iris", "twin", "value")).isEqualTo("renamed");
    }

    @Test
    void theirRowsAreFrozenAndTheOthersAreNot() throws SQLException, IOException {
        Http http = sidecar().http();
        taggedAgent("iris");
        admin.call("CALL git_memory.enable_agent('iris')");
        Session app = session("postgres");
        assertThat(app.refused("UPDATE block SET value = 'x' WHERE id = 'block-twin-iris'")
                        .state())
                .isEqualTo("MG002");
        assertThat(app.refused("UPDATE block SET label = 'x' WHERE id = 'block-up-iris'")
                        .hint())
                .contains("git_memory.left_out says why");
        Refused written = admin.refused("CALL git_memory.write_block('iris', 'twin', 'x')");
        assertThat(written.state()).isEqualTo("MG103");
        assertThat(written.message()).contains("left out", "Disable the agent, mend the row");
        assertThat(http.patch("/v1/blocks/block-up-iris", "{\"value\": \"x\"}").status())
                .isEqualTo(409);
        assertThat(admin.refused("CALL git_memory.create_block('iris', 'twin', 'x')")
                        .state())
                .isEqualTo("MG103");

        assertThat(http.patch("/v1/blocks/block-up-iris", "{\"hidden\": true}").status())
                .isEqualTo(200);
        assertThat(write("iris", "system/persona", "new")).containsEntry("block_id", "block-good-iris");
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "2");
        assertThat(column("SELECT value FROM block WHERE git_sha = 'pending' ORDER BY 1"))
                .containsExactly("illegal", "renamed");
    }

    @Test
    void aMendedBlockIsTakenOverWhenTheAgentIsEnabledAgain() throws SQLException, IOException {
        sidecar();
        taggedAgent("iris");
        admin.call("CALL git_memory.enable_agent('iris')");
        admin.call("CALL git_memory.disable_agent('iris')");
        assertThat(application.query("SELECT * FROM git_memory.left_out")).isEmpty();
        application.update("UPDATE block SET label = 'up' WHERE id = 'block-up-iris'");
        application.update("UPDATE block SET label = 'twin-2' WHERE id = 'block-twin-iris'");
        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(application.labels("iris"))
                .containsExactly("system/persona", "system/twin", "system/twin-2", "system/up");
        assertThat(status("iris")).containsEntry("last_error", null);
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "0");
    }

    @Test
    void oneThatIsDeletedOrTakenAwayIsNoLongerReported() throws SQLException, IOException {
        Http http = sidecar().http();
        taggedAgent("iris");
        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(http.delete("/v1/blocks/block-up-iris").status()).isEqualTo(200);
        application.update("DELETE FROM blocks_agents WHERE block_id = 'block-twin-iris'");
        assertThat(admin.rows(LEFT_OUT, "iris")).isEmpty();
        assertThat(column("SELECT git_sha FROM block WHERE id = 'block-twin-iris'"))
                .containsExactly((String) null);
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "0");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void anAgentThatSharesSuchABlockIsTakenOverWithoutItToo() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        taggedAgent("iris");
        application.createAgent("ivo");
        application.link("ivo", "block-up-iris", "../up");
        application.link("ivo", "block-twin-iris", "twin");
        application.link("ivo", "block-good-iris", "persona");
        application.tag("ivo");
        sidecar.memory().reconciler().run();
        for (String agent : List.of("iris", "ivo")) {
            assertThat(status(agent)).as(agent).containsEntry("state", "enabled");
            assertThat(admin.rows(LEFT_OUT, agent)).as(agent).hasSize(2);
        }
        write("ivo", "system/persona", "for both");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(messages("iris")).containsExactly("Enable git memory for iris", "Update system/persona");
        admin.call("CALL git_memory.disable_agent('iris')");
        assertThat(column("SELECT DISTINCT git_sha FROM block WHERE id IN ('block-up-iris', 'block-twin-iris')"))
                .as("frozen for the other one")
                .containsExactly("pending");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aFileCantBeAFolderOnTheWayToAnother() throws SQLException, IOException {
        sidecar();
        application.createAgent("iris");
        application.createBlock("iris", "block-file", "system/notes", "file");
        application.createBlock("iris", "block-below", "system/notes.md/today", "below");
        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(column("SELECT label FROM git_memory.file WHERE agent_id = 'iris'"))
                .hasSize(1);
        assertThat(admin.rows(LEFT_OUT, "iris")).hasSize(1);
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": \"\\ud800\"}",
                "{\"n\": 1e200000}",
                "{\"a\": \"\\u0000\"}",
                "{\"n\": 1e1000}",
                "{\"n\": [1e131071, 1e131071]}"
            })
    void metadataThatJsonbRefusesOrThatCostsTooMuchIsLeftOutAndHoldsUpNobody(String metadata)
            throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        for (String agent : List.of("iris", "ivo")) {
            application.createAgent(agent);
            application.createBlock(agent, "block-" + agent, "persona", "I am " + agent);
        }
        application.createBlock("iris", "block-odd", "odd", "odd");
        application.update("UPDATE block SET metadata_ = CAST(? AS json) WHERE id = 'block-odd'", metadata);
        application.link("ivo", "block-odd", "odd");
        application.tag("iris");
        application.tag("ivo");
        assertThat(sidecar.memory().reconciler().run()).isEqualTo(2);

        for (String agent : List.of("iris", "ivo")) {
            assertThat(admin.rows(LEFT_OUT, agent)).hasSize(1);
            assertThat(admin.call("CALL git_memory.verify_agent(?)", agent)).containsEntry("differences", "1");
            assertThat(admin.call("CALL git_memory.sync_agent(?)", agent)).containsEntry("differences", "0");
        }
        assertThat(admin.notices()).anyMatch(n -> n.contains("'odd': block block-odd was left out"));
        assertThat(block("iris", "odd", "metadata_")).isEqualTo(metadata);
    }
}
