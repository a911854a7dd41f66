package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Http;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the procedures do, and what they say to bad input. */
class CallsTest extends SqlTest {

    @BeforeEach
    void serve() throws SQLException, IOException {
        sidecar();
    }

    @Test
    void aMessageShowsTheControlCharactersOfAnIdThatItRepeats() {
        for (String call : List.of(
                "write_block(?, 'system/persona', 'x')",
                "create_block(?, 'system/new', 'x')",
                "enable_agent(?)",
                "sync_agent(?)")) {
            Session.Refused refused = admin.refused("CALL git_memory." + call, "a\u0001\u202eb\n");
            assertThat(refused.message()).as(call).contains("There is no agent 'a\\x01\\u202eb\\n'");
        }
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
    void whatTheServiceRefusesHasAnSqlstateADetailAndAHint() {
        enabledAgent("a");
        String sha = write("a", "system/persona", "two").get("git_sha");
        write("a", "system/persona", "three");
        Map<String, String> refusals = Map.of(
                "CALL git_memory.write_block('nobody', 'system/persona', 'x')",
                "MG102",
                "CALL git_memory.write_block('a', 'system/none', 'x')",
                "MG102",
                "CALL git_memory.block_at('a', 'system/persona', 'ffffffff')",
                "MG102",
                "CALL git_memory.create_block('a', 'system/persona', 'x')",
                "MG103",
                "CALL git_memory.write_block('a', 'system/persona', 'x', if_match => '" + sha + "')",
                "MG104",
                "CALL git_memory.write_block('a', 'system/persona', repeat('x', 5001))",
                "MG105",
                "CALL git_memory.write_block('a', 'system/persona', changes => '{\"limit\": \"many\"}')",
                "MG101",
                "CALL git_memory.write_block('a', 'system/persona', changes => '{\"value\": null}')",
                "MG101",
                "CALL git_memory.enable_agent('nobody')",
                "MG102",
                "CALL git_memory.delete_block('a', 'system/persona', if_match => '" + sha + "')",
                "MG104");
        refusals.forEach((call, state) -> {
            Session.Refused refused = admin.refused(call);
            assertThat(refused.state()).as("%s: %s", call, refused).isEqualTo(state);
            assertThat(refused.detail()).startsWith("Request ");
            assertThat(refused.hint()).isNotEqualTo("null");
        });
        assertThat(messages("a")).hasSize(3);
    }

    @Test
    void whatIsNotThereIsNamedInAMessageOfReadableLength() {
        enabledAgent("a");
        String endless = "e".repeat(100_000);
        for (String call : List.of(
                "CALL git_memory.enable_agent(?)",
                "CALL git_memory.purge_agent(?, ?)",
                "CALL git_memory.verify_agent(?)",
                "CALL git_memory.write_block('a', ?, 'v')",
                "CALL git_memory.attach_block('a', ?)",
                "CALL git_memory.block_at(?, 'system/persona')")) {
            boolean twice = call.indexOf('?') != call.lastIndexOf('?');
            Session.Refused refused = twice ? admin.refused(call, endless, endless) : admin.refused(call, endless);
            assertThat(refused.state()).as(call).isEqualTo("MG102");
            assertThat(refused.message()).as(call).contains("e".repeat(100)).hasSizeLessThan(300);
            assertThat(refused.detail()).as(call).hasSizeLessThan(400);
        }
    }

    @Test
    void theStateOfARequestThatIsNotThereIsAnErrorOfOurs() {
        Session.Refused refused = admin.refused("SELECT git_memory.request_state(gen_random_uuid())");
        assertThat(refused.state()).isEqualTo("MG102");
        assertThat(refused.message()).startsWith("There is no request ");
        assertThat(refused.hint()).contains("kept for a day");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 900, 3000})
    void metadataThatIsNestedTooDeepIsRefusedHoweverDeepItIs(int levels) {
        enabledAgent("a");
        String metadata = "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
        for (Session.Refused refused : List.of(
                admin.refused(
                        "CALL git_memory.write_block('a', 'system/persona', changes => ?::jsonb)",
                        "{\"metadata\":" + metadata + "}"),
                admin.refused("CALL git_memory.create_block('a', 'deep', 'v', metadata => ?::jsonb)", metadata))) {
            assertThat(refused.state()).as(refused.toString()).isEqualTo("MG105");
            assertThat(refused.message()).isEqualTo("metadata is nested deeper than 100 levels");
        }
        assertThat(messages("a")).hasSize(1);
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
    void whatWouldBeTooLongAsAFileIsRefusedAndTheAgentGoesOn() {
        enabledAgent("a");
        for (String changes : List.of("{\"limit\": 2000000000}", "{\"limit\": 2000000000, \"value\": \"x\"}")) {
            String field = changes.contains("value") ? "description" : "value";
            Session.Refused refused = admin.refused(
                    "CALL git_memory.write_block('a', 'system/persona', changes => ?::jsonb || jsonb_build_object(?, repeat('x', 16777216)))",
                    changes,
                    field);
            assertThat(refused.state()).isEqualTo("MG105");
            assertThat(refused.message()).contains(field + " is too long");
        }
        Session.Refused longer =
                admin.refused("CALL git_memory.create_block('a', 'system/long', repeat('x', 33554433), wait => '1 s')");
        assertThat(longer.state()).isEqualTo("54000");
        assertThat(messages("a")).hasSize(1);
        write("a", "system/persona", "goes on");
        assertThat(admin.value("CALL git_memory.verify_agent('a')")).isEqualTo("0");
    }

    @Test
    void whatCanBeSeenAtOnceIsRefusedWithoutAskingASidecar() {
        Map<String, String> refusals = Map.ofEntries(
                Map.entry("CALL git_memory.write_block(NULL, NULL, 'x')", "22004"),
                Map.entry("CALL git_memory.write_block('a', 'b')", "22004"),
                Map.entry("CALL git_memory.write_block('a', 'b', NULL)", "22004"),
                Map.entry("CALL git_memory.write_block('a', 'b', changes => '[]')", "22023"),
                Map.entry("CALL git_memory.write_block('a', 'b', changes => '{\"valeu\": \"x\"}')", "22023"),
                Map.entry("CALL git_memory.write_block('a', 'b', 'x', '{\"value\": \"y\"}')", "22023"),
                Map.entry("CALL git_memory.write_block('a', 'b', 'x', wait => '0 s')", "22023"),
                Map.entry("CALL git_memory.create_block('a', 'b', NULL)", "22004"),
                Map.entry("CALL git_memory.delete_block('a', NULL)", "22004"),
                Map.entry("CALL git_memory.restore_block('a', 'b', NULL)", "22004"),
                Map.entry("CALL git_memory.attach_block('a', NULL)", "22004"),
                Map.entry("CALL git_memory.diff('a', NULL, NULL)", "22004"),
                Map.entry("CALL git_memory.enable_agent(NULL)", "22004"),
                Map.entry("SELECT git_memory.await_request(NULL)", "22004"),
                Map.entry("SELECT git_memory.await_request(gen_random_uuid())", "MG102"));
        refusals.forEach((call, state) ->
                assertThat(admin.refused(call).state()).as(call).isEqualTo(state));
        assertThat(column("SELECT count(*) FROM git_memory.request")).containsExactly("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "../../etc/passwd",
                ".git/config",
                "a//b",
                "a\nb",
                "a\u202eb/..",
                "x'; DROP TABLE block; --",
                "{\"label\": 1}",
                "%s%n"
            })
    void aHostileLabelIsAnErrorOrALabelAndNothingElse(String label) {
        enabledAgent("a");
        List<Map<String, @Nullable String>> before = application.query("SELECT * FROM block ORDER BY id");
        Session.Refused refused = admin.refused("CALL git_memory.write_block('a', ?, 'x')", label);
        assertThat(refused.state()).isIn("MG102", "MG105");
        Optional<Session.Refused> created = admin.attempt("CALL git_memory.create_block('a', ?, 'x')", label);
        created.ifPresent(r -> assertThat(r.state()).isEqualTo("MG105"));
        assertThat(application.query("SELECT FROM block")).hasSize(before.size() + (created.isPresent() ? 0 : 1));
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(admin.value("CALL git_memory.verify_agent('a')")).isEqualTo("0");
    }

    @Test
    void resultsAreForgottenWithTheirTimeAndArgumentsAtOnce() {
        enabledAgent("a");
        write("a", "system/persona", "not for the queue to keep");
        assertThat(column("SELECT count(*) FROM git_memory.request r WHERE r::text LIKE '%not for the queue%'"))
                .containsExactly("0");
    }
}
