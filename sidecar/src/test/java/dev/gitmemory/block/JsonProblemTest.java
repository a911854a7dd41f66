package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonProblemTest {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** What is said of a text, which is read both as bytes and as characters. */
    private static String problem(String json) {
        String ofText = problem(json, false);
        String ofBytes = problem(json, true);
        assertThat(ofText.replaceAll("column \\d+", "")).isEqualTo(ofBytes.replaceAll("column \\d+", ""));
        return ofText;
    }

    private static String problem(String json, boolean bytes) {
        JsonProcessingException failure = catchThrowableOfType(JsonProcessingException.class, () -> {
            try (JsonParser parser =
                    bytes ? FACTORY.createParser(json.getBytes(StandardCharsets.UTF_8)) : FACTORY.createParser(json)) {
                while (parser.nextToken() != null) {
                    parser.getText();
                }
            }
        });
        assertThat(failure).as(json).isNotNull();
        return JsonProblem.of(failure);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":                | it ends before it is complete: a text, a list or an object is not closed",
                "\"a                    | it ends before it is complete: a text, a list or an object is not closed",
                "[1                     | it ends before it is complete: a text, a list or an object is not closed",
                "{'a':1}                | ''' can't stand here: texts and keys stand in straight double quotes",
                "{“a”:1}                | '“' can't stand here: texts and keys stand in straight double quotes",
                "{a:1}                  | 'a' can't stand here: a comma, a colon or a quote is missing before it",
                "{\"a\" 1}              | '1' can't stand here: a comma, a colon or a quote is missing before it",
                "[1,]                   | ']' can't stand here: there is a comma too many, or something is missing before it",
                "[,1]                   | ',' can't stand here: there is a comma too many, or something is missing before it",
                "{\"a\":1,}             | '}' can't stand here: there is a comma too many, or something is missing before it",
                "[1 // one              | '/' can't stand here: JSON has no comments",
                "[1}                    | what is closed here is not what was opened last: ] ends a list, } an object",
                "{\"a\":1]              | what is closed here is not what was opened last: ] ends a list, } an object",
                "]                      | what is closed here is not what was opened last: ] ends a list, } an object",
                "[True]                 | 'True' is no value; texts stand in double quotes, and other values are numbers, true, false and null",
                "[None]                 | 'None' is no value; texts stand in double quotes, and other values are numbers, true, false and null",
                "[NaN]                  | 'NaN' is no number that JSON has",
                "[-Infinity]            | '-Infinity' is no number that JSON has",
                "[01]                   | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[1.]                   | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[.5]                   | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[+5]                   | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[-]                    | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[1e]                   | a number is not written as JSON has it: digits, no zero before others, a point between digits",
                "[\"\\q\"]              | a backslash begins an escape that JSON does not have; a backslash itself is written twice",
                "[\"\\u12x4\"]          | a backslash begins an escape that JSON does not have; a backslash itself is written twice",
                "{\"a\":1,\"a\":2}      | the key 'a' stands there twice; keep one of them",
            })
    void theKindOfFaultIsToldInOurOwnWords(String json, String words) {
        assertThat(problem(json)).matches("line 1, column \\d+: .*").endsWith(": " + words);
    }

    @Test
    void controlCharactersAreToldAndNotShown() {
        assertThat(problem("[\"a\nb\"]")).contains("a text or a key holds a line end or another control character");
        assertThat(problem("[\u0001]")).contains("a control character stands between two values");
        assertThat(problem("{\"a\u001b[2J\":1,\"a\u001b[2J\":1}".replace("\u001b", "\\u001b")))
                .contains("the key 'a\\x1b[2J' stands there twice");
    }

    @Test
    void depthAndLengthAreToldWithoutAPlace() {
        assertThat(problem("[".repeat(2000))).contains("it is nested too deep");
        assertThat(problem("[1" + "0".repeat(2000) + "]"))
                .contains("it has a text, a key or a number that is too long");
    }

    @Test
    void noWordOfTheParsersIsShown() {
        String chars = "{}[]:,\"'\\/#-+.0e1NtTfn \n\t\u0000\u001e\ufeff\u2028é😀x";
        List<String> before = List.of(
                "",
                "{",
                "[",
                "{\"a\"",
                "{\"a\":",
                "[1",
                "[\"a",
                "[\"\\",
                "[\"\\u0",
                "[-",
                "[1.",
                "[1e",
                "[t",
                "1",
                "{\"a\":1");
        for (String start : before) {
            chars.codePoints().forEach(c -> {
                String json = start + Character.toString(c) + "?";
                for (boolean bytes : new boolean[] {false, true}) {
                    assertThat(problem(json, bytes))
                            .as(json)
                            .doesNotContainPattern(
                                    "Feature|ALLOW|marker|Source|java|Stream|Json[A-Z]|token|spec|expect|(?i)enable")
                            .doesNotContain("a rule of JSON here")
                            .matches("[^\\p{Cntrl}]+");
                }
            });
        }
    }
}
