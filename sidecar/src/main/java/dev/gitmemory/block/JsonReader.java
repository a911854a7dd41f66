package dev.gitmemory.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON text into {@link Json}, refusing what {@code jsonb} refuses. Duplicate keys: the last one wins. */
final class JsonReader {

    // Sizes are the caller's to limit; depth is checked here, before the parser's own limit is reached.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final String field;
    private final JsonParser parser;
    private final MetadataSize size;

    private JsonReader(String field, JsonParser parser, MetadataSize size) {
        this.field = field;
        this.parser = parser;
        this.size = size;
    }

    /**
     * @param field named in a violation
     * @throws RuleViolation if the text is not one JSON value, or one that PostgreSQL can't hold
     */
    static Json read(String field, String json) {
        return read(field, json, MetadataSize.unlimited());
    }

    /**
     * As {@link #read(String, String)}.
     *
     * @param size counts what is read, and refuses it as soon as it is too much
     */
    static Json read(String field, String json, MetadataSize size) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            JsonReader reader = new JsonReader(field, parser, size);
            if (parser.nextToken() == null) {
                throw new RuleViolation(field, field + " is not JSON: it is empty");
            }
            Json value = reader.value(1);
            if (parser.nextToken() != null) {
                throw new RuleViolation(field, field + " is not JSON: more follows after its end");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new RuleViolation(field, field + " is not JSON: " + JsonProblem.of(e));
        } catch (IOException e) {
            throw new UncheckedIOException("a string can't fail to be read", e);
        }
    }

    private Json value(int depth) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(depth);
            case START_ARRAY -> array(depth);
            case VALUE_STRING -> {
                String text = JsonRules.requireText(field, parser.getText());
                size.text(text);
                yield new Json.Str(text);
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                String number = JsonRules.requireNumber(field, parser.getText());
                size.number(number);
                yield new Json.Literal(number);
            }
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> {
                size.word(parser.getText());
                yield new Json.Literal(parser.getText());
            }
            default -> throw new IllegalStateException("unexpected token " + token);
        };
    }

    private Json object(int depth) throws IOException {
        JsonRules.requireDepth(field, depth);
        size.brackets();
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (!members.isEmpty()) {
                size.separator();
            }
            String name = JsonRules.requireText(field, parser.currentName());
            size.key(name);
            parser.nextToken();
            members.put(name, value(depth + 1));
        }
        return new Json.Obj(members);
    }

    private Json array(int depth) throws IOException {
        JsonRules.requireDepth(field, depth);
        size.brackets();
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!items.isEmpty()) {
                size.separator();
            }
            items.add(value(depth + 1));
        }
        return new Json.Array(items);
    }
}
