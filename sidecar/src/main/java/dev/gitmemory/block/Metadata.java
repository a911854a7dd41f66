package dev.gitmemory.block;

import org.jspecify.annotations.Nullable;

/**
 * An application's own notes on a block: a JSON object.
 *
 * <p>Its text is compact (one line, no needless spaces), with the order of keys and the text of numbers as they were
 * given, so that {@code 1.0}, {@code 1.00} and {@code 1e0} stay what they are. Of a key given twice the last value
 * counts, as PostgreSQL decides too.
 *
 * <p>"No metadata" is one thing, {@link #EMPTY}, whether it was written as {@code {}}, as JSON's {@code null} or as SQL's
 * NULL: a file has one way to say it.
 *
 * <p>Two of them are equal when their texts are; PostgreSQL, which ignores the order of keys, may call more of them equal.
 *
 * @param json compact JSON text of an object; the constructor takes any JSON text of an object and compacts it
 */
public record Metadata(String json) {

    /** How deep objects and arrays may lie in each other; the metadata itself is level 1. */
    public static final int MAX_DEPTH = Json.MAX_DEPTH;

    /** No metadata. */
    public static final Metadata EMPTY = new Metadata("{}");

    private static final String FIELD = "metadata";

    /**
     * Takes the JSON text of an object.
     *
     * @throws RuleViolation of the field {@code metadata} if the text is not one JSON object, or one that
     *     PostgreSQL's binary JSON refuses: with an escaped NUL, half of a surrogate pair or a number out of range; or if it is
     *     nested deeper than {@value #MAX_DEPTH} levels
     */
    public Metadata {
        Json value = JsonReader.read(FIELD, json);
        if (!(value instanceof Json.Obj)) {
            throw new RuleViolation(FIELD, "metadata must be a JSON object");
        }
        json = JsonWriter.json(value);
    }

    /**
     * Metadata from JSON text, as a database column or a request holds it.
     *
     * @param json null or JSON's {@code null} for {@link #EMPTY}; blank text is no JSON and refused
     * @throws RuleViolation as the constructor
     */
    public static Metadata of(@Nullable String json) {
        if (json == null || json.strip().equals("null")) {
            return EMPTY;
        }
        Metadata metadata = new Metadata(json);
        return metadata.isEmpty() ? EMPTY : metadata;
    }

    /**
     * Refuses what is nested too deep, for those who know that before they have its text.
     *
     * @throws RuleViolation of the field {@code metadata} if {@code depth} is more than {@value #MAX_DEPTH}
     */
    public static void requireDepth(int depth) {
        JsonRules.requireDepth(FIELD, depth);
    }

    /** True when there is nothing in it. */
    public boolean isEmpty() {
        return json.equals("{}");
    }

    static Metadata ofObject(Json.Obj object) {
        return object.members().isEmpty() ? EMPTY : new Metadata(JsonWriter.json(object));
    }

    /** As a YAML flow mapping on one line. */
    String yamlFlow() {
        return JsonWriter.yamlFlow(JsonReader.read(FIELD, json));
    }

    /** The JSON text. */
    @Override
    public String toString() {
        return json;
    }
}
