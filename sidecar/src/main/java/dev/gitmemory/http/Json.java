package dev.gitmemory.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** JSON as this interface reads and writes it: strict, and with numbers kept digit for digit. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a tree of nodes can always be written
        }
    }

    /** A JSON text that PostgreSQL has stored. */
    static JsonNode stored(String text) {
        try {
            return MAPPER.reader()
                    .without(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a json column holds what is no JSON", e);
        }
    }

    /**
     * The object in a request's body.
     *
     * @param limit bytes at most
     * @throws RequestException if it is larger, no JSON, or no object
     */
    static ObjectNode body(InputStream body, int limit) {
        try {
            byte[] bytes = body.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw RequestException.tooLarge(limit);
            }
            JsonNode node = MAPPER.readTree(bytes);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw RequestException.malformed(null, "The body must be a JSON object");
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw RequestException.malformed(
                    null,
                    "The body is not valid JSON: " + e.getOriginalMessage()
                            + (at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr())));
        } catch (IOException e) {
            throw RequestException.malformed(null, "The body could not be read: " + e.getMessage());
        }
    }
}
