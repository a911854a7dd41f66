package dev.gitmemory.block;

/** Which texts both PostgreSQL and UTF-8 can hold, and how messages show a foreign text. */
public final class Text {

    private Text() {}

    /**
     * Checks a text that is to be stored.
     *
     * @param field named in the violation
     * @throws RuleViolation of the field if the text holds a NUL or half of a surrogate pair
     */
    public static void requireStorable(String field, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new RuleViolation(
                        field, field + " holds a NUL (U+0000) at character " + i + ", which PostgreSQL can't store");
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new RuleViolation(
                            field,
                            "%s holds half of a surrogate pair (U+%04X) at character %d, which is not valid Unicode"
                                    .formatted(field, (int) c, i));
                }
                i++;
            }
        }
    }

    /**
     * The text with every character shown that a terminal would obey, that is invisible, or that would end the line: as
     * {@code \\n}, {@code \\x1b} or {@code \\u202e}. Tabs stay.
     */
    public static String escaped(String text) {
        if (text.chars().noneMatch(c -> isObeyed((char) c))) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> shown.append(isObeyed((char) c) ? escape((char) c) : String.valueOf((char) c)));
        return shown.toString();
    }

    /** Whether {@link #escaped} shows this character in another way. */
    public static boolean isObeyed(char c) {
        boolean reorders = (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
        return (Character.isISOControl(c) && c != '\t') || c == '\u2028' || c == '\u2029' || reorders;
    }

    /** How {@link #escaped} shows a character. */
    public static String escape(char c) {
        if (c == '\n' || c == '\r') {
            return c == '\n' ? "\\n" : "\\r";
        }
        return c < 0x100 ? "\\x%02x".formatted((int) c) : "\\u%04x".formatted((int) c);
    }
}
