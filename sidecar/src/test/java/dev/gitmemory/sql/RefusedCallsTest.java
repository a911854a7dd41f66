package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What the procedures say to bad input. */
class RefusedCallsTest extends SqlTest {

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
    void theHintOfACallThatOnlyReadsDoesNotSpeakOfWriting() {
        enabledAgent("a");
        for (String call : List.of("verify_agent('no-such-agent')", "block_at('a', 'system/persona', 'ffffffff')")) {
            assertThat(admin.refused("CALL git_memory." + call).hint())
                    .as(call)
                    .startsWith("See the view git_memory.status");
        }
        assertThat(admin.refused("CALL git_memory.sync_agent('no-such-agent')").hint())
                .startsWith("Nothing was written. See ");
    }

    @Test
    void aColumnThatTheApplicationHasRenamedIsNamed() throws SQLException {
        enabledAgent("a");
        database.execute("ALTER TABLE block RENAME COLUMN description TO summary");
        for (String call : List.of("write_block('a', 'system/persona', 'x')", "verify_agent('a')")) {
            Session.Refused refused = admin.refused("CALL git_memory." + call);
            assertThat(refused.state()).as(call).isEqualTo("MG107");
            assertThat(refused.message()).contains("description does not exist", "git-memory migrate --check");
        }
        database.execute("ALTER TABLE block RENAME COLUMN summary TO description");
        write("a", "system/persona", "two");
    }

    @Test
    void whatTheServiceRefusesHasAnSqlstateADetailAndAHint() {
        enabledAgent("a");
        String sha = write("a", "system/persona", "two").get("git_sha");
        write("a", "system/persona", "three");
        Map<String, String> refusals = Map.of(
                "CALL git_memory.write_block('no-such-agent', 'system/persona', 'x')",
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
                "CALL git_memory.write_block('a', 'system/persona', changes => '{\"read_only\": \"yes\"}')",
                "MG101",
                "CALL git_memory.enable_agent('no-such-agent')",
                "MG102",
                "CALL git_memory.delete_block('a', 'system/persona', if_match => '" + sha + "')",
                "MG104");
        refusals.forEach((call, state) -> {
            Session.Refused refused = admin.refused(call);
            assertThat(refused.state()).as("%s: %s", call, refused).isEqualTo(state);
            assertThat(refused.detail()).startsWith("Request ");
            assertThat(refused.hint()).isNotEqualTo("null");
        });
        Session.Refused mistyped =
                admin.refused("CALL git_memory.write_block('a', 'system/persona', changes => '{\"valu\": \"x\"}')");
        assertThat(mistyped.state()).as(mistyped.toString()).isEqualTo("22023");
        assertThat(mistyped.message()).contains("valu");
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
}
