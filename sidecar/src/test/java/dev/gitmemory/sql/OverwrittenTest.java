package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows that differ although the guard was there: verify names them, sync mends them and keeps what they held. */
class OverwrittenTest extends SqlTest {

    private void behindTheGuardsBack(String... statements) throws SQLException {
        List<String> tables = List.of("block", "blocks_agents");
        for (String table : tables) {
            database.execute("ALTER TABLE " + table + " DISABLE TRIGGER ALL");
        }
        database.execute(statements);
        for (String table : tables) {
            database.execute(
                    "ALTER TABLE " + table + " ENABLE TRIGGER ALL",
                    "DO $$ DECLARE t name; BEGIN FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = '" + table
                            + "'::regclass AND tgname LIKE 'git_memory%' LOOP EXECUTE format('ALTER TABLE " + table
                            + " ENABLE ALWAYS TRIGGER %I', t); END LOOP; END $$");
        }
    }

    @Test
    void theStrangeContentIsKeptAndGitsComesBack() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        String sha = block("iris", "system/persona", "git_sha");
        behindTheGuardsBack(
                "UPDATE block SET value = 'strange', description = 'odd', metadata_ = '{\"a\": 1}' WHERE id = 'block-iris'",
                "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES ('b-2', 'extra', 'more', 10, 'org-1')",
                "INSERT INTO blocks_agents (agent_id, block_id, block_label) VALUES ('iris', 'b-2', 'extra')");
        assertThat(admin.rows("SELECT label, state FROM git_memory.drift ORDER BY label"))
                .extracting(Map::values)
                .extracting(List::copyOf)
                .containsExactly(List.of("extra", "MG001"), List.of("system/persona", "MG003"));
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "2");
        assertThat(admin.notices())
                .contains("'extra': block b-2 is not in git")
                .anyMatch(n -> n.startsWith("'system/persona': block block-iris differs from git's " + sha));
        assertThat(application.query("SELECT * FROM git_memory.overwritten")).isEmpty();

        assertThat(admin.call("CALL git_memory.sync_agent('iris')")).containsEntry("differences", "2");
        assertThat(admin.notices())
                .anyMatch(n -> n.startsWith("'extra': ")
                        && n.contains("removed the row; what it held is kept: git_memory.overwritten, id "))
                .anyMatch(n -> n.startsWith("'system/persona': ")
                        && n.contains("put git's content back; what it held is kept: git_memory.overwritten, id "));
        assertThat(block("iris", "system/persona", "value")).isEqualTo("I am iris");
        assertThat(application.labels("iris")).containsExactly("system/persona");
        List<Map<String, @Nullable String>> kept = admin.rows("SELECT * FROM git_memory.overwritten ORDER BY label");
        assertThat(kept).hasSize(2);
        assertThat(kept.get(0)).containsEntry("value", "more").containsEntry("replaced_by", null);
        assertThat(kept.get(1))
                .containsEntry("block_id", "block-iris")
                .containsEntry("value", "strange")
                .containsEntry("description", "odd")
                .containsEntry("metadata", "{\"a\": 1}")
                .containsEntry("git_sha", sha)
                .containsEntry("replaced_by", sha);
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(admin.call("CALL git_memory.sync_agent('iris')")).containsEntry("differences", "0");
        assertThat(application.query("SELECT * FROM git_memory.overwritten"))
                .as("once")
                .hasSize(2);
    }

    @Test
    void aRowThatIsOnlyBehindOrOnlyLostItsShaIsNoReport() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        behindTheGuardsBack("UPDATE block SET git_sha = NULL WHERE id = 'block-iris'");
        assertThat(admin.call("CALL git_memory.sync_agent('iris')")).containsEntry("differences", "1");
        assertThat(admin.notices()).anyMatch(n -> n.endsWith("; set its git_sha"));
        behindTheGuardsBack(
                "SET git_memory.reading = 2",
                "DELETE FROM git_memory.file",
                "UPDATE git_memory.repo SET applied_sha = NULL, applied_seq = 0");
        sidecar.memory().sync("iris");
        assertThat(application.query("SELECT * FROM git_memory.overwritten")).isEmpty();
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aSharedRowIsReportedOnce() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        application.createAgent("b");
        application.link("b", "block-a", "system/persona");
        admin.call("CALL git_memory.enable_agent('b')");
        behindTheGuardsBack("UPDATE block SET value = 'strange' WHERE id = 'block-a'");
        assertThat(admin.call("CALL git_memory.sync_agent('b')")).containsEntry("differences", "1");
        assertThat(admin.rows("SELECT value FROM git_memory.overwritten")).hasSize(1);
        assertThat(admin.call("CALL git_memory.verify_agent('a')")).containsEntry("differences", "0");
    }

    @Test
    void adminsSeeItAndReadersDont() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        behindTheGuardsBack("UPDATE block SET value = 'strange' WHERE id = 'block-iris'");
        admin.call("CALL git_memory.sync_agent('iris')");
        String organizations = role("");
        superuser().call("SELECT git_memory.show_organization(?, 'org-1')", organizations);
        for (String role : List.of(role("IN ROLE git_memory_reader"), organizations, database.role())) {
            assertThat(session(role)
                            .refused("SELECT * FROM git_memory.overwritten")
                            .state())
                    .isEqualTo("42501");
        }
        assertThat(admin.rows("SELECT * FROM git_memory.overwritten")).hasSize(1);
        admin.call("CALL git_memory.disable_agent('iris')");
        admin.call("CALL git_memory.purge_agent('iris', 'iris')");
        assertThat(admin.rows("SELECT * FROM git_memory.overwritten")).isEmpty();
    }

    @Test
    void marksThatAreMissingOrWereLeftBehindShowInDrift() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "v");
        application.createAgent("waits");
        application.createBlock("waits", "block-waits", "persona", "v");
        application.tag("waits");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        behindTheGuardsBack(
                "UPDATE block SET git_sha = 'pending' WHERE id = 'block-plain'",
                "UPDATE block SET git_sha = NULL WHERE id = 'block-waits'",
                "INSERT INTO block (id, label, value, \"limit\", organization_id, git_sha)"
                        + " VALUES ('nobodys', 'l', 'v', 10, 'org-1', repeat('a', 40))");
        assertThat(admin.rows(
                        "SELECT agent_id, block_id, state, expected, found FROM git_memory.drift ORDER BY block_id"))
                .extracting(row -> String.join(
                        "|", row.values().stream().map(String::valueOf).toList()))
                .containsExactly(
                        "plain|block-plain|MG002|no git_sha|git_sha pending",
                        "waits|block-waits|MG001|git_sha pending|none",
                        "null|nobodys|MG002|no git_sha|git_sha " + "a".repeat(40));
    }

    @Test
    void metadataThatJsonbRefusesIsADifferenceLikeAnyOther() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        application.createAgent("b");
        application.link("b", "block-a", "system/persona");
        admin.call("CALL git_memory.enable_agent('b')");
        String odd = "{\"a\": \"\\u0000\"}";
        String statement = "UPDATE block SET metadata_ = '" + odd + "' WHERE id = 'block-a'";
        behindTheGuardsBack(statement);
        for (String agent : List.of("a", "b")) {
            assertThat(admin.call("CALL git_memory.verify_agent(?)", agent)).containsEntry("differences", "1");
        }
        assertThat(admin.notices()).anyMatch(n -> n.startsWith("'system/persona': block block-a differs from git's "));

        write("a", "system/persona", "new");
        assertThat(block("b", "system/persona", "value")).isEqualTo("new");
        assertThat(block("a", "system/persona", "metadata_")).isNull();

        behindTheGuardsBack(statement);
        assertThat(admin.call("CALL git_memory.sync_agent('b')")).containsEntry("differences", "1");
        assertThat(block("a", "system/persona", "metadata_")).isNull();
        assertThat(admin.rows("SELECT metadata FROM git_memory.overwritten"))
                .extracting(row -> row.get("metadata"))
                .containsExactly(odd);
        assertThat(admin.call("CALL git_memory.verify_agent('a')")).containsEntry("differences", "0");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aLinkWhoseRowIsGoneGetsItBack() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        application.createAgent("b");
        application.link("b", "block-a", "system/persona");
        admin.call("CALL git_memory.enable_agent('b')");
        behindTheGuardsBack("DELETE FROM block WHERE id = 'block-a'");
        assertThat(application.labels("a")).containsExactly("system/persona");
        assertThat(admin.call("CALL git_memory.sync_agent('b')")).containsEntry("differences", "1");
        assertThat(block("a", "system/persona", "id")).isEqualTo("block-a");
        for (String agent : List.of("a", "b")) {
            assertThat(admin.call("CALL git_memory.verify_agent(?)", agent)).containsEntry("differences", "0");
        }
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aLinkToNothingThatGitDoesNotHaveIsRemoved() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        behindTheGuardsBack(
                "INSERT INTO blocks_agents (agent_id, block_id, block_label) VALUES ('iris', 'nothing', 'gone')");
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "1");
        assertThat(admin.notices()).anyMatch(n -> n.contains("'gone': a row links it to block nothing"));
        assertThat(admin.call("CALL git_memory.sync_agent('iris')")).containsEntry("differences", "1");
        assertThat(application.labels("iris")).containsExactly("system/persona");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }
}
