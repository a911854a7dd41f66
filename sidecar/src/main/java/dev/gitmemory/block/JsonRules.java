package dev.gitmemory.block;

/** What PostgreSQL's {@code jsonb} refuses in legal JSON, refused here with the same reach and a clear message. */
final class JsonRules {

    /** Digits before and after the decimal point that PostgreSQL's {@code numeric} holds. Source: its manual, 8.1.2. */
    private static final int MAX_INTEGER_DIGITS = 131_072;

    private static final int MAX_FRACTION_DIGITS = 16_383;

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
        if (!fitsNumeric(number)) {
            String shown = number.length() > 40 ? number.substring(0, 40) + "…" : number;
            throw new RuleViolation(
                    field,
                    "%s holds the number %s, which PostgreSQL can't store: at most %d digits before the decimal point and %d after"
                            .formatted(field, shown, MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS));
        }
        return number;
    }

    private static boolean fitsNumeric(String number) {
        int e = Math.max(number.indexOf('e'), number.indexOf('E'));
        String mantissa = e < 0 ? number : number.substring(0, e);
        long exponent = e < 0 ? 0 : exponent(number.substring(e + 1));
        // PostgreSQL refuses such an exponent even of zero.
        if (Math.abs(exponent) >= Integer.MAX_VALUE / 2) {
            return false;
        }
        int point = mantissa.indexOf('.');
        int integerEnd = point < 0 ? mantissa.length() : point;
        // Trailing zeros count: numeric keeps the scale it was written with.
        int fractionDigits = point < 0 ? 0 : mantissa.length() - point - 1;
        if (fractionDigits - exponent > MAX_FRACTION_DIGITS) {
            return false;
        }
        int first = 0;
        while (first < mantissa.length() && !isNonZeroDigit(mantissa.charAt(first))) {
            first++;
        }
        if (first == mantissa.length()) {
            return true;
        }
        int integerDigits = first < integerEnd ? integerEnd - first : integerEnd + 1 - first;
        return integerDigits + exponent <= MAX_INTEGER_DIGITS;
    }

    private static long exponent(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException beyondInt) {
            return Integer.MAX_VALUE; // its sign does not matter: both are refused
        }
    }

    private static boolean isNonZeroDigit(char c) {
        return c >= '1' && c <= '9';
    }
}
