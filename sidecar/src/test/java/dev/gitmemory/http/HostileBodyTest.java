package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.HostileMetadata;
import dev.gitmemory.testing.Http.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are legal JSON and cost more than they weigh: refused before anything is committed, with the rule's name. */
class HostileBodyTest extends SidecarTest {

    private static final List<String> BLOCKS = List.of("block-git", "block-plain");

    @BeforeAll
    void agents() {
        enabledAgent("git");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "I am plain");
    }

    private @Nullable String head() {
        return http.get(gitMemory("git")).text("head_sha");
    }

    private void assertRefused(String json, int status, @Nullable String field, String detail) {
        String head = head();
        List<Map<String, @Nullable String>> rows = application.query("SELECT * FROM block ORDER BY id");
        for (String block : BLOCKS) {
            Answer answer = http.patch("/v1/blocks/" + block, json);
            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
            assertThat(answer.text("field")).isEqualTo(field);
            assertThat(answer.text("detail")).contains(detail);
        }
        String created = "{\"label\":\"new\",\"value\":\"v\"," + json.substring(1);
        for (String address : List.of(blocks("git"), blocks("plain"), "/v1/blocks")) {
            assertThat(http.post(address, created).status()).isEqualTo(status);
        }
        assertThat(head()).isEqualTo(head);
        assertThat(application.query("SELECT * FROM block ORDER BY id")).isEqualTo(rows);
    }

    private void assertTaken(String json) {
        for (String block : BLOCKS) {
            Answer answer = http.patch("/v1/blocks/" + block, json);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        assertThat(new Application(database.dataSource()).query("SELECT * FROM git_memory.drift"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "keys", "key", "values", "digits", "depth"})
    void metadataIsBounded(String kind) {
        assertTaken("{\"metadata\":%s}".formatted(HostileMetadata.most().get(kind)));
        assertRefused(
                "{\"metadata\":%s}".formatted(HostileMetadata.over().get(kind)),
                422,
                "metadata",
                String.valueOf(HostileMetadata.RULES.get(kind)));
    }

    @Test
    void numbersThatAreAMillionTimesTheirTextAreRefusedAndTheAgentGoesOn() {
        assertRefused(
                "{\"metadata\":%s}".formatted(HostileMetadata.numbers("1e131071", 9000)),
                422,
                "metadata",
                "metadata holds the number 1E+131071, which has 131072 digits when it is written out");
        assertTaken("{\"value\":\"goes on\"}");
    }

    @Test
    void tagsAreBoundedInNumberAndLength() {
        assertTaken("{\"tags\":[%s]}".formatted(strings(1_000)));
        assertRefused("{\"tags\":[%s]}".formatted(strings(1_001)), 422, "tags", "tags are more than 1000");
        assertRefused("{\"tags\":[%s]}".formatted(strings(300_000)), 422, "tags", "tags are more than 1000");
        assertTaken("{\"tags\":[\"%s\"]}".formatted("€".repeat(500)));
        assertRefused("{\"tags\":[\"%s\"]}".formatted("€".repeat(501)), 422, "tags", "longer than 500 characters");
    }

    @Test
    void theBodyItselfIsBoundedInFieldsValuesDepthAndNumbers() {
        assertRefused("{\"value\":\"v\"," + fields(999) + "}", 400, "f0", "A block has no field 'f0'");
        assertRefused("{" + fields(1_001) + "}", 413, null, "The body has more than 1000 fields");
        assertRefused("{" + fields(900_000) + "}", 413, null, "The body has more than 500000 values");
        assertUnknown("{\"value\":\"w\",\"x\":[" + "1,".repeat(499_000) + "1]}");
        assertRefused("{\"x\":[" + "1,".repeat(500_000) + "1]}", 413, null, "The body has more than 500000 values");
        assertUnknown("{\"value\":\"x\",\"x\":" + "[".repeat(999) + "]".repeat(999) + "}");
        assertRefused("{\"x\":" + "[".repeat(100_000), 413, null, "1000 levels");
        assertUnknown("{\"value\":\"y\",\"x\":" + "1".repeat(3_000) + "}");
        assertRefused("{\"x\":" + "1".repeat(3_001) + "}", 413, null, "3000 characters in a number");
        Answer longKey = http.patch("/v1/blocks/block-git", "{\"value\":\"z\",\"%s\":1}".formatted("k".repeat(50_000)));
        assertThat(longKey.status()).isEqualTo(400);
        assertThat(longKey.body().length()).isLessThan(2_000);
        assertRefused("{\"x\":{\"%s\":1}}".formatted("k".repeat(50_001)), 413, null, "50000 characters in a key");
    }

    @Test
    void aBodyThatIsNoJsonIsToldOfInWordsThatAreNoParsers() {
        assertRefused(
                "{\"value\":NaN}",
                400,
                null,
                "The body is not valid JSON: line 1, column 13: 'NaN' is no number that JSON has");
        assertRefused("{\"value\":'v'}", 400, null, "texts and keys stand in straight double quotes");
        assertRefused("{\"value\":\"v\"", 400, null, "it ends before it is complete");
        assertRefused("{\"value\":\"v\"]", 400, null, "what is closed here is not what was opened last");
        assertRefused("{\"value\":1,\"value\":2}", 400, null, "the key 'value' stands there twice");
        assertRefused("{\"value\":\"v\"} {}", 400, null, "more follows after its end");
        for (String body : new String[] {"{\"value\":NaN}", "{\"value\":+1}", "[1}", "{} {}", "{\"a\":1 /", "nul"}) {
            assertThat(http.patch("/v1/blocks/block-git", body).body())
                    .doesNotContainPattern("Feature|ALLOW|marker|Source|java|token");
        }
    }

    /** Within all bounds: it is read, and then no block has the field. */
    private void assertUnknown(String body) {
        assertRefused(body, 400, "x", "A block has no field 'x'");
    }

    @Test
    void aPlainBlockThatCostsTooMuchCantBeAttached() {
        application.createAgent("other");
        application.createBlock("other", "block-costly", "costly", "v");
        application.update(
                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = 'block-costly'",
                HostileMetadata.numbers("1e131071", 300));
        String head = head();
        Answer attached = http.patch(blocks("git") + "/attach/block-costly", "");
        assertThat(attached.status()).isEqualTo(422);
        assertThat(attached.text("detail")).contains("131072 digits");
        assertThat(head()).isEqualTo(head);
    }

    private static String strings(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
    }

    private static String fields(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(","));
    }
}
