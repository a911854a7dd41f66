package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Front matter that is refused, and by what words. */
class RefusedFrontMatterTest {

    private static final Label LABEL = Label.of("persona");

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
                "---\nx: [" + deepest + "]\n---\n", "front matter", "front matter is nested deeper than 100 levels");
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
