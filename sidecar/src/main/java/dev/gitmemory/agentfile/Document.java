package dev.gitmemory.agentfile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The JSON text of a file. Some programs write the text as a JSON string once more, so that the file is one string that
 * holds all of it: then that text is the document.
 */
final class Document {

    /** How often a text may be wrapped into a string. */
    private static final int MOST_WRAPPINGS = 2;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final byte[] bytes;
    private final @Nullable String text;
    private final int wrappings;

    private Document(byte[] bytes, @Nullable String text, int wrappings) {
        this.bytes = bytes;
        this.text = text;
        this.wrappings = wrappings;
    }

    /** @throws IOException if the bytes can't be read as the text that they seem to be */
    static Document of(byte[] file) throws IOException {
        Charset charset = utf16(file);
        if (charset == null) {
            return new Document(file, null, 0);
        }
        // The parser would put something else in the place of what is no text.
        return new Document(
                file,
                withoutMark(charset.newDecoder().decode(ByteBuffer.wrap(file)).toString()),
                0);
    }

    private static @Nullable Charset utf16(byte[] file) {
        if (file.length < 2 || (file.length >= 4 && (isZero(file, 0, 2) || isZero(file, 2, 4)))) {
            return null; // UTF-32, if it is any text
        }
        int first = ((file[0] & 0xFF) << 8) | (file[1] & 0xFF);
        if (first == 0xFEFF || file[0] == 0) {
            return StandardCharsets.UTF_16BE;
        }
        return first == 0xFFFE || file[1] == 0 ? StandardCharsets.UTF_16LE : null;
    }

    private static boolean isZero(byte[] file, int from, int to) {
        for (int i = from; i < to; i++) {
            if (file[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static String withoutMark(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /** The document that a string in this one is. */
    Document wrapped(String json) {
        if (wrappings == MOST_WRAPPINGS) {
            throw new AgentFileException(
                    "",
                    "it is a JSON string within a JSON string, and that more than %d times; take the text out of them"
                            .formatted(MOST_WRAPPINGS),
                    null);
        }
        return new Document(new byte[0], withoutMark(json), wrappings + 1);
    }

    /** What of the file is JSON, as the subject of a sentence. */
    String called() {
        return wrappings == 0 ? "it" : "the text within its JSON string";
    }

    JsonParser parser(JsonFactory factory) throws IOException {
        return text == null ? factory.createParser(bytes) : factory.createParser(text);
    }
}
