package dev.gitmemory.repo;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Between the bytes of a file and a text. */
final class Texts {

    private Texts() {}

    /** The text, or null if these bytes are none: not UTF-8, or with a NUL. */
    static @Nullable String decode(byte[] content) {
        for (byte b : content) {
            if (b == 0) {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            return null; // that is the answer
        }
    }

    /** @throws IllegalArgumentException if the text has a lone surrogate, naming {@code path} */
    static byte[] encode(String path, String text) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] content = new byte[utf8.remaining()];
            utf8.get(content);
            return content;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "The content of '" + path + "' has a lone surrogate: it is no Unicode text", e);
        }
    }
}
