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

    private static void assertRefused(String field, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                        .isEqualTo(field))
                .hasMessageStartingWith(field + " ");
    }
}
