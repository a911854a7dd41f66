package dev.gitmemory.store;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** The form that every key has, see {@link ObjectStore}, and their order; for adapters. */
public final class Keys {

    /** Google Cloud Storage's limit, the smallest of those in use. */
    static final int LONGEST_BYTES = 1024;

    /** Ascending by UTF-8 bytes. */
    static final Comparator<String> ORDER = Keys::compare;

    private Keys() {}

    /**
     * Answers {@code key} if it has the form.
     *
     * @throws InvalidKeyException if it does not; the message says why
     */
    public static String check(String key) throws InvalidKeyException {
        if (key.isEmpty()) {
            throw new InvalidKeyException("A key must not be empty");
        }
        if (utf8Length(key) > LONGEST_BYTES) {
            throw new InvalidKeyException(
                    "A key may have " + LONGEST_BYTES + " bytes, this one has more: '" + key.substring(0, 60) + "...'");
        }
        if (key.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidKeyException("A key must not hold control characters: '" + key + "'");
        }
        for (String segment : key.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new InvalidKeyException(
                        "A segment of a key must not be empty, '.' or '..', and the key not begin or end with '/': '"
                                + key + "'");
            }
        }
        return key;
    }

    /** UTF-8 bytes sort like code points; chars do but for surrogates, which stand for what comes last. */
    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                int beyond = Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y));
                return beyond == 0 ? Character.compare(x, y) : beyond;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int utf8Length(String key) throws InvalidKeyException {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(key))
                    .limit();
        } catch (CharacterCodingException e) {
            InvalidKeyException invalid = new InvalidKeyException("A key must not hold a lone surrogate");
            invalid.initCause(e);
            throw invalid;
        }
    }
}
