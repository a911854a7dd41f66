package dev.gitmemory.testing;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Metadata just below and just above each bound, as JSON text that is short where it costs most. */
public final class HostileMetadata {

    /** What the rules say of each kind of {@link #over}. */
    public static final Map<String, String> RULES = Map.of(
            "bytes",
                    "metadata is too long: as PostgreSQL writes it, with every digit of its numbers, it would have more than",
            "keys", "metadata has more than 10000 keys, those of nested objects included",
            "digits", "metadata holds the number 1",
            "key", "metadata has a key of 1001 characters; at most 1000 are allowed",
            "values", "metadata has more than 100000 values, objects and lists included",
            "depth", "metadata is nested deeper than 100 levels");

    private HostileMetadata() {}

    /** The most that is allowed, of each kind. */
    public static Map<String, String> most() {
        return Map.of(
                "bytes",
                numbers("1e999", 1046),
                "keys",
                keys(10_000),
                "digits",
                numbers("1e999", 1),
                "key",
                "{\"" + "€".repeat(1_000) + "\":1}",
                "values",
                numbers("1", 99_998),
                "depth",
                nested(100));
    }

    /** One more than is allowed, of each kind. */
    public static Map<String, String> over() {
        return Map.of(
                "bytes",
                numbers("1e999", 1047),
                "keys",
                keys(10_001),
                "digits",
                numbers("1e1000", 1),
                "key",
                "{\"" + "€".repeat(1_001) + "\":1}",
                "values",
                numbers("1", 99_999),
                "depth",
                nested(101));
    }

    /** A list of the same number. */
    public static String numbers(String number, int count) {
        return IntStream.range(0, count).mapToObj(i -> number).collect(Collectors.joining(",", "{\"n\":[", "]}"));
    }

    /** Keys, half of them in an object within the first. */
    public static String keys(int count) {
        return IntStream.range(1, count)
                .mapToObj(i -> "\"" + i + "\":1" + (i == count / 2 ? "}" : ""))
                .collect(Collectors.joining(",", "{\"o\":{", "}"));
    }

    /** An object with lists in it. */
    public static String nested(int levels) {
        return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }
}
