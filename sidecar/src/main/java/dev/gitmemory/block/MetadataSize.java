package dev.gitmemory.block;

/**
 * What metadata costs where it goes: counted while it is read, and refused as soon as it is too much, so that reading takes
 * time and memory in proportion to what is allowed.
 *
 * <p>PostgreSQL computes a digest over metadata's text, at each write and whenever rows are compared. That text is what
 * counts, with each number written out, and not the text that was sent. Not thread-safe.
 */
final class MetadataSize {

    private final Bounds bounds;
    private long bytes;
    private int keys;
    private int values;

    /** The most of each; {@code advice} ends the message about the bytes. */
    private record Bounds(long bytes, int keys, int keyCharacters, int values, int digits, String advice) {

        static Bounds ofBytes(long bytes, String advice) {
            return new Bounds(
                    bytes, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, advice);
        }
    }

    private MetadataSize(Bounds bounds) {
        this.bounds = bounds;
    }

    /** For metadata that somebody writes. */
    static MetadataSize ofNew() {
        return new MetadataSize(new Bounds(
                Metadata.MAX_BYTES,
                Metadata.MAX_KEYS,
                Metadata.MAX_KEY_CHARACTERS,
                Metadata.MAX_VALUES,
                Metadata.MAX_DIGITS,
                ""));
    }

    /** For metadata that is in git and goes to PostgreSQL. */
    static MetadataSize ofApplied() {
        return new MetadataSize(
                Bounds.ofBytes(Metadata.MAX_APPLIED_BYTES, "; write other metadata for the block, or null"));
    }

    /** For metadata that is read from git, whatever it costs. */
    static MetadataSize unlimited() {
        return new MetadataSize(Bounds.ofBytes(Long.MAX_VALUE, ""));
    }

    /** The length of the text that PostgreSQL makes of what was counted, in bytes of UTF-8. */
    long bytes() {
        return bytes;
    }

    void key(String name) {
        keys++;
        if (keys > bounds.keys()) {
            throw violation("has more than %d keys, those of nested objects included".formatted(bounds.keys()));
        }
        int characters = name.codePointCount(0, name.length());
        if (characters > bounds.keyCharacters()) {
            throw violation(
                    "has a key of %d characters; at most %d are allowed".formatted(characters, bounds.keyCharacters()));
        }
        add(length(name) + 2); // the colon and the space behind it
    }

    void text(String value) {
        value();
        add(length(value));
    }

    void number(String number) {
        value();
        JsonNumber size = JsonNumber.of(number);
        if (size.digits() > bounds.digits()) {
            throw violation("holds the number %s, which has %d digits when it is written out; at most %d are allowed"
                    .formatted(JsonRules.shown(number), size.digits(), bounds.digits()));
        }
        add(size.printedLength());
    }

    void word(String trueFalseOrNull) {
        value();
        add(trueFalseOrNull.length());
    }

    /** The brackets of an object or array. */
    void brackets() {
        value();
        add(2);
    }

    /** What stands between two members or items: a comma and a space. */
    void separator() {
        add(2);
    }

    private void value() {
        values++;
        if (values > bounds.values()) {
            throw violation("has more than %d values, objects and lists included".formatted(bounds.values()));
        }
    }

    private void add(long more) {
        bytes += more;
        if (bytes > bounds.bytes()) {
            throw violation("is too long: as PostgreSQL writes it, with every digit of its numbers, it would have more"
                    + " than %d bytes%s".formatted(bounds.bytes(), bounds.advice()));
        }
    }

    private static RuleViolation violation(String what) {
        return new RuleViolation(Metadata.FIELD, Metadata.FIELD + " " + what);
    }

    private static long length(String text) {
        long length = 2; // the quotes
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length += switch (c) {
                    case '"', '\\', '\b', '\f', '\n', '\r', '\t' -> 2;
                    default -> c < ' ' ? 6 : 1;
                };
            } else {
                length += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return length;
    }
}
