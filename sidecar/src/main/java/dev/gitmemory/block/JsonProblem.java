package dev.gitmemory.block;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a text that is no JSON, in words for its author: the parser's own name its classes and its
 * settings, which mean nothing to them.
 */
public final class JsonProblem {

    private static final int MOST_SHOWN = 40;

    private static final String MORE_FOLLOWS = "more follows after its end";
    private static final String NUMBER =
            "a number is not written as JSON has it: digits, no zero before others, a point between digits";

    /** By what the parser's message begins with. */
    private static final Map<String, String> BY_BEGINNING = new TreeMap<>(Map.of(
            "Invalid UTF-8", "its bytes are not UTF-8",
            "Illegal unquoted character",
                    "a text or a key holds a line end or another control character; write it as an escape, such as \\n",
            "Illegal character", "a control character stands between two values; remove it",
            "Invalid numeric value", NUMBER,
            "Unrecognized character escape",
                    "a backslash begins an escape that JSON does not have; a backslash itself is written twice",
            "Unexpected close marker", "what is closed here is not what was opened last: ] ends a list, } an object",
            "Trailing token", MORE_FOLLOWS));

    private static final Pattern CHARACTER = Pattern.compile("Unexpected character \\(.*?code (\\d+)", Pattern.DOTALL);
    private static final Pattern QUOTED =
            Pattern.compile("(Unrecognized token|Non-standard token|Duplicate field) '(.*?)'(?:: .*)?", Pattern.DOTALL);

    private JsonProblem() {}

    /** One clause, with the line and column before it where the parser knows them: both count from 1. */
    public static String of(JsonProcessingException failure) {
        JsonLocation at = failure.getLocation();
        String place =
                at == null ? "" : "line %d, column %d: ".formatted(at.getLineNr(), Math.max(1, at.getColumnNr()));
        return place + words(failure);
    }

    private static String words(JsonProcessingException failure) {
        String message = String.valueOf(failure.getOriginalMessage());
        if (failure instanceof StreamConstraintsException) {
            return message.contains("nesting depth")
                    ? "it is nested too deep: lists and objects may lie in each other 1000 levels deep"
                    : "it has a text, a key or a number that is too long, or too many of them";
        }
        if (failure instanceof JsonEOFException) {
            return "it ends before it is complete: a text, a list or an object is not closed";
        }
        if (message.contains("surrogate")) {
            return "it has half of a surrogate pair, which is not valid Unicode";
        }
        Matcher character = CHARACTER.matcher(message);
        if (character.lookingAt()) {
            return unexpected(Integer.parseInt(character.group(1)), message);
        }
        Matcher quoted = QUOTED.matcher(message);
        if (quoted.matches()) {
            String text = shown(quoted.group(2));
            return switch (quoted.group(1)) {
                case "Duplicate field" -> "the key '" + text + "' stands there twice; keep one of them";
                case "Non-standard token" -> "'" + text + "' is no number that JSON has";
                default ->
                    "'" + text
                            + "' is no value; texts stand in double quotes, and other values are numbers, true, false and null";
            };
        }
        return BY_BEGINNING.entrySet().stream()
                .filter(words -> message.startsWith(words.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("it breaks a rule of JSON here");
    }

    private static String unexpected(int code, String message) {
        if (message.contains("root-level")) {
            return MORE_FOLLOWS;
        }
        if (code == '.'
                || message.contains("numeric value")
                || message.contains("Decimal point")
                || message.contains("number")) {
            return NUMBER;
        }
        if (message.contains("escape")) {
            return BY_BEGINNING.getOrDefault("Unrecognized character escape", "");
        }
        String hint =
                switch (code) {
                    case '\'', '\u2018', '\u2019', '\u201c', '\u201d' ->
                        "texts and keys stand in straight double quotes";
                    case '/', '#' -> "JSON has no comments";
                    case '}', ']', ',' -> "there is a comma too many, or something is missing before it";
                    default -> "a comma, a colon or a quote is missing before it";
                };
        return "'%s' can't stand here: %s".formatted(shown(Character.toString(code)), hint);
    }

    private static String shown(String text) {
        int most = Math.min(text.length(), MOST_SHOWN);
        return Text.escaped(text.substring(0, most)) + (most < text.length() ? "…" : "");
    }
}
