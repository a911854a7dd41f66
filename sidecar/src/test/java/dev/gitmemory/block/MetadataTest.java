package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {

    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    @Property
    void theTextIsTheSameJsonOnOneLine(@ForAll("objects") String json) throws JsonProcessingException {
        String compact = Metadata.of(json).json();

        assertThat(EXACT.readTree(compact)).isEqualTo(EXACT.readTree(json));
        assertThat(compact).doesNotContain("\n", "\r");
        assertThat(Metadata.of(compact).json()).isEqualTo(compact);
    }

    @Test
    void orderOfKeysAndTextOfNumbersAreKept() {
        assertThat(Metadata.of(
                                "{ \"b\" : 1.00, \"a\": -0, \"c\": [1E+2 , 123456789012345678901234567890.10],\n\"d\":{} }")
                        .json())
                .isEqualTo("{\"b\":1.00,\"a\":-0,\"c\":[1E+2,123456789012345678901234567890.10],\"d\":{}}");
    }

    @Test
    void stringsAreWrittenRawWherePeopleCanReadThem() {
        assertThat(Metadata.of("{\"a\": \"\\u00e9\\ud83d\\ude42\\/ \\u2028\\ufeff\\u0007\\t\"}")
                        .json())
                .isEqualTo("{\"a\":\"é🙂/ \\u2028\\ufeff\\u0007\\t\"}");
    }

    @Test
    void ofAKeyGivenTwiceTheLastValueCounts() {
        assertThat(Metadata.of("{\"a\":1,\"b\":2,\"a\":{\"c\":3}}").json()).isEqualTo("{\"a\":{\"c\":3},\"b\":2}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " { } ", "null", " null\n"})
    void noMetadataIsOneThing(String json) {
        assertThat(Metadata.of(json)).isEqualTo(Metadata.EMPTY);
        assertThat(Metadata.of(null)).isEqualTo(Metadata.EMPTY);
        assertThat(Metadata.EMPTY.isEmpty()).isTrue();
        assertThat(Metadata.EMPTY).hasToString("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "\"a\"", "true", "[{}]"})
    void whatIsNoObjectIsRefused(String json) {
        assertRefused(json, "metadata must be a JSON object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``              | metadata is not JSON: it is empty",
                "` \n`           | metadata is not JSON: it is empty",
                "{} {}           | metadata is not JSON: more follows after its end",
                "{\"a\":1        | metadata is not JSON: line 1, column 7: it ends before it is complete",
                "{'a':1}         | metadata is not JSON: line 1, column 2: ''' can't stand here",
                "{\"a\":01}      | metadata is not JSON: line 1, column",
                "{\"a\":NaN}     | metadata is not JSON: line 1, column",
                "{\"a\":1,}      | metadata is not JSON: line 1, column",
                "nul             | metadata is not JSON: line 1, column",
                "{\"a\":\"\t\"}  | metadata is not JSON: line 1, column",
            })
    void whatIsNoJsonIsRefusedWithThePlace(String json, String message) {
        assertThatThrownBy(() -> Metadata.of(json))
                .isInstanceOf(RuleViolation.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\u0000\"}",
                "{\"\\u0000\":1}",
                "{\"a\":[\"\\ud800\"]}",
                "{\"\\udc00\":1}",
                "{\"a\":\"\uD800\"}",
                "{\"a\":\"\\ude42\\ud83d\"}"
            })
    void textThatPostgresqlCantHoldIsRefused(String json) {
        assertThatThrownBy(() -> Metadata.of(json))
                .isInstanceOf(RuleViolation.class)
                .hasMessageStartingWith("metadata ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e131071",
                "9.99e131071",
                "0.001e131074",
                "1e-16383",
                "1.5e-16382",
                "0e131072",
                "0.0e1000000000",
                "-1E+131071",
                "0e-16383",
                "100e131069"
            })
    void numbersUpToTheEdgeOfPostgresqlsRangeAreKept(String number) {
        assertThat(Metadata.of("{\"a\":" + number + "}").json()).isEqualTo("{\"a\":" + number + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e131072",
                "10e131071",
                "0.1e131073",
                "-1e200000",
                "1e-16384",
                "0e-16384",
                "1.5e-16383",
                "1e1073741823",
                "0e1073741823",
                "1e-99999999999",
                "0e99999999999"
            })
    void numbersBeyondItAreRefused(String number) {
        assertRefused(
                "{\"a\":" + number + "}",
                "metadata holds the number " + number
                        + ", which PostgreSQL can't store: at most 131072 digits before the"
                        + " decimal point and 16383 after");
    }

    @Test
    void numbersMayBeAsLongAsPostgresqlHolds() {
        String longest = "9".repeat(131_072) + "." + "9".repeat(16_383);

        assertThat(Metadata.of("{\"a\":" + longest + "}").json()).contains(longest);
        assertThatThrownBy(() -> Metadata.of("{\"a\":9" + longest + "}"))
                .hasMessageContaining("the number 9999999999999999999999999999999999999999…, which");
        assertThatThrownBy(() -> Metadata.of("{\"a\":" + longest + "0}")).isInstanceOf(RuleViolation.class);
    }

    @Test
    void nestingHasALimit() {
        String deepest = "{\"a\":".repeat(Metadata.MAX_DEPTH - 1) + "[]" + "}".repeat(Metadata.MAX_DEPTH - 1);

        assertThat(Metadata.of(deepest).json()).isEqualTo(deepest);
        assertRefused("{\"a\":" + deepest + "}", "metadata is nested deeper than 100 levels");
        assertRefused("[".repeat(1_000_000), "metadata is nested deeper than 100 levels");
    }

    @Provide
    Arbitrary<String> objects() {
        return Samples.jsonObjects(2);
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> Metadata.of(json))
                .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                        .isEqualTo("metadata"))
                .hasMessage(message);
    }
}
