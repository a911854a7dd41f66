package dev.gitmemory.store;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** The form that every key has, see {@link ObjectStore}, and their order. */
final class Keys {

    /** Google Cloud Storage's limit, the smallest of those in use. */
    static final int LONGEST_BYTES = 1024;

    /** Ascending by UTF-8 bytes; {@link String#compareTo} differs from that beyond the basic plane. */
    static final Comparator<String> ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private Keys() {}

    /** Answers {@code key} if it has the form. */
    static String check(String key) throws InvalidKeyException {
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
