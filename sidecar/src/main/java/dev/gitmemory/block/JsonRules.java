package dev.gitmemory.block;

/** What PostgreSQL's {@code jsonb} refuses in legal JSON, refused here with the same reach and a clear message. */
final class JsonRules {

    private JsonRules() {}

    static String requireText(String field, String text) {
        Text.requireStorable(field, text);
        return text;
    }

    static void requireDepth(String field, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw new RuleViolation(field, field + " is nested deeper than " + Json.MAX_DEPTH + " levels");
        }
    }

    /** @param number in JSON's grammar */
    static String requireNumber(String field, String number) {
        if (!JsonNumber.of(number).fitsNumeric()) {
            throw new RuleViolation(
                    field,
                    "%s holds the number %s, which PostgreSQL can't store: at most %d digits before the decimal point and %d after"
                            .formatted(
                                    field,
                                    shown(number),
                                    JsonNumber.MAX_INTEGER_DIGITS,
                                    JsonNumber.MAX_FRACTION_DIGITS));
        }
        return number;
    }

    /** A number's text in a message. */
    static String shown(String number) {
        return number.length() > 40 ? number.substring(0, 40) + "…" : number;
    }
}
