package dev.gitmemory.agentfile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.block.Text;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Walks over JSON text, value by value, and says where it stands when a value is not of the type asked for. */
final class JsonCursor implements AutoCloseable {

    // Canonicalizing field names stays on: without it Jackson decodes bytes leniently, replacing what is no UTF-8.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(AgentFile.MAX_BYTES)
                    .maxNumberLength(AgentFile.MAX_BYTES) // metadata knows how long a number may be, and a key
                    .maxNameLength(AgentFile.MAX_BYTES)
                    .build())
            .build();

    /** Does something with the value that the cursor stands on; leaves it at the value's last token. */
    @FunctionalInterface
    interface Visitor<T> {
        void visit(T where) throws IOException;
    }

    /** Reads a value and applies a rule to it. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }

    private final JsonParser parser;

    /** Stands on the outermost value. */
    JsonCursor(byte[] json) throws IOException {
        parser = FACTORY.createParser(json);
        parser.nextToken();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** The JSON pointer of the value that the cursor stands on. */
    String pointer() {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    /** Visits the value of each key. */
    void object(Visitor<String> visitor) throws IOException {
        require(JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            visitor.visit(key);
        }
    }

    /** Visits each element; none if the array is null. */
    void array(Visitor<Integer> visitor) throws IOException {
        if (isNull()) {
            return;
        }
        require(JsonToken.START_ARRAY, "a list");
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            visitor.visit(i);
        }
    }

    String text() throws IOException {
        require(JsonToken.VALUE_STRING, "text");
        return checked(() -> {
            Text.requireStorable("the text", parser.getText());
            return parser.getText();
        });
    }

    @Nullable
    String textOrNull() throws IOException {
        return isNull() ? null : text();
    }

    int integer() throws IOException {
        require(JsonToken.VALUE_NUMBER_INT, "a whole number");
        if (parser.getNumberType() != JsonParser.NumberType.INT) {
            throw broken("the number must be at most " + Integer.MAX_VALUE);
        }
        return parser.getIntValue();
    }

    boolean bool() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_TRUE) {
            require(JsonToken.VALUE_FALSE, "true or false");
        }
        return parser.getBooleanValue();
    }

    /** The value's JSON text, numbers as written. */
    String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            JsonToken token = current();
            int depth = 0;
            while (true) {
                if (token.isNumeric()) {
                    out.writeNumber(parser.getText());
                } else {
                    out.copyCurrentEvent(parser);
                }
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                }
                if (depth == 0) {
                    break;
                }
                parser.nextToken();
                token = current();
            }
        }
        return text.toString();
    }

    /** Passes over the value: how many elements a list has, 1 for anything else, 0 for what says nothing. */
    int skip() throws IOException {
        return switch (current()) {
            case VALUE_NULL, VALUE_FALSE -> 0;
            case VALUE_STRING -> parser.getTextLength() == 0 ? 0 : 1;
            case START_ARRAY -> skipArray();
            case START_OBJECT -> skipObject();
            default -> 1;
        };
    }

    private int skipArray() throws IOException {
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
            count++;
        }
        return count;
    }

    private int skipObject() throws IOException {
        boolean empty = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            parser.nextToken();
            parser.skipChildren();
            empty = false;
        }
        return empty ? 0 : 1;
    }

    /** Nothing but space may follow the outermost value. */
    void requireEnd() throws IOException {
        if (parser.nextToken() != null) {
            throw new AgentFileException("", "more follows after its end", null);
        }
    }

    AgentFileException broken(String problem) {
        return new AgentFileException(pointer(), problem, null);
    }

    /** What a rule of the domain makes of the value that the cursor stands on. */
    <T> T checked(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (RuleViolation violation) {
            throw new AgentFileException(pointer(), violation.getMessage(), violation);
        }
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    private JsonToken current() {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new AgentFileException("", "it is empty", null);
        }
        return token;
    }

    private void require(JsonToken expected, String called) {
        if (current() != expected) {
            throw broken("expected " + called);
        }
    }
}
