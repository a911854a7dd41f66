package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Http;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the procedures do. */
class CallsTest extends SqlTest {

    @BeforeEach
    void serve() throws SQLException, IOException {
        sidecar();
    }

    @Test
    void anAgentsWholeLifeBySqlAlone() {
        application.createAgent("a");
        application.createBlock("a", "block-1", "persona", "I am a");
        String enabled = admin.value("CALL git_memory.enable_agent('a')");
        assertThat(block("a", "system/persona", "git_sha")).isEqualTo(enabled);

        Map<String, @Nullable String> written = write("a", "system/persona", "I know better");
        assertThat(written).containsEntry("block_id", "block-1");
        assertThat(block("a", "system/persona", "value")).isEqualTo("I know better");
        assertThat(block("a", "system/persona", "git_sha")).isEqualTo(written.get("git_sha"));

        Map<String, @Nullable String> created = admin.call(
                "CALL git_memory.create_block('a', 'system/notes', 'n', description => 'what I note', \"limit\" => 50,"
                        + " read_only => true, metadata => '{\"k\": 1.50}')");
        String blockId = String.valueOf(created.get("block_id"));
        assertThat(application
                        .row(
                                "SELECT value, description, \"limit\", read_only, metadata_ FROM block WHERE id = ?",
                                blockId)
                        .values())
                .containsExactly("n", "what I note", "50", "t", "{\"k\":1.50}");

        assertThat(admin.value("CALL git_memory.detach_block('a', ?)", blockId))
                .isEqualTo(column("SELECT sha FROM git_memory.history ORDER BY seq DESC LIMIT 1")
                        .get(0));
        assertThat(application.labels("a")).containsExactly("system/persona");
        admin.call("CALL git_memory.attach_block('a', ?)", blockId);
        assertThat(application.labels("a")).containsExactly("system/notes", "system/persona");

        assertThat(admin.call("CALL git_memory.block_at('a', 'system/persona', ?)", enabled))
                .containsEntry("value", "I am a")
                .containsEntry("description", null)
                .containsEntry("read_only", "f")
                .containsEntry("git_sha", enabled);
        assertThat(admin.call("CALL git_memory.diff('a', 'system/persona', ?)", enabled))
                .containsEntry("additions", "1")
                .containsEntry("deletions", "1")
                .extractingByKey("patch")
                .asString()
                .contains("-I am a", "+I know better");
        Session.Refused unknown = admin.refused("CALL git_memory.diff('a', 'system/unknown', ?)", enabled);
        assertThat(unknown.state()).isEqualTo("MG102");
        assertThat(unknown.message()).endsWith("had no block 'system/unknown' at " + enabled + ", nor at HEAD");

        Map<String, @Nullable String> restored =
                admin.call("CALL git_memory.restore_block('a', 'system/persona', ?)", enabled);
        assertThat(restored).containsEntry("block_id", "block-1");
        assertThat(block("a", "system/persona", "value")).isEqualTo("I am a");
        assertThat(admin.value("CALL git_memory.verify_agent('a')")).isEqualTo("0");

        String deleted = admin.value("CALL git_memory.delete_block('a', 'system/notes')");
        assertThat(application.query("SELECT FROM block WHERE id = ?", blockId)).isEmpty();
        assertThat(messages("a"))
                .containsExactly(
                        "Enable git memory for a",
                        "Update system/persona",
                        "Create system/notes",
                        "Detach system/notes",
                        "Attach system/notes",
                        "Restore system/persona to " + String.valueOf(enabled).substring(0, 10),
                        "Delete system/notes");
        assertThat(column("SELECT sha FROM git_memory.history ORDER BY seq DESC LIMIT 1"))
                .containsExactly(deleted);
        assertThat(column("SELECT DISTINCT author_type || ' ' || author_id FROM git_memory.history"))
                .containsExactly("user " + adminRole);
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();

        admin.call("CALL git_memory.disable_agent('a')");
        assertThat(block("a", "system/persona", "git_sha")).isNull();
        assertThat(column("SELECT state FROM git_memory.status")).containsExactly("disabled");
    }

    @Test
    void whatAChangeDoesNotNameStaysAndWhatItNamesAsNullIsCleared() {
        enabledAgent("a");
        admin.call("CALL git_memory.write_block('a', 'system/persona', changes => ?::jsonb)", """
                {"description": "d", "limit": 77, "read_only": true, "metadata": {"k": "v"}}""");
        admin.call("CALL git_memory.write_block('a', 'system/persona', '')");
        assertThat(List.of(
                        String.valueOf(block("a", "system/persona", "value")),
                        String.valueOf(block("a", "system/persona", "description")),
                        String.valueOf(block("a", "system/persona", "limit")),
                        String.valueOf(block("a", "system/persona", "read_only")),
                        String.valueOf(block("a", "system/persona", "metadata_"))))
                .containsExactly("", "d", "77", "t", "{\"k\":\"v\"}");

        admin.call(
                "CALL git_memory.write_block('a', 'system/persona', 'v', '{\"description\": null, \"metadata\": null}')");
        assertThat(block("a", "system/persona", "value")).isEqualTo("v");
        assertThat(block("a", "system/persona", "description")).isNull();
        assertThat(block("a", "system/persona", "metadata_")).isNull();
        assertThat(block("a", "system/persona", "limit")).isEqualTo("77");

        String before = block("a", "system/persona", "git_sha");
        assertThat(write("a", "system/persona", "v")).containsEntry("git_sha", before);
        admin.call("CALL git_memory.write_block('a', 'system/persona', changes => '{\"label\": \"system/self\"}')");
        assertThat(block("a", "system/self", "id")).isEqualTo("block-a");
    }

