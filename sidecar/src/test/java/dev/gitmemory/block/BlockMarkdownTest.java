package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMarkdownTest {

    private static final Label LABEL = Label.of("persona");

    @Nested
    class Rendered {

        @Test
        void descriptionAndLimitAreAlwaysThere() {
            assertThat(BlockMarkdown.render(block("I am Ada.\n", null)))
                    .isEqualTo("---\ndescription: null\nlimit: 20000\n---\nI am Ada.\n");
        }

        @Test
        void readOnlyAndMetadataAreThereWhenTheySaySomething() {
            Block block = block("", "Who I am").withReadOnly(true).withMetadata(Metadata.of("{\"a\": [1.0, null]}"));

            assertThat(BlockMarkdown.render(block)).isEqualTo("""
                            ---
                            description: Who I am
                            limit: 20000
                            read_only: true
                            metadata: {"a":[1.0,null]}
                            ---
                            """);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "Who I am, and how I work (mostly)                 | Who I am, and how I work (mostly)",
                    "See http://x.y/z#top or a:b [1] {2}               | See http://x.y/z#top or a:b [1] {2}",
                    "Näher am Körper 漢字 🙂                            | Näher am Körper 漢字 🙂",
                    "The persona block: details                        | \"The persona block: details\"",
                    "Ends in a colon:                                  | \"Ends in a colon:\"",
                    "Not a #comment                                    | \"Not a #comment\"",
                    "- not a list                                      | \"- not a list\"",
                    "'quoted' \"twice\"                                | \"'quoted' \\\"twice\\\"\"",
                    "null                                              | \"null\"",
                    "Yes                                               | \"Yes\"",
                    "2026-01-01                                        | \"2026-01-01\"",
                    "42                                                | \"42\"",
                    "*alias                                            | \"*alias\"",
                    "---                                               | \"---\"",
                })
        void aDescriptionIsQuotedOnlyWhereYamlNeedsIt(String description, String written) {
            assertThat(BlockMarkdown.render(block("", description)))
                    .isEqualTo("---\ndescription: " + written + "\nlimit: 20000\n---\n");
        }

        @Test
        void aDescriptionOfSeveralLinesStaysOnOne() {
            assertThat(BlockMarkdown.render(block("", " first\n---\n\tthird\u2028\uFEFF\u0085 ")))
                    .isEqualTo(
                            "---\ndescription: \" first\\n---\\n\\tthird\\u2028\\ufeff\\u0085 \"\nlimit: 20000\n---\n");
        }

        @Test
        void anEmptyDescriptionIsNotNoDescription() {
            String file = BlockMarkdown.render(block("", ""));

            assertThat(file).contains("description: \"\"\n");
            assertThat(BlockMarkdown.parse(LABEL, file).description()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(ints = {1_000, 1_025, 100_000, 4_000_000})
        void longTextIsNeverFolded(int length) {
            String words = "words and ".repeat(length / 10) + "end";
            Block block = block("", words).withMetadata(Metadata.of("{\"" + words + "\": \"" + words + "\"}"));

            String file = BlockMarkdown.render(block);

            assertThat(file.lines()).hasSize(5);
            assertThat(BlockMarkdown.parse(LABEL, file)).isEqualTo(block);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "\n",
                    "\n\n\n",
                    "no final newline",
                    "a\r\nb\r\n",
                    "---\n",
                    "---\nlimit: 5\n---\n",
                    "text\n---\nmore",
                    "\uFEFFbom",
                    "...",
                    "# heading\n",
                    "\u0001\u001B[0m"
                })
        void theValueIsKeptByteForByte(String value) {
            Block block = block(value, "Who I am");

            assertThat(BlockMarkdown.render(block)).endsWith("\n---\n" + value);
            assertThat(BlockMarkdown.parse(LABEL, BlockMarkdown.render(block))).isEqualTo(block);
        }
    }

    @Nested
    class WithoutFrontMatter {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "just text\n",
                    "---",
                    "---\n",
                    "---\nlimit: 5\nnever closed\n",
                    "----\nlimit: 5\n----\n",
                    "--- \nlimit: 5\n---\n",
                    " ---\nlimit: 5\n---\n",
                    "\n---\nlimit: 5\n---\n",
                    "---\nlimit: 5\n--- x\n",
                    "---\nlimit: 5\n ---\n",
                    "\uFEFFtext",
                })
        void theWholeFileIsTheValue(String file) {
            assertValueOnly(file);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "---\nlimit: 5: 6\n---\nx",
                    "---\ndescription: \"open\n---\nx",
                    "---\n\tlimit: 5\n---\nx",
                    "---\n{limit: 5\n---\nx",
                    "---\nlimit: 5\n\u0001\n---\nx",
                    "---\n*Note*: all is well\n---\nx",
                    "---\n* one\n* two\n---\nx",
                })
        void malformedYamlIsPartOfTheValue(String file) {
            assertValueOnly(file);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "---\nOnce upon a time\n---\nthere was",
                    "---\n- a\n- list\n---\nx",
                    "---\nlimit: 5\n...\n---\nx",
                    "---\n%YAML 1.2\n--- a\nlimit: 5\n---\nx",
                    "---\nlimit: 5\n--- second: document\n---\nx",
                    "---\n*alias\n---\nx",
                    "---\n&a text\n---\nx",
                })
        void yamlThatIsNoMappingIsPartOfTheValue(String file) {
            assertValueOnly(file);
        }

        @Test
        void aNewValueNeedsNoFrontMatterEither() {
            Block block = BlockMarkdown.parse(LABEL, "old").withValue("new\n");

            assertThat(BlockMarkdown.rerender("old", block)).isEqualTo("new\n");
        }

        @Test
        void aNewValueThatLooksLikeFrontMatterGetsSome() {
            Block block = BlockMarkdown.parse(LABEL, "old").withValue("---\nlimit: 5\n---\n");

            assertThat(BlockMarkdown.rerender("old", block))
                    .isEqualTo("---\ndescription: null\nlimit: 100000\n---\n---\nlimit: 5\n---\n");
        }

        @Test
        void aNewFieldNeedsFrontMatter() {
            Block block = BlockMarkdown.parse(LABEL, "old").withDescription("Who I am");

            assertThat(BlockMarkdown.rerender("old", block))
                    .isEqualTo("---\ndescription: Who I am\nlimit: 100000\n---\nold");
        }

        private void assertValueOnly(String file) {
            assertThat(BlockMarkdown.parse(LABEL, file))
                    .isEqualTo(new Block(LABEL, file, null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY));
        }
    }

    @Nested
    class Read {

        @Test
        void everyFieldMayBeAbsentOrNull() {
            Block nothingSaid = new Block(LABEL, "x", null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY);

            assertThat(BlockMarkdown.parse(LABEL, "---\n---\nx")).isEqualTo(nothingSaid);
            assertThat(BlockMarkdown.parse(LABEL, "---\n# nothing\n\n---\nx")).isEqualTo(nothingSaid);
            assertThat(BlockMarkdown.parse(LABEL, "---\n{}\n---\nx")).isEqualTo(nothingSaid);
            assertThat(BlockMarkdown.parse(
                            LABEL, "---\ndescription:\nlimit: ~\nread_only: null\nmetadata: Null\n---\nx"))
                    .isEqualTo(nothingSaid);
        }

        @Test
        void aFileWithAByteOrderMarkAndCarriageReturnsIsUnderstood() {
            Block block = BlockMarkdown.parse(LABEL, "\uFEFF---\r\ndescription: a\r\nlimit: 5\r\n---\r\nvalue\r\n");

            assertThat(block).isEqualTo(new Block(LABEL, "value\r\n", "a", 5, false, Metadata.EMPTY));
        }

        @Test
        void theClosingFenceMayEndTheFile() {
            assertThat(BlockMarkdown.parse(LABEL, "---\nlimit: 5\n---").value()).isEmpty();
        }

        @Test
        void yamlOfOtherToolsIsUnderstood() {
            Block block = BlockMarkdown.parse(LABEL, """
                    ---
                    # written by hand
                    description: >-
                      folded over
                      two lines
                    "limit": 5
                    read_only: True
                    metadata:
                      owner: ops   # who
                      since: 2026-01-01
                      size: 1.50
                      flags: [yes, true, ~]
                      'null': {}
                    tags: [a, b]
                    ---
                    value
                    """);

            assertThat(block)
                    .isEqualTo(new Block(
                            LABEL,
                            "value\n",
                            "folded over two lines",
                            5,
                            true,
                            Metadata.of("{\"owner\":\"ops\",\"since\":\"2026-01-01\",\"size\":1.50,"
                                    + "\"flags\":[\"yes\",true,null],\"null\":{}}")));
        }

        @ParameterizedTest
        @CsvSource({"2026, 2026", "true, true", "1.0, 1.0", "2026-01-01, 2026-01-01", "'\"null\"', null"})
        void aDescriptionIsTheTextOfAnyScalar(String written, String meant) {
            assertThat(BlockMarkdown.parse(LABEL, "---\ndescription: " + written + "\n---\n")
                            .description())
                    .isEqualTo(meant);
        }

        @Test
        void aValueOverItsLimitIsReadAndLeftToTheWriterToJudge() {
            Block block = BlockMarkdown.parse(LABEL, "---\nlimit: 1\n---\n🙂🙂");

            assertThatThrownBy(block::checkLimit)
                    .isInstanceOf(RuleViolation.class)
                    .hasMessage("value is 2 characters long, over the limit of 1 of this block");
        }
    }

    @Nested
    class Refused {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "limit: abc           | limit       | limit must be a whole number, not \"abc\"",
                    "limit: '5'           | limit       | limit must be a whole number, not \"5\"",
                    "limit: 5.0           | limit       | limit must be a whole number, not \"5.0\"",
                    "limit: 0x10          | limit       | limit must be a whole number, not \"0x10\"",
                    "limit: 010           | limit       | limit must be a whole number, not \"010\"",
                    "limit: [5]           | limit       | limit must be a whole number, not a list",
                    "limit: 0             | limit       | limit must be 1 or more characters, not 0",
                    "limit: -1            | limit       | limit must be 1 or more characters, not -1",
                    "limit: 2147483648    | limit       | limit must be at most 2147483647, not \"2147483648\"",
                    "read_only: 5         | read_only   | read_only must be true or false, not \"5\"",
                    "read_only: yes       | read_only   | read_only must be true or false, not \"yes\"",
                    "read_only: 'true'    | read_only   | read_only must be true or false, not \"true\"",
                    "read_only: {}        | read_only   | read_only must be true or false, not a mapping",
                    "description: [a]     | description | description must be text, not a list",
                    "description: {a: b}  | description | description must be text, not a mapping",
                    "metadata: [1]        | metadata    | metadata must be a mapping of keys to values, not a list",
                    "metadata: text       | metadata    | metadata must be a mapping of keys to values, not \"text\"",
                    "metadata: {a: 0x1F}  | metadata    | metadata has the number 0x1F; write it as JSON does, or in quotes if it is text",
                    "metadata: {a: .inf}  | metadata    | metadata has the number .inf; write it as JSON does, or in quotes if it is text",
                    "metadata: {a: 1, a: 2} | metadata  | metadata has the key 'a' twice",
                    "metadata: {? [x] : 1}  | metadata  | metadata has a list or a mapping for a key; keys must be text",
                })
        void aKnownKeyOfAWrongTypeIsNamed(String line, String field, String message) {
            assertRefused("---\n" + line + "\n---\n", field, message);
        }

        @Test
        void aKeyGivenTwiceIsNamed() {
            assertRefused("---\nlimit: 5\n\"limit\": 5\n---\n", "limit", "front matter has the key 'limit' twice");
            assertRefused("---\nx: 5\nx: 6\n---\n", "front matter", "front matter has the key 'x' twice");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "description: &a text  | description  | an anchor",
                    "x: &a [1]             | front matter | an anchor",
                    "metadata: {b: *a}     | metadata     | an alias",
                    "<<: *base             | front matter | an alias",
                    "limit: !!int 5        | limit        | a tag",
                    "metadata: {a: !x 1}   | metadata     | a tag",
                    "? !t x                | front matter | a tag",
                })
        void anchorsAliasesAndTagsAreNotSupported(String line, String field, String what) {
            assertRefused(
                    "---\n# first\n" + line + "\n---\n",
                    field,
                    field + " has " + what + " of YAML in line 3; write the value itself");
        }

        @Test
        @DisplayName("a bomb of aliases is refused without expanding it")
        void aBombOfAliases() {
            String bomb = IntStream.rangeClosed(1, 50)
                    .mapToObj(i -> "a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(20) + "]\n")
                    .collect(Collectors.joining("", "---\na0: &a0 [lol]\n", "---\n"));

            assertRefused(bomb, "front matter", "front matter has an anchor of YAML in line 2; write the value itself");
        }

        @ParameterizedTest
        @ValueSource(strings = {"[", "{a: ", "- ", "? "})
        void nestingWithoutEndIsRefusedBeforeItCosts(String open) {
            assertRefused(
                    "---\nx:\n " + open.repeat(500_000) + "\n---\n",
                    "front matter",
                    "front matter is nested deeper than 100 levels");
        }

        @Test
        void anUnknownKeyMayBeAsDeepAsMetadata() {
            String deepest = "[".repeat(100) + "]".repeat(100);

            assertThat(BlockMarkdown.parse(LABEL, "---\nx: " + deepest + "\n---\nvalue")
                            .value())
                    .isEqualTo("value");
            assertRefused(
                    "---\nx: [" + deepest + "]\n---\n",
                    "front matter",
                    "front matter is nested deeper than 100 levels");
        }

        @Test
        void metadataMayBeAsDeepAsItsOwnRuleSaysAndNoDeeper() {
            String deepest = "{\"a\":".repeat(99) + "{}" + "}".repeat(99);

            assertThat(BlockMarkdown.parse(LABEL, "---\nmetadata: " + deepest + "\n---\n")
                            .metadata())
                    .isEqualTo(Metadata.of(deepest));
            assertRefused(
                    "---\nmetadata: {\"a\":" + deepest + "}\n---\n",
                    "metadata",
                    "metadata is nested deeper than 100 levels");
        }

        @Test
        void escapesThatNoDatabaseHoldsAreNamed() {
            assertRefused(
                    "---\ndescription: \"a\\0\"\n---\n",
                    "description",
                    "description holds a NUL (U+0000) at character 1, which PostgreSQL can't store");
            assertRefused(
                    "---\nmetadata: {a: \"\\0\"}\n---\n",
                    "metadata",
                    "metadata holds a NUL (U+0000) at character 0, which PostgreSQL can't store");
        }

        private void assertRefused(String file, String field, String message) {
            assertThatThrownBy(() -> BlockMarkdown.parse(LABEL, file))
                    .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                            .isEqualTo(field))
                    .hasMessage(message);
        }
    }

    private static Block block(String value, @Nullable String description) {
        return new Block(LABEL, value, description, 20_000, false, Metadata.EMPTY);
    }
}
