package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an index of the application's tables can't hold is refused before the commit, and no agent stands still for it. */
class IndexEntriesTest extends SidecarTest {

    /** 936 bytes, and no two characters alike, so that PostgreSQL can't compress it. */
    private static final String LABEL = label();

    private final String longId = "block-" + hex(2_440);

    @BeforeAll
    void agents() {
        enabledAgent("git");
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "I am plain");
        application.createAgent("long");
        application.createBlock("long", longId, "system/notes", "of a long id");
        enable("long");
    }

    private static String hex(int length) {
        Random random = new Random(length);
        StringBuilder hex = new StringBuilder();
        while (hex.length() < length) {
            hex.append(Integer.toHexString(random.nextInt(16)));
        }
        return hex.toString();
    }

    private static String label() {
        StringBuilder label = new StringBuilder();
        for (int i = 0; i < 4 * 78; i++) {
            label.append(i > 0 && i % 78 == 0 ? "/" : "").append((char) ('\u4e00' + i * 61));
        }
        return label.toString();
    }

    private @Nullable String head(String agent) {
        return http.get(gitMemory(agent)).text("head_sha");
    }

    private void assertRefused(String agent, String address, String json, String field) {
        String head = head(agent);
        Answer answer = http.patch(address, json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains("index");
        assertThat(head(agent)).isEqualTo(head);
        assertThat(http.post(gitMemory("git") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"project_id", "template_name", "template_id", "base_template_id", "deployment_id", "entity_id"})
    void aFieldThatPostgresAloneKeepsIsBounded(String field) {
        for (String agent : List.of("git", "plain")) {
            String address = "/v1/blocks/block-" + agent;
            String before = http.get(address).text("value");
            for (String over : List.of(hex(40_000), hex(2_001), "€".repeat(667))) {
                assertRefused(agent, address, "{\"value\":\"x\",\"%s\":\"%s\"}".formatted(field, over), field);
                assertThat(http.get(address).text("value")).isEqualTo(before);
            }
            Answer most = http.patch(address, "{\"%s\":\"%s\"}".formatted(field, hex(2_000)));
            assertThat(most.status()).as(most.body()).isEqualTo(200);
            assertThat(http.patch(address, "{\"%s\":null}".formatted(field)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aLabelThatDoesNotFitBesideTheBlocksIdIsRefusedAndTheAgentGoesOn() {
        assertRefused("long", "/v1/blocks/" + longId, "{\"label\":\"" + LABEL + "\"}", "label");
        assertRefused("long", "/v1/blocks/" + longId, "{\"tags\":[\"" + hex(500) + "\"]}", "tags");
        assertThat(http.patch("/v1/blocks/" + longId, "{\"value\":\"goes on\",\"label\":\"system/n\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.patch("/v1/blocks/" + longId, "{\"label\":\"system/notes\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.post(blocks("git"), "{\"label\":\"" + LABEL + "\",\"value\":\"v\"}")
                        .status())
                .as("beside an id of common length")
                .isEqualTo(201);
    }

    @Test
    void aBlockOfALongIdIsNotGivenToAnAgentOfALongId() {
        String agent = "agent-" + hex(1_000);
        application.createAgent(agent);
        enable(agent);
        application.createBlock("plain", "block-2" + hex(2_000), "two", "v");
        assertRefused(agent, blocks(agent) + "/attach/block-2" + hex(2_000), "", "label");
    }

    /** Another client of git knows no ids: the block gets a row of its own under its new name. */
    @Test
    void aRenameInGitThatTheRowCantFollowIsANewRow() throws IOException {
        String id = "block-3" + hex(2_430);
        application.createAgent("mover");
        application.createBlock("mover", id, "system/three", "moved");
        enable("mover");
        MemoryRepository repository = sidecar.repositories().open(new RepoId("org-1", "mover"));
        repository.commit(List.of(Draft.of(new Author(Author.Type.USER, "u", "u"), "Move", files -> {
            files.write(LABEL + ".md", String.valueOf(files.read("system/three.md")));
            files.delete("system/three.md");
        })));

        assertThat(http.post(gitMemory("mover") + "/sync", "").status()).isEqualTo(200);
        assertThat(application.block("mover", LABEL, "value")).isEqualTo("moved");
        assertThat(application.block("mover", LABEL, "id")).isNotEqualTo(id);
    }

    @Test
    void aRowThatCantGetThePrefixIsLeftOut() {
        String id = "block-4" + hex(2_440);
        application.createAgent("prefix");
        application.createBlock("prefix", id, "x".repeat(145), "v");
        enable("prefix");
        assertThat(http.get(gitMemory("prefix")).json().get("left_out"))
                .hasSize(1)
                .first()
                .extracting(block -> block.get("reason").asText())
                .asString()
                .contains("label is too long for PostgreSQL's indexes");
    }

    /** What only the application's own table knows is told after the commit, with what is written and what is not. */
    @Test
    void aColumnThatTheApplicationMadeShorterRefusesWithItsOwnWords() throws SQLException {
        Application owner = new Application(database.dataSource("postgres"));
        owner.update("ALTER TABLE block ALTER COLUMN entity_id TYPE varchar(3)");
        Answer git = http.patch("/v1/blocks/block-git", "{\"value\":\"in git\",\"entity_id\":\"four\"}");
        assertThat(git.status()).as(git.body()).isEqualTo(409);
        assertThat(git.text("detail"))
                .startsWith("The write is in git and in PostgreSQL, which refused the fields that it alone keeps")
                .contains("value too long for type character varying(3)");
        assertThat(http.get("/v1/blocks/block-git").text("value")).isEqualTo("in git");

        Answer plain = http.patch("/v1/blocks/block-plain", "{\"value\":\"not\",\"entity_id\":\"four\"}");
        assertThat(plain.status()).as(plain.body()).isEqualTo(409);
        assertThat(plain.text("detail")).contains("was not changed", "value too long");
        assertThat(http.get("/v1/blocks/block-plain").text("value")).isNotEqualTo("not");
        owner.update("ALTER TABLE block ALTER COLUMN entity_id TYPE varchar");
    }
}
