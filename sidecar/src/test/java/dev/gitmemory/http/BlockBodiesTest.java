package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.testing.Http.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body may say of a block besides what is written. */
class BlockBodiesTest extends SidecarTest {

    private static int count;

    private String agent = "";
    private String persona = "";

    @BeforeEach
    void enabled(TestInfo test) {
        agent = "a-" + ++count;
        persona = blocks(agent) + "/system%2Fpersona";
        enabledAgent(agent);
    }

    private void assertUnchanged() {
        assertThat(http.get(persona).text("value")).isEqualTo("I am " + agent);
        assertThat(http.get(gitMemory(agent)).json().get("commits").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"valu\": \"x\"}                    | valu     | A block has no field 'valu': did you mean value?",
                "{\"Value\": \"x\"}                   | Value    | A block has no field 'Value': did you mean value?",
                "{\"value\": \"x\", \"readonly\": true} | readonly | A block has no field 'readonly': did you mean read_only?",
                "{\"core_memory\": []}               | core_memory | A block has no field 'core_memory'",
                "{\"\": 1}                           | ''       | A block has no field ''",
            })
    void aFieldThatNoBlockHasIsRefusedWithTheNearestName(String body, String field, String detail) {
        for (Answer answer : new Answer[] {
            http.patch(persona, body),
            http.patch("/v1/blocks/block-" + agent, body),
            http.post(blocks(agent), body),
            http.post("/v1/blocks", body)
        }) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.text("field")).isEqualTo(field);
            assertThat(answer.text("detail")).startsWith(detail);
        }
        assertUnchanged();
    }

    @Test
    void aClientMaySendBackWhatItGotAndChangeAField() {
        ObjectNode block = (ObjectNode) http.get(persona).json();
        assertThat(http.patch(persona, block.toString()).status()).isEqualTo(200);
        assertUnchanged();

        block.put("value", "changed");
        Answer changed = http.patch("/v1/blocks/block-" + agent, block.toString());
        assertThat(changed.status()).as(changed.body()).isEqualTo(200);
        assertThat(changed.text("value")).isEqualTo("changed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "git_sha", "created_by_id", "last_updated_by_id"})
    void whatNobodyCanWriteIsRefusedWhereItIsAnother(String field) {
        String body = "{\"value\": \"x\", \"" + field + "\": \"another\"}";
        Answer answer = http.patch(persona, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains("'" + field + "' can't be written, and is ");
        assertThat(http.post(
                                blocks(agent),
                                "{\"label\": \"system/new\", \"value\": \"\", \"" + field + "\": \"another\"}")
                        .text("field"))
                .isEqualTo(field);
        assertThat(http.patch(persona, "{\"" + field + "\": 5}").text("field")).isEqualTo(field);
        assertUnchanged();
    }

    @Test
    void nullLeavesWhatLettasClientsMaySendAsNull() {
        for (String field : new String[] {"value", "label", "limit"}) {
            Answer answer = http.patch(persona, "{\"" + field + "\": null}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        assertUnchanged();
        assertThat(http.patch(persona, "{\"read_only\": null}").text("field")).isEqualTo("read_only");
        assertThat(http.post(blocks(agent), "{\"label\": null, \"value\": \"\"}")
                        .text("field"))
                .isEqualTo("label");
    }
}
