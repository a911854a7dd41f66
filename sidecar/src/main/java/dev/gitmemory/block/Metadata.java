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

    /**
     * The longest metadata that somebody may write: 1 MiB of UTF-8, counted as PostgreSQL writes it, which is with every
     * digit of its numbers ({@code 1e300} has 301) and a space behind each comma and colon.
     */
    public static final int MAX_BYTES = 1 << 20;

    /** The most keys that somebody may write, those of nested objects included. */
    public static final int MAX_KEYS = 10_000;

    /** The longest key that may be written, in Unicode code points. */
    public static final int MAX_KEY_CHARACTERS = 1_000;

    /**
     * The most values that may be written, objects and lists included: fewer than are read of a file's front matter, and
     * of a request's body.
     */
    public static final int MAX_VALUES = 100_000;

    /** The most digits that a number may have when it is written out; the numbers of most programs have fewer than 350. */
    public static final int MAX_DIGITS = 1_000;

    /**
     * The longest metadata, counted like {@link #MAX_BYTES}, that PostgreSQL is given when git has it: 64 MiB. What a file
     * of {@link BlockMarkdown#MAX_BYTES} says gets that long only by numbers that are a few characters in the file.
     */
    public static final int MAX_APPLIED_BYTES = 64 << 20;

    /** No metadata. */
    public static final Metadata EMPTY = new Metadata("{}");

    static final String FIELD = "metadata";

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
     * Metadata that somebody writes: as {@link #of}, but bounded.
     *
     * @throws RuleViolation as {@link #of}, and of the field {@code metadata} if it is longer than {@link #MAX_BYTES}, has
     *     more than {@link #MAX_KEYS} keys or {@link #MAX_VALUES} values, a key of more than {@link #MAX_KEY_CHARACTERS}
     *     characters, or a number of more than {@link #MAX_DIGITS} digits
     */
    public static Metadata ofNew(String json) {
        JsonReader.read(FIELD, json, MetadataSize.ofNew());
        return of(json);
    }

    /**
     * Checks metadata that somebody writes. What was written before there were bounds may stay, as a value over its limit
     * may.
     *
     * @throws RuleViolation as {@link #ofNew}
     */
    public void requireBounded() {
        JsonReader.read(FIELD, json, MetadataSize.ofNew());
    }

    /**
     * Checks metadata that git has, before PostgreSQL is given it.
     *
     * @throws RuleViolation of the field {@code metadata} if it is longer than {@link #MAX_APPLIED_BYTES}: PostgreSQL
     *     would need many times that much memory, or not be able to hold it at all
     */
    public void requireApplicable() {
        JsonReader.read(FIELD, json, MetadataSize.ofApplied());
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
