package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
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
                    "---\n\tlimit: 5\n---\nx",
                    "---\n{limit: 5\n---\nx",
                    "---\nlimit: 5\n\u0001\n---\nx",
                    "---\n*Note*: all is well\n---\nx",
                    "---\n* one\n* two\n---\nx",
                })
        void whatIsNeitherYamlNorLinesOfKeysIsPartOfTheValueWhereGitHasIt(String file) {
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

    private static Block block(String value, @Nullable String description) {
        return new Block(LABEL, value, description, 20_000, false, Metadata.EMPTY);
    }
}
