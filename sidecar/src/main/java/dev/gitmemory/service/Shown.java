package dev.gitmemory.service;

/** What a caller has sent, as messages repeat it: short enough to be read. */
final class Shown {

    /** Longer than any id or label that an application has, in UTF-16 code units. */
    private static final int LONGEST = 200;

    private static final int KEPT = 100;

    private Shown() {}

    /** The text, or its beginning where it is long. */
    static String of(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, text.offsetByCodePoints(0, KEPT)) + "…";
    }
}