    @Test
    void aBlockOfAnotherAgentIsNotDetached() throws SQLException, IOException {
        Http http = sidecar().http();
        for (String agent : List.of("a", "b")) {
            enabledAgent(agent);
        }
        for (int time = 0; time < 2; time++) {
            Session.Refused refused = admin.refused("CALL git_memory.detach_block('a', 'block-b')");
            assertThat(refused.state()).isEqualTo("MG102");
            assertThat(refused.message()).isEqualTo("Agent a does not have block block-b");
        }
        assertThat(application.labels("b")).containsExactly("system/persona");
        assertThat(messages("a")).hasSize(1);
        assertThat(http.patch("/v1/agents/a/core-memory/blocks/detach/block-b", "")
                        .status())
                .as("a request without a number may be repeated")
                .isEqualTo(200);
    }

    @Test
    void anAgentThatHasABlockAlreadyIsAnsweredWithItsOwnCommit() {
        enabledAgent("a");
        application.createAgent("b");
        application.link("b", "block-a", "system/persona");
        admin.call("CALL git_memory.enable_agent('b')");
        assertThat(column("SELECT sha FROM git_memory.history WHERE agent_id = 'b'"))
                .containsExactly(admin.value("CALL git_memory.attach_block('b', 'block-a')"));
    }

    @Test
    void anAgentThatWaitsToBeTakenOverIsTakenOverBeforeItsLabelsAreCalledUnknown() {
        application.createAgent("waits");
        application.createBlock("waits", "block-waits", "persona", "I wait");
        application.tag("waits");
        assertThat(write("waits", "system/persona", "no more")).containsEntry("block_id", "block-waits");
        assertThat(block("waits", "system/persona", "value")).isEqualTo("no more");
    }

    @Test
    void anAgentWithoutTheTagIsWrittenInPostgresqlAlone() {
        application.createAgent("p");
        application.createBlock("p", "block-p", "persona", "plain");
        assertThat(write("p", "persona", "plainer"))
                .containsEntry("git_sha", null)
                .containsEntry("block_id", "block-p");
        assertThat(block("p", "persona", "value")).isEqualTo("plainer");
        String made =
                admin.call("CALL git_memory.create_block('p', 'more', 'm')").get("block_id");
        admin.call("CALL git_memory.detach_block('p', ?)", made);
        admin.call("CALL git_memory.attach_block('p', ?)", made);
        admin.call("CALL git_memory.delete_block('p', 'more')");
        assertThat(application.labels("p")).containsExactly("persona");
        assertThat(admin.refused("CALL git_memory.restore_block('p', 'persona', 'HEAD')")
                        .state())
                .isEqualTo("MG103");
        assertThat(column("SELECT DISTINCT state FROM git_memory.request")).containsExactlyInAnyOrder("done", "failed");
    }

    @Test
    void aBlockThatIsGoneComesBackByRestore() {
        enabledAgent("a");
        String before = write("a", "system/persona", "remember this").get("git_sha");
        admin.call("CALL git_memory.delete_block('a', 'system/persona')");
        Map<String, @Nullable String> restored =
                admin.call("CALL git_memory.restore_block('a', 'system/persona', ?)", before);
        assertThat(block("a", "system/persona", "value")).isEqualTo("remember this");
        assertThat(block("a", "system/persona", "id")).isEqualTo(restored.get("block_id"));
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aRowThatSomebodyChangedAroundTheGuardIsNamedByVerifyAndMendedBySync() throws SQLException {
        enabledAgent("a");
        enabledAgent("b");
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-a'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        assertThat(admin.value("CALL git_memory.verify_agent('a')")).isEqualTo("1");
        assertThat(admin.notices()).anyMatch(n -> n.contains("'system/persona': block block-a differs"));
        assertThat(admin.call("CALL git_memory.verify_all()"))
                .containsEntry("agents", "2")
                .containsEntry("different", "1")
                .containsEntry("failed", "0");
        assertThat(admin.call("CALL git_memory.sync_all()")).containsEntry("different", "1");
        assertThat(admin.notices())
                .filteredOn(n -> n.contains("sync: 2 of 2 agents, 1 differed, 0 failed"))
                .hasSize(1);
        assertThat(admin.value("CALL git_memory.sync_agent('a')")).isEqualTo("0");
        assertThat(block("a", "system/persona", "value")).isEqualTo("I am a");
    }

    @Test
    void aMegabyteGoesThrough() {
        enabledAgent("a");
        String big = "ab\u00e9\ud83d\ude00\n".repeat(200_000);
        admin.call("CALL git_memory.write_block('a', 'system/persona', ?, '{\"limit\": 2000000}')", big);
        assertThat(block("a", "system/persona", "value")).isEqualTo(big);
        assertThat(admin.call("CALL git_memory.block_at('a', 'system/persona')").get("value"))
                .isEqualTo(big);
    }

    @Test
    void aNumberLongerThanAParserTakesByDefaultIsKeptDigitForDigit() {
        enabledAgent("a");
        String number = "7".repeat(500) + "." + "5".repeat(500); // with its point, a character more than the default
        admin.call(
                "CALL git_memory.write_block('a', 'system/persona', changes => ?::jsonb)",
                "{\"metadata\": {\"k\": " + number + "}}");
        assertThat(block("a", "system/persona", "metadata_")).isEqualTo("{\"k\":" + number + "}");
        assertThat(admin.call("CALL git_memory.block_at('a', 'system/persona')"))
                .extractingByKey("metadata")
                .asString()
                .contains(number);
    }

    @Test
    void resultsAreForgottenWithTheirTimeAndArgumentsAtOnce() {
        enabledAgent("a");
        write("a", "system/persona", "not for the queue to keep");
        assertThat(column("SELECT count(*) FROM git_memory.request r WHERE r::text LIKE '%not for the queue%'"))
                .containsExactly("0");
    }
}
