package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Http.Answer;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an application has stored as json is answered as it is, whatever it is, and holds no other answer up. */
class LegalJsonTest extends SidecarTest {

    @BeforeAll
    void agents() {
        enabledAgent("git");
        for (String plain : List.of("odd", "neighbour")) {
            application.createAgent(plain);
            application.createBlock(plain, "block-" + plain, "persona", "I am " + plain);
        }
    }

    static Stream<Arguments> legalJson() {
        return Stream.of(
                Arguments.of("a key twice", "{\"a\":1,\"a\":2}"),
                Arguments.of("blanks and breaks", " {\n\"a\" :\t1 } "),
                Arguments.of("no object", "[1, \"x\"]"),
                Arguments.of("JSON's null", "null"),
                Arguments.of("a NUL", "{\"a\":\"\\u0000\"}"),
                Arguments.of("half a surrogate pair", "{\"\\udfff\":\"\\ud800\"}"),
                Arguments.of("a number of 3,001 digits", "{\"a\":" + "9".repeat(3_001) + "}"),
                Arguments.of("1,500 levels", "{\"a\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}"),
                Arguments.of("500,002 values", "{\"a\":[" + "1,".repeat(500_000) + "1]}"),
                Arguments.of("a key of 50,001 characters", "{\"" + "k".repeat(50_001) + "\":1}"),
                Arguments.of("an exponent of ten digits", "{\"a\":1e2147483648}"),
                Arguments.of("zero with an exponent of ten digits", "{\"a\":0e2147483648}"),
                Arguments.of("an exponent of twenty digits", "{\"a\":1e99999999999999999999}"),
                Arguments.of("a negative one", "{\"a\":1e-99999999999999999999}"));
    }

    /** Their body was not parsed: readers differ in what of legal JSON they take. */
    private static void assertShows(Answer answer, String metadata) {
        assertThat(answer.status()).as(start(answer)).isEqualTo(200);
        assertThat(answer.body().contains("\"metadata\":" + metadata + ","))
                .as(start(answer))
                .isTrue();
    }

    private static String slug(String what) {
        return what.replaceAll("[^a-z0-9]", "-");
    }

    private static String start(Answer answer) {
        return answer.body().substring(0, Math.min(500, answer.body().length()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("legalJson")
    void everyAnswerShowsItAsItIs(String what, String metadata) {
        application.createBlock("odd", "block-legal", "legal", "v");
        application.update("UPDATE block SET metadata_ = CAST(? AS json) WHERE id = 'block-legal'", metadata);

        assertShows(http.get("/v1/blocks/"), metadata);
        assertShows(http.get(blocks("odd")), metadata);
        assertShows(http.get(blocks("odd") + "/legal"), metadata);
        assertShows(http.get("/v1/blocks/block-legal"), metadata);
        assertShows(http.patch("/v1/blocks/block-legal", "{\"value\":\"w\",\"tags\":[\"t\"]}"), metadata);
        assertShows(http.patch(blocks("neighbour") + "/attach/block-legal", ""), metadata);
        assertThat(http.patch(blocks("neighbour") + "/detach/block-legal", "").status())
                .isEqualTo(200);
        assertShows(http.delete("/v1/blocks/block-legal"), metadata);
        assertThat(application.query("SELECT FROM block WHERE id = 'block-legal'"))
                .isEmpty();
    }

    /** Either git can have it, and then PostgreSQL equals git; or the reason is told, and nothing was written. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("legalJson")
    void attachingItToAnEnabledAgentIsCarriedOutOrRefusedBeforeAnythingIsWritten(String what, String metadata) {
        String id = "block-attached-" + slug(what);
        application.createBlock("odd", id, "legal-" + slug(what), "v");
        application.update("UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?", metadata, id);
        String head = http.get(gitMemory("git")).text("head_sha");

        Answer answer = http.patch(blocks("git") + "/attach/" + id, "");

        if (answer.status() != 200) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("metadata");
            assertThat(answer.text("detail")).startsWith("metadata ");
            assertThat(http.get(gitMemory("git")).text("head_sha")).isEqualTo(head);
        }
        assertThat(http.get(blocks("git")).status()).isEqualTo(200);
        assertThat(http.post(gitMemory("git") + "/verify", "").json().get("differences"))
                .isEmpty();
        assertThat(http.get("/v1/blocks/" + id).status()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("legalJson")
    void anAgentIsEnabledWithItOrWithoutItAndRead(String what, String metadata) {
        String agent = "enabled-" + slug(what);
        application.createAgent(agent);
        application.createBlock(agent, "block-" + agent, "system/legal", "v");
        application.update("UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?", metadata, "block-" + agent);
        enable(agent);

        assertThat(http.get(blocks(agent)).status()).isEqualTo(200);
        assertThat(http.get("/v1/blocks/block-" + agent).status()).isEqualTo(200);
        assertThat(http.get(gitMemory(agent) + "/blocks?at=HEAD").status()).isIn(200, 404);
        assertThat(http.patch("/v1/blocks/block-" + agent, "{\"value\":\"w\"}").status())
                .isIn(200, 409);
        assertThat(http.delete("/v1/blocks/block-" + agent).status()).isEqualTo(200);
    }

    @Test
    void whatGitHasFromBeforeIsReadThoughItCouldNotBeWrittenNow() throws IOException {
        enabledAgent("before");
        String metadata = "{\"" + "k".repeat(60_000) + "\":" + "9".repeat(4_000) + "}";
        MemoryRepository repository = sidecar.repositories().open(new RepoId("org-1", "before"));
        repository.commit(List.of(Draft.of(
                new Author(Author.Type.USER, "u", "u"),
                "Before",
                files -> files.write("system/persona.md", "---\nmetadata: {? " + metadata.substring(1) + "\n---\nv"))));
        assertThat(http.post(gitMemory("before") + "/sync", "").status()).isEqualTo(200);

        for (String address : List.of(
                "/v1/blocks/block-before",
                blocks("before"),
                gitMemory("before") + "/blocks?at=HEAD",
                gitMemory("before") + "/blocks/system/persona")) {
            assertShows(http.get(address), metadata);
        }
        assertShows(http.patch("/v1/blocks/block-before", "{\"value\":\"w\"}"), metadata);
    }
}
