package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What metadata may cost, one above each bound and one just below. */
class MetadataSizeTest {

    /** PostgreSQL's numeric has BigDecimal's digits, but never a negative scale. */
    @Property
    void aNumberIsAsLongAsItsDigitsWrittenOut(@ForAll("numbers") String number) {
        BigDecimal value = new BigDecimal(number);
        String printed = (value.scale() < 0 ? value.setScale(0) : value).toPlainString();

        JsonNumber size = JsonNumber.of(number);

        assertThat(size.printedLength()).as(printed).isEqualTo(printed.length());
        assertThat(size.digits())
                .isEqualTo(printed.chars().filter(Character::isDigit).count());
    }

    @Provide
    Arbitrary<String> numbers() {
        Arbitrary<String> sign = Arbitraries.of("", "-");
        Arbitrary<String> integer = Arbitraries.oneOf(
                        Arbitraries.just("0"),
                        Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(30))
                .map(digits -> digits.equals("0") ? digits : "1" + digits);
        Arbitrary<String> fraction = Arbitraries.oneOf(
                Arbitraries.just(""),
                Arbitraries.strings()
                        .withChars("0012")
                        .ofMinLength(1)
                        .ofMaxLength(30)
                        .map(digits -> "." + digits));
        Arbitrary<String> exponent = Arbitraries.oneOf(
                Arbitraries.just(""),
                Arbitraries.integers()
                        .between(-300, 300)
                        .map(e -> (e % 2 == 0 ? "e" : "E+").replace("+", e < 0 ? "" : "+") + e));
        return Combinators.combine(sign, integer, fraction, exponent).as((s, i, f, e) -> s + i + f + e);
    }

    @ParameterizedTest
    @CsvSource({
        "1e131071, 131072",
        "-1e131071, 131073",
        "1e-16383, 16385",
        "0e131071, 1",
        "0.0, 3",
        "-0, 1",
        "12.50, 5",
        "1e-5, 7"
    })
    void theLengthIsWhatPostgresPrints(String number, long length) {
        assertThat(JsonNumber.of(number).printedLength()).isEqualTo(length);
    }

    @Test
    void theTextIsCountedAsPostgresWritesIt() {
        MetadataSize size = MetadataSize.ofNew();
        JsonReader.read("metadata", "{\"a\":[1,2.50,true,null,\"q\\\"\\u0001é€🙂\"],\"b\":{},\"c\":1e3}", size);

        String printed = "{\"a\": [1, 2.50, true, null, \"q\\\"\\u0001é€🙂\"], \"b\": {}, \"c\": 1000}";
        assertThat(size.bytes()).isEqualTo(printed.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aMebibyteOfTextIsAllowedAndAByteMoreIsNot() {
        int around = "{\"k\": \"\"}".length();
        String longest = "{\"k\":\"" + "x".repeat(Metadata.MAX_BYTES - around) + "\"}";
        assertThatCode(() -> Metadata.ofNew(longest)).doesNotThrowAnyException();

        String longer = longest.replace("k", "kk");
        assertThatThrownBy(() -> Metadata.ofNew(longer))
                .isInstanceOf(RuleViolation.class)
                .hasMessage("metadata is too long: as PostgreSQL writes it, with every digit of its numbers, it would"
                        + " have more than 1048576 bytes")
                .extracting(e -> ((RuleViolation) e).field())
                .isEqualTo("metadata");
        assertThatThrownBy(() -> Metadata.of(longer).requireBounded()).isInstanceOf(RuleViolation.class);
    }

    @Test
    void allDigitsCountTowardsTheLength() {
        // 1,002 bytes each with the comma and the space; 6 in the text that is sent
        assertThatCode(() -> Metadata.ofNew(numbers("1e999", 1046))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Metadata.ofNew(numbers("1e999", 1047))).hasMessageContaining("1048576 bytes");
    }

    @Test
    void tenThousandKeysAreAllowedWhereverTheyStand() {
        assertThatCode(() -> Metadata.ofNew(keys(9_999))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Metadata.ofNew(keys(10_000)))
                .isInstanceOf(RuleViolation.class)
                .hasMessage("metadata has more than 10000 keys, those of nested objects included");
    }

    @Test
    void aNumberMayHaveAThousandDigits() {
        for (String most : new String[] {"1e999", "-1e999", "1e-999", "0." + "1".repeat(999), "9".repeat(1000)}) {
            assertThatCode(() -> Metadata.ofNew("{\"n\":" + most + "}")).doesNotThrowAnyException();
        }
        for (String over : new String[] {"1e1000", "1e-1000", "0." + "1".repeat(1000), "9".repeat(1001), "0e-1000"}) {
            assertThatThrownBy(() -> Metadata.ofNew("{\"n\":" + over + "}"))
                    .isInstanceOf(RuleViolation.class)
                    .hasMessageContaining("at most 1000 are allowed");
        }
    }

    @Test
    void aHundredLevelsAreAllowed() {
        assertThatCode(() -> Metadata.ofNew(nested(100))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Metadata.ofNew(nested(101))).hasMessageContaining("deeper than 100 levels");
    }

    /** Written before there were bounds, it stays readable, and is given to PostgreSQL as long as that can hold it. */
    @Test
    void whatIsInGitIsReadAndAppliedAsLongAsPostgresCanHoldIt() {
        Metadata slow = Metadata.of(numbers("1e131071", 511));
        assertThatCode(slow::requireApplicable).doesNotThrowAnyException();
        assertThatThrownBy(slow::requireBounded).isInstanceOf(RuleViolation.class);

        Metadata tooMuch = Metadata.of(numbers("1e131071", 512));
        assertThatThrownBy(tooMuch::requireApplicable)
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining("67108864 bytes; write other metadata for the block, or null");
        assertThat(BlockMarkdown.parse(Label.of("a"), "---\nmetadata: " + tooMuch.json() + "\n---\nv")
                        .metadata())
                .isEqualTo(tooMuch);
    }

    @Test
    void frontMatterOfAQuarterOfAMillionNodesIsNotReadFurther() {
        // Besides the items: the mapping, two keys, a value, and the list itself.
        String file = "---\nlimit: 5\nx: [" + "1,".repeat(YamlParser.MAX_NODES - 5) + "]\n---\nv";
        assertThat(BlockMarkdown.parse(Label.of("a"), file).limit()).isEqualTo(5);
        assertThatThrownBy(() -> BlockMarkdown.parse(Label.of("a"), file.replace("[1", "[0,1")))
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining("front matter has more than 250000 keys and values");
    }

    @Test
    void aThousandTagsOfFiveHundredCharactersAreAllowed() {
        assertThatCode(() -> Tags.require(
                        IntStream.range(0, 1000).mapToObj(Integer::toString).toList()))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Tags.requireCount(1001)).hasMessageContaining("tags are more than 1000");
        assertThatCode(() -> Tags.require(java.util.List.of("🙂".repeat(500)))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Tags.require(java.util.List.of("🙂".repeat(501))))
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining("longer than 500 characters");
    }

    private static String numbers(String number, int count) {
        return "{\"n\":[" + IntStream.range(0, count).mapToObj(i -> number).collect(Collectors.joining(",")) + "]}";
    }

    /** One key, and as many below it. */
    private static String keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + i + "\":1")
                .collect(Collectors.joining(",", "{\"o\":{", "}}"));
    }

    private static String nested(int levels) {
        return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }
}
