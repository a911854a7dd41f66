package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong is named, and nothing is written anywhere: not in git, not in PostgreSQL, for no kind of agent. */
class BadInputTest extends SidecarTest {

    @BeforeAll
    void agents() {
        enabledAgent("bad");
        application.createAgent("plain-bad");
        application.createBlock("plain-bad", "block-plain-bad", "persona", "I am plain");
    }

    static Stream<Arguments> badPatches() {
        return Stream.of(
                Arguments.of("not json", "{\"value\":", 400, null),
                Arguments.of("not an object", "[]", 400, null),
                Arguments.of("empty body", "", 400, null),
                Arguments.of("a field twice", "{\"value\":\"a\",\"value\":\"b\"}", 400, null),
                Arguments.of("something behind the object", "{\"value\":\"a\"} x", 400, null),
                Arguments.of("value of a wrong type", "{\"value\":7}", 400, "value"),
                Arguments.of("an unknown field", "{\"valu\":\"x\"}", 400, "valu"),
                Arguments.of("limit of a wrong type", "{\"limit\":\"7\"}", 400, "limit"),
                Arguments.of("limit with a fraction", "{\"limit\":7.5}", 400, "limit"),
                Arguments.of("read_only of a wrong type", "{\"read_only\":\"yes\"}", 400, "read_only"),
                Arguments.of("metadata not an object", "{\"metadata\":[1]}", 400, "metadata"),
                Arguments.of("tags not a list", "{\"tags\":\"a\"}", 400, "tags"),
                Arguments.of("a tag that is no string", "{\"tags\":[1]}", 400, "tags"),
                Arguments.of("hidden of a wrong type", "{\"hidden\":\"x\"}", 400, "hidden"),
                Arguments.of("limit zero", "{\"limit\":0}", 422, "limit"),
                Arguments.of("limit over an integer", "{\"limit\":2147483648}", 422, "limit"),
                Arguments.of("value over the limit", "{\"value\":\"123456\",\"limit\":5}", 422, "value"),
                Arguments.of("limit under the value", "{\"limit\":3}", 422, "value"),
                Arguments.of("NUL in the value", "{\"value\":\"a\\u0000b\"}", 422, "value"),
                Arguments.of("half a surrogate pair", "{\"value\":\"a\\ud800b\"}", 422, "value"),
                Arguments.of("its other half in a key", "{\"metadata\":{\"a\\udc00\":1}}", 422, "metadata"),
                Arguments.of("NUL in the description", "{\"description\":\"\\u0000\"}", 422, "description"),
                Arguments.of("NUL in metadata", "{\"metadata\":{\"a\":\"\\u0000\"}}", 422, "metadata"),
                Arguments.of("a number that jsonb refuses", "{\"metadata\":{\"a\":1e200000}}", 422, "metadata"),
                Arguments.of("a number beyond all", "{\"metadata\":{\"a\":1e2147483648}}", 422, "metadata"),
                Arguments.of("nothing, beyond all", "{\"metadata\":{\"a\":0e2147483648}}", 422, "metadata"),
                Arguments.of(
                        "an exponent of 20 digits",
                        "{\"metadata\":{\"a\":[-1E-99999999999999999999]}}",
                        422,
                        "metadata"),
                Arguments.of("limit beyond all", "{\"limit\":1e2147483648}", 422, "limit"),
                Arguments.of("any number beyond all", "{\"x\":{\"y\":[1e+1000001]}}", 422, "x"),
                Arguments.of(
                        "half a pair in a field of PostgreSQL's", "{\"project_id\":\"\\udfff\"}", 422, "project_id"),
                Arguments.of("NUL in a field of PostgreSQL's", "{\"project_id\":\"\\u0000\"}", 422, "project_id"),
                Arguments.of("half a pair in a tag", "{\"tags\":[\"a\",\"\\ud800\"]}", 422, "tags"),
                Arguments.of("NUL in a tag", "{\"tags\":[\"\\u0000\"]}", 422, "tags"),
                Arguments.of("half a pair in a key", "{\"metadata\":{\"a\":[{\"\\ud800\":1}]}}", 422, "metadata"),
                Arguments.of("half a pair in a field that no block has", "{\"x\":[[\"\\udc00\\ud800\"]]}", 422, "x"),
                Arguments.of("half a pair in a field's name", "{\"\\ud800\":1}", 422, null),
                Arguments.of("label empty", "{\"label\":\"\"}", 422, "label"),
                Arguments.of("label absolute", "{\"label\":\"/etc/passwd\"}", 422, "label"),
                Arguments.of("label with ..", "{\"label\":\"system/../../x\"}", 422, "label"),
                Arguments.of("label with .git", "{\"label\":\".git/config\"}", 422, "label"),
                Arguments.of("label with a control character", "{\"label\":\"a\\nb\"}", 422, "label"),
                Arguments.of("label with a trailing slash", "{\"label\":\"a/\"}", 422, "label"),
                Arguments.of("label with a trailing dot", "{\"label\":\"a.\"}", 422, "label"),
                Arguments.of("label too long", "{\"label\":\"" + "x".repeat(2000) + "\"}", 422, "label"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badPatches")
    void aBadPatchIsRefusedWithItsFieldNamed(String what, String json, int status, @Nullable String field) {
        for (String blockId : List.of("block-bad", "block-plain-bad")) {
            Map<String, @Nullable String> row = application.row("SELECT * FROM block WHERE id = ?", blockId);
            String head = http.get(gitMemory("bad")).text("head_sha");
            Answer answer = http.patch("/v1/blocks/" + blockId, json);

            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
            assertThat(answer.text("field")).isEqualTo(field);
            assertThat(answer.text("detail")).isNotBlank();
            assertThat(application.row("SELECT * FROM block WHERE id = ?", blockId))
                    .isEqualTo(row);
            assertThat(http.get(gitMemory("bad")).text("head_sha")).isEqualTo(head);
        }
    }

    @Test
    void aBodyOverTheLimitIsTooLargeWithAndWithoutALength() {
        String huge = "{\"value\":\"" + "x".repeat(17 * 1024 * 1024) + "\"}";
        assertThat(http.patch("/v1/blocks/block-bad", huge).status()).isEqualTo(413);
        assertThat(http.patchChunked("/v1/blocks/block-bad", huge).status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/blocks/block-none",
                "/v1/agents/none/core-memory/blocks",
                "/v1/agents/none/git-memory",
                "/v1/agents/none/git-memory/history",
                "/v1/agents/bad/core-memory/blocks/none",
                "/v1/agents/bad/git-memory/blocks/none",
                "/v1/agents/bad/git-memory/blocks?at=0123456789012345678901234567890123456789",
                "/v1/agents/bad/git-memory/blocks/system/persona?at=no-such-branch",
                "/v1/nothing/here"
            })
    void whatIsNotThereIsNotFound(String path) {
        Answer answer = http.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x <y>", "a\tb", "<", "256"})
    void aUserOrAuthorThatNoCommitCanNameIsRefused(String bad) {
        String id = bad.equals("256") ? "x".repeat(256) : bad;
        String head = http.get(gitMemory("bad")).text("head_sha");
        for (String[] header : new String[][] {{"user_id", id}, {"Git-Memory-Author", "agent:" + id}}) {
            Answer answer = http.patch("/v1/blocks/block-bad", "{\"value\":\"by nobody\"}", header);
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.text("field")).isEqualTo(header[0]);
            assertThat(answer.text("detail")).contains(header[0] + " must have ");
        }
        assertThat(http.get(gitMemory("bad")).text("head_sha")).isEqualTo(head);
    }

    @Test
    void anAmbiguousCommitIsMalformed() {
        // 70,000 commits make two with the same four digits certain; so few make one likely enough only by making more.
        String ambiguous = ambiguousPrefix();
        Answer answer = http.get(gitMemory("bad") + "/blocks?at=" + ambiguous);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo("at");
    }

    /** Writes until two commits begin with the same four digits. */
    private String ambiguousPrefix() {
        java.util.Set<String> prefixes = new java.util.HashSet<>();
        for (int i = 0; ; i++) {
            String sha = http.patch("/v1/blocks/block-bad", "{\"value\":\"version " + i + "\"}")
                    .text("git_sha");
            if (sha == null) {
                throw new AssertionError("no SHA");
            }
            if (!prefixes.add(sha.substring(0, 4))) {
                return sha.substring(0, 4);
            }
        }
    }

    @Test
    void queryParametersAndHeadersAreChecked() {
        assertThat(http.get("/v1/blocks/?limit=0").status()).isEqualTo(400);
        assertThat(http.get("/v1/blocks/?limit=x").text("field")).isEqualTo("limit");
        assertThat(http.get("/v1/blocks/?order=up").status()).isEqualTo(400);
        assertThat(http.get(gitMemory("bad") + "/history?limit=1001").status()).isEqualTo(400);
        assertThat(http.patch("/v1/blocks/block-bad", "{}", "If-Match", "no quotes")
                        .status())
                .isEqualTo(400);
        assertThat(http.patch("/v1/blocks/block-bad", "{}", "Git-Memory-Author", "robot")
                        .status())
                .isEqualTo(400);
        assertThat(http.send("PUT", "/v1/blocks/block-bad", "{}").status()).isEqualTo(405);
    }

    @Test
    void creatingRefusesWhatIsMissingTakenOrOverItsLimit() {
        assertThat(http.post(blocks("bad"), "{\"value\":\"v\"}").text("field")).isEqualTo("label");
        assertThat(http.post(blocks("bad"), "{\"label\":\"l\"}").text("field")).isEqualTo("value");
        assertThat(http.post(blocks("none"), "{\"label\":\"l\",\"value\":\"v\"}")
                        .status())
                .isEqualTo(404);
        assertThat(http.post(blocks("bad"), "{\"label\":\"system/persona\",\"value\":\"v\"}")
                        .status())
                .isEqualTo(409);
        assertThat(http.post(blocks("plain-bad"), "{\"label\":\"persona\",\"value\":\"v\"}")
                        .status())
                .isEqualTo(409);
        assertThat(http.post(blocks("bad"), "{\"label\":\"l\",\"value\":\"12345\",\"limit\":4}")
                        .status())
                .isEqualTo(422);
        assertThat(new Application(database.dataSource()).query("SELECT 1 FROM git_memory.intent"))
                .isEmpty();
    }

    @Test
    void aValueOverItsLimitThatWasThereBeforeMayStayButNotBeWrittenAgain() {
        application.createAgent("over");
        application.update("INSERT INTO block (id, label, value, \"limit\", organization_id)"
                + " VALUES ('block-over', 'persona', '123456', 5, 'org-1')");
        application.link("over", "block-over", "persona");
        enable("over");
        assertThat(http.patch("/v1/blocks/block-over", "{\"description\":\"d\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.patch("/v1/blocks/block-over", "{\"value\":\"1234567\"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void addressesWithNulAreMalformed() {
        assertThat(http.get("/v1/blocks/?label=%00").status()).isEqualTo(400);
    }

    @Test
    void aLabelMayHoldAPercentSignAndTheServersOwnRefusalsAreProblemsToo() {
        assertThat(http.post(blocks("bad"), "{\"label\":\"a%b\",\"value\":\"v\"}")
                        .status())
                .isEqualTo(201);
        assertThat(http.get(blocks("bad") + "/a%25b").text("value")).isEqualTo("v");
        Answer refused = http.get("/v1//blocks");
        assertThat(refused.status()).isBetween(400, 404);
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
    }
}
