package dev.gitmemory.agentfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.gitmemory.agentfile.AgentFile.Agent;
import dev.gitmemory.agentfile.AgentFile.Memory;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.testing.HostileMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentFileTest {

    @Test
    void theOlderGenerationIsOneAgentWithItsCoreMemory() throws IOException {
        AgentFile file = resource("/dev/gitmemory/agentfile/older.af");

        assertThat(file.agents())
                .containsExactly(new Agent(
                        "helper",
                        "memgpt_agent",
                        "A helper",
                        "You help.",
                        List.of("one", "two"),
                        List.of(
                                new Memory(
                                        "/core_memory/0",
                                        new Block(
                                                Label.of("human"),
                                                "\nLikes tea.\n",
                                                null,
                                                5000,
                                                false,
                                                Metadata.EMPTY)),
                                new Memory(
                                        "/core_memory/1",
                                        new Block(
                                                Label.of("persona"),
                                                "",
                                                "Who I am",
                                                8000,
                                                false,
                                                Metadata.of("{\"b\":1.00,\"a\":[1e3]}"))))));
        assertThat(file.ignored())
                .containsExactly(
                        entry("/core_memory/*/created_at", 2),
                        entry("/core_memory/*/is_template", 1),
                        entry("/core_memory/*/template_name", 1),
                        entry("/core_memory/*/updated_at", 2),
                        entry("/in_context_message_indices", 2),
                        entry("/llm_config", 1),
                        entry("/messages", 3),
                        entry("/tools", 1),
                        entry("/version", 1));
    }

    @Test
    void theNewerGenerationHasAgentsThatNameTheirBlocks() throws IOException {
        AgentFile file = resource("/dev/gitmemory/agentfile/newer-two-agents-share-a-block.af");

        Memory team = new Memory(
                "/blocks/0", new Block(Label.of("team"), "We ship.", null, 4000, true, Metadata.of("{\"k\":\"v\"}")));
        Memory persona = new Memory(
                "/blocks/1", new Block(Label.of("persona"), "I plan.", "", Block.DEFAULT_LIMIT, false, Metadata.EMPTY));
        Memory notes = new Memory(
                "/agents/0/memory_blocks/0",
                new Block(Label.of("notes"), "own", null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY));
        assertThat(file.agents())
                .containsExactly(
                        new Agent(
                                "planner",
                                "letta_v1_agent",
                                "Plans",
                                null,
                                List.of("team"),
                                List.of(persona, team, notes)),
                        new Agent("worker", null, null, null, List.of(), List.of(team)));
        assertThat(file.ignored())
                .containsExactly(
                        entry("/agents/*/messages", 3),
                        entry("/blocks", 1),
                        entry("/blocks/*/hidden", 1),
                        entry("/created_at", 1),
                        entry("/groups", 1));
    }

    @Test
    void aSharedBlockIsTheSameInBothAgents() throws IOException {
        AgentFile file = resource("/dev/gitmemory/agentfile/newer-two-agents-share-a-block.af");

        assertThat(file.agents())
                .flatExtracting(Agent::memory)
                .extracting(Memory::pointer)
                .containsExactly("/blocks/1", "/blocks/0", "/agents/0/memory_blocks/0", "/blocks/0");
    }

    @Test
    void theSampleOfTheDemoIsReadable() throws IOException {
        AgentFile file = resource("/dev/gitmemory/demo/iris.af");

        assertThat(file.agents()).singleElement().satisfies(agent -> {
            assertThat(agent.name()).isEqualTo("Iris");
            assertThat(agent.memory())
                    .extracting(
                            memory -> memory.block().label().text(),
                            memory -> memory.block().readOnly(),
                            memory -> memory.block().metadata().json())
                    .containsExactly(
                            tuple("persona", false, "{}"),
                            tuple("human", false, "{}"),
                            tuple(
                                    "project",
                                    false,
                                    "{\"owner\":\"noor\",\"priority\":2,\"budget\":{\"currency\":\"EUR\",\"spent\":18250.50}}"),
                            tuple("safety_rules", true, "{\"approved_by\":\"site council\",\"revision\":3}"));
            agent.memory().forEach(memory -> memory.block().checkLimit());
        });
        assertThat(file.ignored()).containsExactly(entry("/agents/*/messages", 2));
    }

    @Test
    void anAgentMayHaveNoMemory() {
        assertThat(parse("{\"name\": \"a\", \"core_memory\": []}").agents())
                .containsExactly(new Agent("a", null, null, null, List.of(), List.of()));
        assertThat(parse("{\"agents\": [{\"name\": \"a\"}]}").agents()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                   | `` | Agent File: it is empty",
                "nonsense                             | `` | Agent File: it can't be read as JSON: line 1, column",
                "{\"agents\":[                        | `` | Agent File: it can't be read as JSON: line 1, column",
                "{\"core_memory\":[]} {}              | `` | Agent File: more follows after its end",
                "[]                                   | `` | Agent File: expected an object",
                "{\"name\":\"a\"}                     | `` | Agent File: it has neither a list 'agents' nor a list 'core_memory'",
                "{\"core_memory\":[]}                 | `` | Agent File: the agent has no name",
                "{\"core_memory\":[],\"name\":null}   | /name | Agent File, at /name: expected text",
                "{\"core_memory\":[],\"name\":\"\\u0000\"} | /name | Agent File, at /name: the text holds a NUL",
                "{\"core_memory\":{}}                 | /core_memory | Agent File, at /core_memory: expected a list",
                "{\"core_memory\":[1]}                | /core_memory/0 | Agent File, at /core_memory/0: expected an object",
                "{\"core_memory\":[],\"core_memory\":[]} | /core_memory | Agent File, at /core_memory: the key stands there twice; keep one of them",
                "{\"name\":\"a\",\"core_memory\":[],\"tags\":[1]} | /tags/0 | Agent File, at /tags/0: expected text",
                "{\"agents\":[]}                      | /agents | Agent File, at /agents: there is no agent",
                "{\"agents\":[{}]}                    | /agents/0 | Agent File, at /agents/0: the agent has no name",
                "{\"agents\":[{\"name\":\"a\",\"block_ids\":[\"x\"]}]} | /agents/0/block_ids/0 | Agent File, at /agents/0/block_ids/0: the file has no block with the id 'x'",
                "{\"agents\":[],\"blocks\":[{\"label\":\"a\",\"value\":\"\"}]} | /blocks/0 | Agent File, at /blocks/0: the block has no id",
            })
    void aBrokenFileIsRefusedWithThePlace(String json, String pointer, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOfSatisfying(AgentFileException.class, broken -> assertThat(broken.pointer())
                        .isEqualTo(pointer))
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"value\":\"\"                       | ``             | the block has no label",
                "\"label\":\"a\"                      | ``             | the block has no value",
                "\"label\":5                          | /label         | expected text",
                "\"label\":null                       | /label         | expected text",
                "\"value\":null                       | /value         | expected text",
                "\"value\":\"\\ud800\"                | /value         | the text holds half of a surrogate pair",
                "\"description\":[]                   | /description   | expected text",
                "\"limit\":\"5000\"                   | /limit         | expected a whole number",
                "\"limit\":5.5                        | /limit         | expected a whole number",
                "\"limit\":3000000000                 | /limit         | the number must be at most 2147483647",
                "\"label\":\"a\",\"value\":\"\",\"limit\":0 | /limit    | limit must be 1 or more characters, not 0",
                "\"read_only\":\"yes\"                | /read_only     | expected true or false",
                "\"metadata\":[]                      | /metadata      | metadata must be a JSON object",
                "\"metadata_\":{\"a\":1e200000}       | /metadata_     | metadata holds the number 1e200000, which PostgreSQL can't store",
                "\"metadata\":{\"a\":\"\\u0000\"}     | /metadata      | metadata holds a NUL",
            })
    void aBrokenBlockIsRefusedWithThePlace(String members, String pointer, String problem) {
        assertThatThrownBy(() -> parse("{\"name\":\"a\",\"core_memory\":[{" + members + "}]}"))
                .isInstanceOfSatisfying(AgentFileException.class, broken -> assertThat(broken.pointer())
                        .isEqualTo("/core_memory/0" + pointer))
                .hasMessageStartingWith("Agent File, at /core_memory/0" + pointer + ": " + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "keys", "key", "values", "digits", "depth"})
    void metadataIsBounded(String kind) {
        String file = "{\"name\":\"a\",\"core_memory\":[{\"label\":\"l\",\"value\":\"v\",\"metadata_\":%s}]}";
        assertThat(parse(file.formatted(HostileMetadata.most().get(kind))).agents())
                .hasSize(1);
        assertThatThrownBy(() -> parse(file.formatted(HostileMetadata.over().get(kind))))
                .isInstanceOf(AgentFileException.class)
                .hasMessageStartingWith("Agent File, at /core_memory/0/metadata_: " + HostileMetadata.RULES.get(kind));
    }

    @Test
    void tagsAndUnknownFieldsAreBounded() {
        String file = "{\"name\":\"a\",\"core_memory\":[],\"tags\":[%s]}";
        assertThat(parse(file.formatted(list(1_000))).agents()).hasSize(1);
        assertThatThrownBy(() -> parse(file.formatted(list(1_001)))).hasMessageContaining("tags are more than 1000");
        assertThatThrownBy(() -> parse(file.formatted("\"" + "x".repeat(501) + "\"")))
                .hasMessageStartingWith("Agent File, at /tags/0: tags hold one that is longer than 500 characters");
        String unknown = "{\"name\":\"a\",\"core_memory\":[],%s}";
        assertThat(parse(unknown.formatted(list(10_000).replace(",", ":1,") + ":1"))
                        .ignored())
                .hasSize(10_000);
        assertThatThrownBy(() -> parse(unknown.formatted(list(10_001).replace(",", ":1,") + ":1")))
                .hasMessageContaining("more than 10000 different unknown fields");
    }

    private static String list(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
    }

    @Test
    void aRuleOfTheDomainIsTheCause() {
        assertThatThrownBy(() -> parse("{\"name\":\"a\",\"core_memory\":[{\"metadata\":[]}]}"))
                .hasCauseInstanceOf(RuleViolation.class);
    }

    @Test
    void anAgentHasEachLabelOnce() {
        String block = "{\"label\":\"x\",\"value\":\"\"}";

        assertThatThrownBy(() -> parse("{\"name\":\"a\",\"core_memory\":[" + block + "," + block + "]}"))
                .hasMessage("Agent File, at /core_memory/1: the agent has another block with the label 'x';"
                        + " give one of them another label");
        assertThatThrownBy(
                        () -> parse(
                                "{\"agents\":[{\"name\":\"a\",\"block_ids\":[\"b\",\"c\"]}],\"blocks\":[{\"id\":\"b\",\"label\":\"x\",\"value\":\"\"},{\"id\":\"c\",\"label\":\"x\",\"value\":\"\"}]}"))
                .hasMessageStartingWith(
                        "Agent File, at /agents/0/block_ids/1: the agent has another block with the label 'x'");
    }

    @Test
    void aBlockThatAnAgentNamesTwiceIsItsOnce() {
        AgentFile file = parse(
                "{\"agents\":[{\"name\":\"a\",\"block_ids\":[\"b\",\"b\"]}],\"blocks\":[{\"id\":\"b\",\"label\":\"x\",\"value\":\"\"}]}");

        assertThat(file.agents().get(0).memory()).hasSize(1);
        assertThat(file.ignored()).containsExactly(entry("/agents/*/block_ids", 1));
    }

    @Test
    void twoBlocksWithOneIdAreRefused() {
        String block = "{\"id\":\"b\",\"label\":\"x\",\"value\":\"\"}";

        assertThatThrownBy(() -> parse("{\"agents\":[],\"blocks\":[" + block + "," + block + "]}"))
                .hasMessage("Agent File, at /blocks/1/id: another block has the id 'b'");
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThatThrownBy(() -> AgentFile.parse(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'}))
                .isInstanceOf(AgentFileException.class)
                .hasMessageStartingWith("Agent File: it can't be read as JSON: ");
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertThatThrownBy(() -> parse("{\"messages\":" + "[".repeat(1_000_000)))
                .isInstanceOf(AgentFileException.class)
                .hasMessageStartingWith("Agent File: it can't be read as JSON: ")
                .hasMessageEndingWith(
                        "it is nested too deep: lists and objects may lie in each other 1000 levels deep");
    }

    @Test
    void aFileOverTheLimitIsNotReadToItsEnd() {
        InputStream endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                given++;
                assertThat(given).isLessThanOrEqualTo(AgentFile.MAX_BYTES + 1L);
                return ' ';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                given += length;
                assertThat(given).isLessThanOrEqualTo(AgentFile.MAX_BYTES + 1L);
                return length;
            }
        };

        assertThatThrownBy(() -> AgentFile.parse(endless)).hasMessage("Agent File: it is larger than 67108864 bytes");
    }

    private static AgentFile resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(AgentFileTest.class.getResourceAsStream(name))) {
            return AgentFile.parse(in);
        }
    }

    private static AgentFile parse(String json) {
        return AgentFile.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
