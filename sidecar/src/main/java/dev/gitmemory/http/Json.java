package dev.gitmemory.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
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

    /** Values, keys and brackets: together they take many times the memory of their text. */
    static final int MAX_TOKENS = 500_000;

    /** Members of the body itself: a block has some twenty fields, and clients send back what they were given. */
    static final int MAX_FIELDS = 1_000;

    /** Of objects and arrays, the body itself included. */
    static final int MAX_DEPTH = 1_000;

    /** As written. Metadata has a narrower bound, for digits; this one keeps numbers from being computed before. */
    private static final int MAX_NUMBER_CHARACTERS = 3_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARACTERS)
                            .build())
                    .build())
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
     * @throws RequestException if it is no JSON, no object, or more than what is read of JSON
     */
    static ObjectNode body(InputStream body) {
        try {
            JsonNode node = MAPPER.readTree(body);
            if (!(node instanceof ObjectNode object)) {
                throw RequestException.malformed(null, "The body must be a JSON object");
            }
            if (object.size() > MAX_FIELDS) {
                throw RequestException.tooLarge(MAX_FIELDS + " fields");
            }
            return object;
        } catch (StreamConstraintsException e) {
            throw RequestException.tooLarge("%d values, keys and brackets, %d levels, or %d characters in a number"
                    .formatted(MAX_TOKENS, MAX_DEPTH, MAX_NUMBER_CHARACTERS));
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
