package dev.gitmemory.agentfile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.block.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks over JSON text, value by value, and says where it stands when a value is not of the type asked for. */
final class JsonCursor implements AutoCloseable {

    // Canonicalizing field names stays on: without it Jackson decodes bytes leniently, replacing what is no UTF-8.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // refused where a value is read, as are keys given twice
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(AgentFile.MAX_BYTES)
                    .maxNumberLength(AgentFile.MAX_BYTES) // metadata knows how long a number may be, and a key
                    .maxNameLength(AgentFile.MAX_BYTES)
                    .build())
            .build();

    /** Does something with the element that the cursor stands on; leaves it at the element's last token. */
    @FunctionalInterface
    interface Elements {
        void visit() throws IOException;
    }

    /**
     * Does something with the value of a key that the cursor stands on, and leaves it at the value's last token. Answers
     * whether the value means something: a key that does may stand in its object once only.
     */
    @FunctionalInterface
    interface Members {
        boolean visit(String key) throws IOException;
    }

    /** Reads a value and applies a rule to it. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }

    private final JsonParser parser;

    /** Stands on the outermost value. */
    JsonCursor(Document json) throws IOException {
        parser = json.parser(FACTORY);
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
    void object(Members members) throws IOException {
        require(JsonToken.START_OBJECT, "an object");
        Set<String> read = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (read.contains(key)) {
                throw twice();
            }
            parser.nextToken();
            if (members.visit(key)) {
                read.add(key);
            }
        }
    }

    private AgentFileException twice() {
        return broken("the key stands there twice; keep one of them");
    }

    /** Visits each element; none if the array is null. */
    void array(Elements elements) throws IOException {
        if (isNull()) {
            return;
        }
        require(JsonToken.START_ARRAY, "a list");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.visit();
        }
    }

    /** The text as it is, which PostgreSQL may be unable to hold. */
    String anyText() throws IOException {
        require(JsonToken.VALUE_STRING, "text");
        return parser.getText();
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

    /** The value's JSON text, numbers as written. No object in it has a key twice. */
    String json() throws IOException {
        StringWriter text = new StringWriter();
        Deque<Set<String>> keys = new ArrayDeque<>();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            JsonToken token = current();
            while (true) {
                if (token.isNumeric()) {
                    out.writeNumber(number());
                } else if (token == JsonToken.FIELD_NAME && !keys.element().add(parser.currentName())) {
                    throw twice();
                } else {
                    out.copyCurrentEvent(parser);
                }
                if (token.isStructStart()) {
                    keys.push(new HashSet<>());
                } else if (token.isStructEnd()) {
                    keys.pop();
                }
                if (keys.isEmpty()) {
                    break;
                }
                parser.nextToken();
                token = current();
            }
        }
        return text.toString();
    }

    private String number() throws IOException {
        String number = parser.getText();
        if (!Character.isDigit(number.charAt(number.length() - 1))) {
            throw broken(AgentFileException.shown(number) + " is no number that JSON has");
        }
        return number;
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

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
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

    private void require(JsonToken expected, String called) throws IOException {
        if (current() != expected) {
            throw broken("expected " + called + ", not " + found());
        }
    }

    private String found() throws IOException {
        return switch (current()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "text";
            default -> AgentFileException.shown(parser.getText());
        };
    }
}
