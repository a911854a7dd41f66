package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Front matter as people and clients write it, who don't think of YAML. */
class FrontMatterByLineTest {

    private static final Label LABEL = Label.of("system/persona");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // no YAML
                "Tea rules: green first, black later  | Tea rules: green first, black later",
                "\"Ada\" is the user                   | \"Ada\" is the user",
                "@ada and her team                    | @ada and her team",
                "`make` targets                       | `make` targets",
                "[draft] plans                        | [draft] plans",
                "% of budget                          | % of budget",
                "'it''s here' she said                | 'it''s here' she said",
                "\"it said \\d+\"                      | \"it said \\d+\"",
                "\"open                               | \"open",
                "What is it:                          | What is it:",
                "*bold* and plain                     | *bold* and plain",
                "- a dash                             | - a dash",
                "? really                             | ? really",
                ">90% done                            | >90% done",
                "> quoted by others                   | > quoted by others",
                // YAML that says something else
                "Notes #7 and #8                      | Notes #7 and #8",
                "# nothing else                       | # nothing else",
                "[draft]                              | [draft]",
                "[[Home]]                             | [[Home]]",
                "{a: b}                               | {a: b}",
                "*bold*                               | *bold*",
                "&co and others                       | &co and others",
                "!important                           | !important",
                "!!str 5                              | !!str 5",
                // YAML that says the same
                "plain                                | plain",
                "'it''s here'                         | it's here",
                "\"a \\u0041\"                        | a A",
                "'quoted' # commented                 | quoted",
                "C:\\Users\\ada                       | C:\\Users\\ada",
                "The app\tand its tabs                | The app\tand its tabs",
                "2026-01-01                           | 2026-01-01",
                "yes                                  | yes",
            })
    void aDescriptionIsTheTextThatItsWriterMeant(String written, String meant) {
        for (String lineEnd : new String[] {"\n", "\r\n"}) {
            for (String bom : new String[] {"", "\uFEFF"}) {
                String file = bom
                        + "---\nlimit: 5000\ndescription: %s\nread_only: true\nowner: ops\n---\nbody\n---\nmore\n"
                                .formatted(unescaped(written))
                                .replace("\n", lineEnd);
                Block block = BlockMarkdown.parseNew(LABEL, file);
                assertThat(block)
                        .isEqualTo(new Block(
                                LABEL,
                                "body\n---\nmore\n".replace("\n", lineEnd),
                                unescaped(meant),
                                5000,
                                true,
                                Metadata.EMPTY));
                assertThat(BlockMarkdown.parse(LABEL, file)).isEqualTo(block);
                assertChangesFieldByField(file, block);
            }
        }
    }

    /** One backslash in the table is one in the file; a tab can't be written in it. */
    private static String unescaped(String text) {
        return text.replace("\\t", "\t").replace("''s here' she", "'s here' she");
    }

    private static void assertChangesFieldByField(String file, Block block) {
        assertThat(BlockMarkdown.rerender(file, block)).isEqualTo(file);
        Block otherValue = block.withValue("x");
        assertThat(BlockMarkdown.rerender(file, otherValue)).isEqualTo(file.substring(0, file.indexOf("body")) + "x");
        for (String description : new @Nullable String[] {null, "plain", "a: b", "x #y", "[z"}) {
            Block other = block.withDescription(description);
            String changed = BlockMarkdown.rerender(file, other);
            assertThat(BlockMarkdown.parseNew(LABEL, changed)).isEqualTo(other);
            assertThat(changed).contains("owner: ops");
        }
    }

    @Test
    void emptyAndNullDescriptionsAreNone() {
        for (String none : new String[] {"", " ", " null", " ~"}) {
            assertThat(BlockMarkdown.parseNew(LABEL, "---\nx: a: b\ndescription:" + none + "\n---\nbody")
                            .description())
                    .isNull();
        }
        assertThat(BlockMarkdown.parseNew(LABEL, "---\ndescription: \"\"\n---\nbody")
                        .description())
                .isEmpty();
    }

    @Test
    void linesOfADescriptionAreJoined() {
        assertThat(description("first\n  continued line")).isEqualTo("first continued line");
        assertThat(description("Tea rules: green\n  black: later\n\tand tabs"))
                .isEqualTo("Tea rules: green black: later and tabs");
        assertThat(description(">\n  folded: a\n  text")).isEqualTo("folded: a text\n");
        assertThat(description("\n  a: b: c")).isEqualTo("a: b: c");
    }

    private static @Nullable String description(String written) {
        return BlockMarkdown.parseNew(LABEL, "---\ndescription: " + written + "\nlimit: 5000\n---\nbody")
                .description();
    }

    @Test
    void otherFieldsAreReadBesideADescriptionThatIsNoYaml() {
        String file = """
                ---
                # who it is
                title: Meeting: 10:30
                tags:
                \t- a
                - b
                description: Tea: green
                limit: 5000 # characters
                read_only: true
                metadata:
                  owner: ops
                  since: [1, 2.50]
                🔑 : 1
                ---
                body""";
        Block block = BlockMarkdown.parseNew(LABEL, file);
        assertThat(block)
                .isEqualTo(new Block(
                        LABEL,
                        "body",
                        "Tea: green",
                        5000,
                        true,
                        Metadata.of("{\"owner\":\"ops\",\"since\":[1,2.50]}")));

        String writable = BlockMarkdown.rerender(
                file, block.withReadOnly(false).withLimit(7).withValue("new"));

        assertThat(writable)
                .isEqualTo(file.replace("read_only: true\n", "")
                        .replace("limit: 5000", "limit: 7")
                        .replace("---\nbody", "---\nnew"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "description: 'Twas one\nread_only: true\nlimit: 5\nname: the others'",
                "description: \"open\nread_only: true\nlimit: 5\nname: closed\"",
                "name: 'one\ndescription: d\nlimit: 5\nread_only: true\nother: two'",
            })
    void aFieldIsNotLostInATextThatEndsInAnotherLine(String lines) {
        Block block = BlockMarkdown.parseNew(LABEL, "---\n" + lines + "\n---\nbody");
        assertThat(block.readOnly()).isTrue();
        assertThat(block.limit()).isEqualTo(5);
        assertThat(block.value()).isEqualTo("body");
        assertThat(block.description()).isIn("'Twas one", "\"open", "d");
    }

    @Test
    void whatIsIndentedBelongsToTheTextThatItStandsIn() {
        Block block = BlockMarkdown.parseNew(
                LABEL, "---\ndescription: 'on\n  limit: 5\n  read_only: true'\nlist: [\n  limit: 6\n]\n---\nbody");
        assertThat(block.description()).isEqualTo("on limit: 5 read_only: true");
        assertThat(block.limit()).isEqualTo(Block.DEFAULT_LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "---\rdescription: d\rlimit: 5\r---\rbody\r",
                "---\rdescription: d\r---\rbody\nmore",
                "---\u00a0\ndescription: d\n---\nbody",
                "\ufeff---\u3000\r\nlimit: 5\n---\nbody"
            })
    void aFirstLineThatOnlyLooksLikeDashesIsRefusedInANewFile(String file) {
        assertThatThrownBy(() -> BlockMarkdown.parseNew(LABEL, file))
                .hasMessageContaining("line 1 has to be three dashes and a line feed, and has a ");
        assertValueOnly(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00a0description: d", "description\u00a0: d", "\u200blimit: 5", "read\u2060_only: true"})
    void aKeyWithBlanksThatNobodySeesIsRefusedInANewFile(String line) {
        String file = "---\nowner: ops\n" + line + "\n---\nbody";
        assertThatThrownBy(() -> BlockMarkdown.parseNew(LABEL, file))
                .hasMessageContaining("with a blank that is no space; write it without");
        assertThat(BlockMarkdown.parse(LABEL, file).value()).isEqualTo("body");
    }

    @Test
    void keysAloneAreFrontMatterToo() {
        assertThat(BlockMarkdown.parseNew(LABEL, "---\ntitle: Meeting: 10:30\nowner: ops\n---\nbody"))
                .isEqualTo(new Block(LABEL, "body", null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Once upon: a time: there\nwas", "*Note*: all: is well", "{limit: 5", "a: b: c\nand so on"})
    void proseBetweenRulesIsNoFrontMatter(String prose) {
        String file = "---\n" + prose + "\n---\nbody";
        assertThat(BlockMarkdown.parseNew(LABEL, file).value()).isEqualTo(file);
    }

    @Test
    void blanksBehindTheDashesChangeNothing() {
        for (String fence : new String[] {"--- ", "---\t", "---  \r"}) {
            String file = fence + "\ndescription: d\n" + fence + "\nbody\n---\n";
            Block block = BlockMarkdown.parseNew(LABEL, file);
            assertThat(block.description()).isEqualTo("d");
            assertThat(block.value()).isEqualTo("body\n---\n");
            assertThat(BlockMarkdown.rerender(file, block.withValue("new")))
                    .isEqualTo(fence + "\ndescription: d\n" + fence + "\nnew");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "description: a: b\\nlimit: many: more       | limit        | limit can't be read: what line 3 begins is no YAML",
                "description: a: b\\nlimit: many             | limit        | limit must be a whole number, not \"many\"",
                "description: a: b\\nread_only: yes          | read_only    | read_only must be true or false, not \"yes\"",
                "description: a: b\\nmetadata:\\n  x: @y     | metadata     | metadata can't be read: what line 3 begins is no YAML",
                "description: a: b\\nmetadata: {x: &a 1}     | metadata     | metadata has an anchor of YAML in line 3; write the value itself",
                "description: a: b\\ndescription: c          | description  | front matter has the key 'description' twice",
                "description: a: b\\nand on                  | front matter | front matter can't be read: line 3 has no key, and is not indented either",
                "description: a\\n...                        | front matter | front matter can't be read: line 3 has no key, and is not indented either",
                "description: d\\nlist: [a,\\nlimit: 5\\n]     | front matter | front matter can't be read: line 5 has no key, and is not indented either",
                "description: >\\n  a\\n b: c: d             | description  | description can't be read: what line 2 begins is no YAML",
                "\\tlimit: 5                                 | front matter | front matter can't be read: line 2 is indented; a key begins its line",
            })
    void whatCantBeReadIsRefusedInANewFileAndIsValueInOneThatGitHas(String lines, String field, String message) {
        String file = "---\n" + lines.replace("\\n", "\n").replace("\\t", "\t") + "\n---\nbody";
        assertRefused(file, field, message);
        assertValueOnly(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "---\ndescription: four\n----\nbody\n",
                "---\ndescription: dots\n...\nbody\n",
                "---\nlimit: 5",
                "--- \r\nmetadata : {}\r\nbody"
            })
    void frontMatterWithoutAnEndIsRefusedInANewFileAndIsValueInOneThatGitHas(String file) {
        assertRefused(
                file,
                "front matter",
                "front matter begins in line 1 and has no end: it is closed by a line of three dashes and nothing else");
        assertValueOnly(file);
    }

    private static void assertRefused(String file, String field, String message) {
        assertThatThrownBy(() -> BlockMarkdown.parseNew(LABEL, file))
                .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                        .isEqualTo(field))
                .hasMessage(message);
    }

    /** And whoever writes it again writes what can be read. */
    private static void assertValueOnly(String file) {
        Block block = BlockMarkdown.parse(LABEL, file);
        assertThat(block).isEqualTo(new Block(LABEL, file, null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY));
        for (Block next : new Block[] {block, block.withValue(file + "more"), block.withDescription("d")}) {
            assertThat(BlockMarkdown.parseNew(LABEL, BlockMarkdown.rerender(file, next)))
                    .isEqualTo(next);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7 rules of tea", "(draft) of plans", "🙂 smile", "2026 and after", "$5 per cup", "C# and F#"})
    void aDescriptionThatYamlAndTheClientReadAlikeIsWrittenPlain(String description) {
        assertThat(BlockMarkdown.render(new Block(LABEL, "", description, 5, false, Metadata.EMPTY)))
                .contains("description: " + description + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12:30", "2026-01-01 10:00:00 Z", "1e3", "0x1f", "1_000", "5 h", "+1", "=", "<<"})
    void whatSomeYamlReadsAsSomethingElseIsWrittenInQuotes(String description) {
        assertThat(BlockMarkdown.render(new Block(LABEL, "", description, 5, false, Metadata.EMPTY)))
                .contains("description: \"" + description + "\"\n");
    }
}
