package dev.gitmemory.agentfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gitmemory.agentfile.AgentFile.Memory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are written in another way than most, or with things in them that JSON does not have. */
class UnusualFilesTest {

    private static final String ONE_BLOCK =
            "{\"name\":\"Ada \\\"A\\\"\",\"core_memory\":[{\"label\":\"l\",\"value\":%s}]}";

    private static AgentFile parse(String json) {
        return AgentFile.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String wrapped(String json) throws JsonProcessingException {
        return JsonMapper.builder().build().writeValueAsString(json);
    }

    @Test
    void aFileThatIsAStringIsWhatTheStringHolds() throws JsonProcessingException {
        String json = ONE_BLOCK.formatted("\"\\n \\u00e9 \\\\ 😀\"");
        AgentFile file = parse(json);

        assertThat(file.agents().get(0).memory().get(0).block().value()).isEqualTo("\n é \\ 😀");
        assertThat(parse(wrapped(json))).isEqualTo(file);
        assertThat(parse("\uFEFF " + wrapped("\uFEFF" + json + "\n") + "\n")).isEqualTo(file);
        assertThat(parse(wrapped(wrapped(json)))).isEqualTo(file);
        assertThatThrownBy(() -> parse(wrapped(wrapped(wrapped(json)))))
                .hasMessage("Agent File: it is a JSON string within a JSON string, and that more than 2 times; take the"
                        + " text out of them");
    }

    @Test
    void whatIsWrongWithinAStringIsToldByItsPlaceThere() throws JsonProcessingException {
        assertThatThrownBy(() -> parse(wrapped(ONE_BLOCK.formatted("5"))))
                .hasMessage("Agent File, at /core_memory/0/value: expected text, not 5");
        assertThatThrownBy(() -> parse(wrapped(ONE_BLOCK.formatted("\"?\"")).replace("?", "\\ud800")))
                .as("half of a surrogate pair, which UTF-8 would make a question mark")
                .hasMessageStartingWith("Agent File, at /core_memory/0/value: the text holds half of a surrogate pair");
        assertThatThrownBy(() -> parse(wrapped("{\n\"core_memory\":[,]}")))
                .hasMessageStartingWith(
                        "Agent File: the text within its JSON string can't be read as JSON: line 2, column 16: ','");
        assertThatThrownBy(() -> parse(wrapped(""))).hasMessage("Agent File: it is empty");
        assertThatThrownBy(() -> parse(wrapped("{\"core_memory\":[]}") + "{}"))
                .hasMessage("Agent File: more follows after its end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void otherEncodingsOfUnicodeAreRead(String charset) {
        String json = ONE_BLOCK.formatted("\"é😀\"");
        assertThat(AgentFile.parse(json.getBytes(Charset.forName(charset)))).isEqualTo(parse(json));
    }

    @Test
    void bytesThatAreNoTextAreNotReplaced() {
        byte[] half = ONE_BLOCK.formatted("\"?\"").getBytes(StandardCharsets.UTF_16LE);
        half[2 * (ONE_BLOCK.indexOf('%') + 1) + 1] = (byte) 0xD8; // the question mark's other byte
        assertThatThrownBy(() -> AgentFile.parse(half))
                .hasMessage("Agent File: it is no text in UTF-8, UTF-16 or UTF-32, which JSON has to be");
        assertThatThrownBy(() -> AgentFile.parse(new byte[] {'{', 0, 0, 0, 0, 0, 0x7F, 0}))
                .hasMessageStartingWith("Agent File: it ");
    }

    @Test
    void whatIsPassedOverMayHaveKeysTwiceAndNumbersThatAreNone() {
        AgentFile file = parse(
                "{\"agents\":[{\"name\":\"n\",\"x\":1,\"x\":NaN,\"id\":1,\"id\":2,\"y\":{\"z\":-Infinity,"
                        + "\"z\":[{\"a\":1,\"a\":Infinity}]},\"block_ids\":[\"b\"]}],"
                        + "\"blocks\":[{\"id\":\"b\",\"label\":\"l\",\"value\":\"v\",\"q\":NaN,\"q\":NaN}],\"w\":1,\"w\":2}");

        assertThat(file.agents().get(0).memory())
                .extracting(m -> m.block().value())
                .containsExactly("v");
        assertThat(file.ignored())
                .containsExactly(
                        entry("/agents/*/x", 2), entry("/agents/*/y", 1), entry("/blocks/*/q", 2), entry("/w", 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'agents':[{'name':'a','name':'a'}]}                                      | /agents/0/name",
                "{'agents':[{'name':'a'}],'agents':[{'name':'b'}]}                         | /agents",
                "{'name':'a','core_memory':[{'label':'l','value':'v','value':'w'}]}        | /core_memory/0/value",
                "{'name':'a','core_memory':[],'core_memory':[{'label':'l','value':'v'}]}   | /core_memory",
                "{'name':'a','core_memory':[{'label':'l','value':'','metadata':{'a':[{'k/1':1,'k/1':1}]}}]} | /core_memory/0/metadata/a/0/k~11",
                "{'name':'a','core_memory':[],'tags':[{'tag':'t','tag':'u'}]}              | /tags/0/tag",
            })
    void whatIsReadHasEachKeyOnce(String json, String pointer) {
        assertThatThrownBy(() -> parse(json.replace('\'', '"')))
                .isInstanceOfSatisfying(AgentFileException.class, broken -> assertThat(broken.pointer())
                        .isEqualTo(pointer))
                .hasMessage("Agent File, at " + pointer + ": the key stands there twice; keep one of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'limit':NaN                     | /limit          | expected a whole number, not NaN",
                "'limit':Infinity                | /limit          | expected a whole number, not Infinity",
                "'limit':null,'value':NaN        | /value          | expected text, not NaN",
                "'metadata':{'a':[1,NaN]}        | /metadata/a/1   | NaN is no number that JSON has",
                "'metadata_':{'a':-Infinity}     | /metadata_/a    | -Infinity is no number that JSON has",
                "'metadata':{'a':1},'metadata_':{'a':2} | /metadata_ | metadata and metadata_ say different things; keep one of them",
            })
    void whatIsReadHasNumbersOfJson(String members, String pointer, String problem) {
        assertThatThrownBy(() -> parse(("{'name':'a','core_memory':[{" + members + "}]}").replace('\'', '"')))
                .hasMessage("Agent File, at /core_memory/0" + pointer + ": " + problem);
    }

    @Test
    void metadataMayStandUnderBothNamesWhereTheySayTheSame() {
        for (String both : new String[] {
            "'metadata':{'a':1},'metadata_':{'a':1}",
            "'metadata':{'a':1},'metadata_':{}",
            "'metadata_':{},'metadata':{'a':1}"
        }) {
            String json = "{'name':'n','core_memory':[{'label':'l','value':'','limit':5," + both + "}]}";
            assertThat(parse(json.replace('\'', '"'))
                            .agents()
                            .get(0)
                            .memory()
                            .get(0)
                            .block()
                            .metadata()
                            .json())
                    .isEqualTo("{\"a\":1}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", ".git", "a//b", "/a", "a\\\\b", "a\\u0007b", "a.", "skills/a/b"})
    void aLabelThatGitCanNotHaveIsKeptAsItIs(String label) {
        Memory memory = parse("{\"name\":\"a\",\"core_memory\":[{\"label\":\"" + label + "\",\"value\":\"v\"}]}")
                .agents()
                .get(0)
                .memory()
                .get(0);
        assertThat(memory.label()).isEqualTo(label.replace("\\\\", "\\").replace("\\u0007", "\u0007"));
        assertThat(memory.block().label()).isEqualTo(AgentFile.NO_LABEL);
        assertThat(memory.block().value()).isEqualTo("v");
    }

    @Test
    void aTextOfTheFileIsShownWithoutCharactersThatATerminalObeysAndNotAtAnyLength() {
        assertThatThrownBy(() ->
                        parse("{\"agents\":[{\"name\":\"a\",\"block_ids\":[\"\\u001b[2J" + "x".repeat(1000) + "\"]}]}"))
                .hasMessageContaining("with the id '\\x1b[2Jxxx")
                .hasMessageEndingWith("x…'")
                .hasMessageMatching("\\P{Cntrl}{1,300}");
    }
}
