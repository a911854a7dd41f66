package dev.gitmemory.block;

/** Which texts both PostgreSQL and UTF-8 can hold. */
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
}
