package dev.gitmemory.block;

/**
 * How long a number becomes when PostgreSQL writes it: {@code jsonb} keeps a number as {@code numeric} and prints it with
 * all its digits, {@code 1e131071} as 131,072 of them. Computed from mantissa and exponent, so in time that grows with the
 * number's own text only.
 *
 * @param negative whether a minus sign is printed; zero has none
 * @param integerDigits digits before the decimal point, 1 or more
 * @param fractionDigits digits behind it; zeros at the end count, since {@code numeric} keeps the scale it was written with
 */
record JsonNumber(boolean negative, long integerDigits, long fractionDigits) {

    /** Digits before and after the decimal point that PostgreSQL's {@code numeric} holds. Source: its manual, 8.1.2. */
    static final int MAX_INTEGER_DIGITS = 131_072;

    static final int MAX_FRACTION_DIGITS = 16_383;

    /** PostgreSQL refuses such an exponent even of zero. */
    private static final int EXPONENT_OUT_OF_RANGE = Integer.MAX_VALUE / 2;

    /** @param number in JSON's grammar */
    static JsonNumber of(String number) {
        int e = Math.max(number.indexOf('e'), number.indexOf('E'));
        int mantissaEnd = e < 0 ? number.length() : e;
        long exponent = e < 0 ? 0 : exponent(number.substring(e + 1));
        if (Math.abs(exponent) >= EXPONENT_OUT_OF_RANGE) {
            return new JsonNumber(false, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
        int point = number.indexOf('.');
        int integerEnd = point < 0 ? mantissaEnd : point;
        int fraction = point < 0 ? 0 : mantissaEnd - point - 1;
        long fractionDigits = Math.max(0, fraction - exponent);
        int first = 0;
        while (first < mantissaEnd && !isNonZeroDigit(number.charAt(first))) {
            first++;
        }
        if (first == mantissaEnd) {
            return new JsonNumber(false, 1, fractionDigits);
        }
        long integerDigits = (first < integerEnd ? integerEnd - first : integerEnd + 1 - first) + exponent;
        return new JsonNumber(number.charAt(0) == '-', Math.max(1, integerDigits), fractionDigits);
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

    /** Whether PostgreSQL can store it at all. */
    boolean fitsNumeric() {
        return integerDigits <= MAX_INTEGER_DIGITS && fractionDigits <= MAX_FRACTION_DIGITS;
    }

    long digits() {
        return integerDigits + fractionDigits;
    }

    /** The characters that PostgreSQL prints. */
    long printedLength() {
        return digits() + (negative ? 1 : 0) + (fractionDigits > 0 ? 1 : 0);
    }
}
