package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.testing.Http.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of blocks and agents: what narrows them, and their pages. */
class ListsTest extends SidecarTest {

    /** Oldest first. */
    private static final List<String> VISIBLE = List.of("b-1", "b-2", "b-3", "b-4", "b-5");

    @BeforeAll
    void blocks() {
        ListedBlocks.create(application);
    }

    private List<String> ids(String path) {
        Answer answer = http.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        for (JsonNode one : answer.json()) {
            ids.add(one.get("id").asText());
        }
        return ids;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "label=label-1                                     | b-1",
                "label=LABEL-1                                     | ",
                "label=                                            | ",
                "label_search=ABEL-1                               | b-1",
                "value_search=VALUE                                | b-1 b-2 b-3 b-4 b-5",
                "value_search=even                                 | b-2 b-4",
                "value_search=100%25                               | b-2 b-4",
                "value_search=_                                    | b-1 b-3 b-5",
                "description_search=AS+4                           | b-4",
                "name=t                                            | b-2",
                "project_id=p                                      | b-2",
                "templates_only=true                               | b-4",
                "tags=x                                            | b-1 b-2",
                "tags=x&tags=z                                     | b-1 b-2 b-3",
                "tags=x&tags=y&match_all_tags=true                 | b-1",
                "tags=x&tags=x&match_all_tags=true                 | b-1 b-2",
                "tags=none                                         | ",
                "connected_to_agents_count_eq=2                    | b-1",
                "connected_to_agents_count_eq=1&connected_to_agents_count_eq=2 | b-1 b-4 b-5",
                "connected_to_agents_count_gt=0                    | b-1 b-4 b-5",
                "connected_to_agents_count_lt=1                    | b-2 b-3",
                "connected_to_agents_count_gt=0&connected_to_agents_count_lt=2&value_search=odd | b-5",
                "show_hidden_blocks=true                           | b-1 b-2 b-3 b-4 b-5 b-6",
                "show_hidden_blocks=false                          | b-1 b-2 b-3 b-4 b-5",
            })
    void aListAndItsCountAreNarrowedByEachFilter(String query, String ids) {
        List<String> expected = ids == null ? List.of() : List.of(ids.split(" ", -1));
        assertThat(ids("/v1/blocks?order=asc&" + query)).isEqualTo(expected);
        Answer count = http.get("/v1/blocks/count?" + query);
        assertThat(count.body()).as(count.body()).isEqualTo("" + expected.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/blocks?identity_id=i                          | identity_id     | identities are the Letta server's",
                "/v1/blocks?identifier_keys=a                      | identifier_keys | identities are the Letta server's",
                "/v1/blocks/count?identity_id=i                    | identity_id     | identities are the Letta server's",
                "/v1/blocks?lable=a                                | lable           | There is no parameter 'lable' here; there are after, before, ",
                "/v1/blocks/count?limit=5                          | limit           | There is no parameter 'limit' here",
                "/v1/blocks?connected_to_agents_count_gt=many      | connected_to_agents_count_gt | must be a whole number",
                "/v1/blocks?match_all_tags=perhaps                 | match_all_tags  | must be true or false",
                "/v1/blocks?label=a&label=b                        | label           | is given more than once",
                "/v1/blocks?order_by=name                          | order_by        | 'order_by' must be created_at, or left out",
                "/v1/blocks?after=b-77                             | after           | is b-77, which is no block of this list (any more)",
                "/v1/blocks?before=b-77                            | before          | is b-77, which is no block of this list (any more)",
                "/v1/agents/one/core-memory/blocks?after=b-2       | after           | is b-2, which is no block of this list (any more)",
                "/v1/agents/one/core-memory/blocks?label=a         | label           | There is no parameter 'label' here",
                "/v1/agents/one/core-memory/blocks?limit=0         | limit           | must be a number from 1 to 1000",
                "/v1/agents/one/core-memory/blocks?order=up        | order           | must be asc or desc",
                "/v1/blocks/b-1/agents?include=agent.tools         | include         | There is no parameter 'include' here",
            })
    void whatCantBeAskedForIsRefusedByName(String path, String field, String detail) {
        Answer answer = http.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/blocks", "/v1/blocks?order=asc", "/v1/agents/one/core-memory/blocks",
                "/v1/agents/one/core-memory/blocks?order=desc", "/v1/blocks/b-1/agents",
                        "/v1/blocks/b-1/agents?order=desc"
            })
    void pagesOfAnyLengthAreTheWholeListInBothDirections(String path) {
        List<String> whole = ids(path);
        assertThat(whole).hasSizeGreaterThan(1);
        String and = path.contains("?") ? "&" : "?";
        for (int length : List.of(1, 2, 3, 6)) {
            List<String> forwards = new ArrayList<>();
            String next = path + and + "limit=" + length;
            for (List<String> page = ids(next); !page.isEmpty(); page = ids(next)) {
                assertThat(page).hasSizeLessThanOrEqualTo(length);
                forwards.addAll(page);
                next = path + and + "limit=" + length + "&after=" + page.get(page.size() - 1);
            }
            assertThat(forwards).isEqualTo(whole);

            List<String> backwards = new ArrayList<>();
            String last = whole.get(whole.size() - 1);
            backwards.add(last);
            String previous = path + and + "limit=" + length + "&before=" + last;
            for (List<String> page = ids(previous); !page.isEmpty(); page = ids(previous)) {
                assertThat(page).hasSizeLessThanOrEqualTo(length);
                List<String> reversed = new ArrayList<>(page);
                Collections.reverse(reversed);
                backwards.addAll(reversed);
                previous = path + and + "limit=" + length + "&before=" + page.get(0);
            }
            Collections.reverse(backwards);
            assertThat(backwards).isEqualTo(whole);
        }
    }

    @Test
    void aPageBetweenTwoBlocksIsReadFromItsBeginning() {
        assertThat(ids("/v1/blocks?order=asc&after=b-1&before=b-5&limit=2")).containsExactly("b-2", "b-3");
        assertThat(ids("/v1/blocks?order=asc&after=b-5&before=b-1")).isEmpty();
    }

    @Test
    void theOrderIsNewestFirstAndOfAnAgentByLabelWithItsHiddenBlocks() {
        List<String> newestFirst = new ArrayList<>(VISIBLE);
        Collections.reverse(newestFirst);
        assertThat(ids("/v1/blocks")).isEqualTo(newestFirst);
        assertThat(ids("/v1/blocks?order_by=created_at")).isEqualTo(newestFirst);
        assertThat(ids("/v1/agents/one/core-memory/blocks")).containsExactly("b-1", "b-4", "b-5", "b-6");
        assertThat(ids("/v1/blocks/b-1/agents")).containsExactly("one", "two");
        assertThat(http.get("/v1/blocks/b-1/agents").json().get(0).get("name")).isNotNull();
        assertThat(ids("/v1/blocks/b-2/agents")).isEmpty();
        assertThat(http.get("/v1/blocks/none/agents").status()).isEqualTo(404);
    }

    @Test
    void theClientsHealthCheckIsAnswered() {
        for (String path : List.of("/v1/health", "/v1/health/")) {
            assertThat(http.get(path).text("status")).isEqualTo("ok");
            assertThat(http.get(path).text("version")).isNotNull();
        }
    }
}
