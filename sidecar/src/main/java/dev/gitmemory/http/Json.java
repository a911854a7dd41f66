package dev.gitmemory.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
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
import com.fasterxml.jackson.databind.util.RawValue;
import dev.gitmemory.block.JsonProblem;
import dev.gitmemory.block.RuleViolation;
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

    /** Of the body's own fields as of keys of metadata, which has a narrower bound: the parser remembers them. */
    private static final int MAX_KEY_CHARACTERS = 50_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARACTERS)
                            .maxNameLength(MAX_KEY_CHARACTERS)
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

    /**
     * A JSON text that PostgreSQL or git has stored, as it is. PostgreSQL has checked it, and an application may store what no
     * parser here reads: a key twice, numbers of any size, any depth.
     */
    static JsonNode stored(String text) {
        return MAPPER.getNodeFactory().rawValueNode(new RawValue(text));
    }

    /**
     * The object in a request's body.
     *
     * @throws RequestException if it is no JSON, no object, or more than what is read of JSON
     * @throws RuleViolation of a field that holds, at any depth, a text or a number that {@link BodyParser} refuses
     */
    static ObjectNode body(InputStream body) {
        try (JsonParser parser = new BodyParser(MAPPER.createParser(body))) {
            JsonNode node = MAPPER.readTree(parser);
            if (!(node instanceof ObjectNode object)) {
                throw RequestException.malformed(null, "The body must be a JSON object");
            }
            if (object.size() > MAX_FIELDS) {
                throw RequestException.tooLarge(MAX_FIELDS + " fields");
            }
            return object;
        } catch (StreamConstraintsException e) {
            throw RequestException.tooLarge(
                    "%d values, keys and brackets, %d levels, %d characters in a number, or %d characters in a key"
                            .formatted(MAX_TOKENS, MAX_DEPTH, MAX_NUMBER_CHARACTERS, MAX_KEY_CHARACTERS));
        } catch (JsonProcessingException e) {
            throw RequestException.malformed(null, "The body is not valid JSON: " + JsonProblem.of(e));
        } catch (IOException e) {
            throw RequestException.malformed(
                    null, "The body could not be read: it is not complete, or no text in UTF-8, UTF-16 or UTF-32");
        }
    }
}
