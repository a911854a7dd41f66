package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gitmemory.testing.NpmPackages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The REST client that Letta publishes for JavaScript, as npm has it, by {@code src/test/npm/published-client.mjs}. */
class PublishedClientTest extends SidecarTest {

    private final Map<String, JsonNode> answers = new HashMap<>();

    @BeforeAll
    void client() throws Exception {
        ListedBlocks.create(application);
        enabledAgent("git");
        ObjectMapper json = new ObjectMapper();
        for (String line : NpmPackages.run("published-client.mjs", "http://127.0.0.1:" + http.port())) {
            JsonNode one = json.readTree(line);
            answers.put(one.get(0).asText(), one.get(1));
        }
    }

    private JsonNode answer(String name) {
        return Objects.requireNonNull(answers.get(name), name);
    }

    private static List<String> texts(JsonNode array) {
        assertThat(array.isArray()).as(array.toString()).isTrue();
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "blocks asc                   | b-1 b-2 b-3 b-4 b-5 block-git",
                "blocks desc                  | block-git b-5 b-4 b-3 b-2 b-1",
                "agent                        | b-1 b-4 b-5 b-6",
                "agent asc                    | b-1 b-4 b-5 b-6",
                "agent desc                   | b-6 b-5 b-4 b-1",
                "agents of a block asc        | one two",
                "agents of a block desc       | two one",
                "backwards                    | b-3 b-4 b-1 b-2",
                "label                        | b-1",
                "label_search                 | b-1",
                "name                         | b-2",
                "project_id                   | b-2",
                "templates_only               | b-4",
                "tags                         | b-1 b-2 b-3",
                "match_all_tags               | b-1",
                "tags of none                 | ",
                "value_search                 | b-2 b-4",
                "description_search           | b-4",
                "connected_to_agents_count_eq | b-1 b-4 b-5 block-git",
                "connected_to_agents_count_gt | b-1",
                "connected_to_agents_count_lt | b-2 b-3",
                "order_by                     | b-1 b-2 b-3 b-4 b-5 block-git",
            })
    void itsOwnIterationOfPagesOfTwoComesToTheEndOfEachList(String name, String ids) {
        assertThat(texts(answer(name))).isEqualTo(ids == null ? List.of() : List.of(ids.split(" ", -1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity_id", "identifier_keys"})
    void aFilterThatTheTablesDoNotKnowIsRefused(String filter) {
        assertThat(answer(filter).get("status").asInt()).isEqualTo(400);
        assertThat(answer(filter).get("message").asText()).contains(filter);
    }

    @Test
    void aBlockMayBeSentBackAsItCame() {
        assertThat(answer("retrieved").get("label").asText()).isEqualTo("system/persona");
        assertThat(answer("sent back whole").path("value").asText()).isEqualTo("I changed");
        assertThat(answer("sent back whole by its id").get("value").asText()).isEqualTo("I changed");
        assertThat(answer("sent back whole by its id").get("description").asText())
                .isEqualTo("Changed, too");
        assertThat(answer("sent back with another id").get("status").asInt()).isEqualTo(400);
        assertThat(http.get(gitMemory("git") + "/history").json().get("commits"))
                .as("enabled, twice changed, attached, detached")
                .hasSize(5);
    }

    @Test
    void aBlockIsMadeAttachedDetachedAndDeleted() {
        assertThat(texts(answer("made"))).containsExactly("notes", "system/persona");
    }

    @Test
    void mistakesComeAsTheClientsOwnErrors() {
        assertThat(answer("health").asText()).isEqualTo("ok");
        assertThat(answer("a mistake").get("type").asText()).isEqualTo("BadRequestError");
        assertThat(answer("a mistake").get("message").asText()).contains("did you mean value?");
        assertThat(answer("nothing there").get("type").asText()).isEqualTo("NotFoundError");
    }
}
