package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTest {

    private static final Block BLOCK =
            new Block(Label.of("persona"), "I am Ada", "Who I am", 10, false, Metadata.of("{\"a\":1}"));

    @Test
    void eachFieldCanBeChangedAlone() {
        assertThat(BLOCK.withLabel(Label.of("human"))
                        .withValue("")
                        .withDescription(null)
                        .withLimit(5)
                        .withReadOnly(true)
                        .withMetadata(Metadata.EMPTY))
                .isEqualTo(new Block(Label.of("human"), "", null, 5, true, Metadata.EMPTY));
    }

    @Test
    void theLimitCountsCodePoints() {
        assertThatCode(BLOCK.withValue("🙂".repeat(10))::checkLimit).doesNotThrowAnyException();
        assertRefused("value", BLOCK.withValue("🙂".repeat(11))::checkLimit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "a\u0000b", "\uD83D", "\uDE42", "\uDE42\uD83D", "a\uD83Db", "🙂\uD83D"})
    void textThatPostgresqlOrUtf8CantHoldIsRefused(String text) {
        assertRefused("value", () -> BLOCK.withValue(text));
        assertRefused("description", () -> BLOCK.withDescription(text));
    }

    @Test
    void aLimitIsOneOrMore() {
        assertThat(BLOCK.withLimit(1).limit()).isEqualTo(1);
        assertRefused("limit", () -> BLOCK.withLimit(0));
        assertRefused("limit", () -> BLOCK.withLimit(-1));
    }

    @Test
    void aBlockWhoseFileWouldBeTooLongIsRefusedByItsLongestField() {
        String long16 = "x".repeat(BlockMarkdown.MAX_BYTES);
        assertRefused("value", () -> BLOCK.withValue(long16));
        assertRefused("value", () -> BLOCK.withValue("🙂".repeat(BlockMarkdown.MAX_BYTES / 4)));
        assertRefused("description", () -> BLOCK.withDescription(long16));
        assertRefused("description", () -> BLOCK.withDescription("\u0001".repeat(BlockMarkdown.MAX_BYTES / 6)));
        assertRefused("metadata", () -> BLOCK.withMetadata(Metadata.of("{\"a\":\"" + long16 + "\"}")));
    }

    @Test
    void theLongestFileIsReadBack() {
        int besides = BlockMarkdown.render(BLOCK.withValue("")).length();
        Block longest = BLOCK.withValue("x".repeat(BlockMarkdown.MAX_BYTES - besides));
        assertThat(BlockMarkdown.render(longest)).hasSize(BlockMarkdown.MAX_BYTES);
        assertThat(BlockMarkdown.parse(longest.label(), BlockMarkdown.render(longest)))
                .isEqualTo(longest);
        assertRefused("value", () -> BLOCK.withValue(longest.value() + "x"));
    }

    /** The time that a scalar takes must not grow with the square of its length. */
    @Test
    void theLongestDescriptionAndMetadataAreReadBack() {
        String longText = "x".repeat(BlockMarkdown.MAX_BYTES - 1000);
        for (Block longest : new Block[] {
            BLOCK.withDescription(longText), BLOCK.withMetadata(Metadata.of("{\"a\":\"" + longText + "\"}"))
        }) {
            assertThat(BlockMarkdown.parse(longest.label(), BlockMarkdown.render(longest)))
                    .isEqualTo(longest);
        }
    }

    @Test
    void commentsGoWhereTheFileWouldBecomeTooLongWithThem() {
        String commented = "---\n# " + "c".repeat(1000) + "\ndescription: Who I am\nlimit: 10\n---\nI am Ada";
        Block block = new Block(BLOCK.label(), "", "Who I am", 10, false, Metadata.EMPTY);
        Block longest = block.withValue(
                "x".repeat(BlockMarkdown.MAX_BYTES - BlockMarkdown.render(block).length()));
        assertThat(BlockMarkdown.rerender(commented, longest)).isEqualTo(BlockMarkdown.render(longest));
        assertThat(BlockMarkdown.rerender(commented, block)).contains("# ccc");
    }

    private static void assertRefused(String field, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                        .isEqualTo(field))
                .hasMessageStartingWith(field + " ");
    }
}
