package dev.gitmemory.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.block.Tags;
import dev.gitmemory.postgres.ExtraColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a block's fields from a JSON object, as HTTP and SQL requests hold it. A field of the wrong type is malformed and named, and so is
 * one that no block has. Clients send back what they were given: fields that nobody can write may be there, as they are. Texts
 * can be stored: the reader of the object has seen to that.
 */
public final class BlockFields {

    /** The longest text of a field that PostgreSQL alone keeps, in bytes of UTF-8: such fields stand in indexes. */
    static final int MAX_TEXT_BYTES = 2_000;

    private static final Set<String> WRITABLE = Stream.concat(
                    Stream.of("label", "value", "description", "limit", "read_only", "metadata", "tags"),
                    Arrays.stream(ExtraColumn.values())
                            .filter(ExtraColumn::writable)
                            .map(ExtraColumn::field))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> UNCHANGEABLE = Stream.concat(
                    Stream.of("id", "git_sha"),
                    Arrays.stream(ExtraColumn.values())
                            .filter(column -> !column.writable())
                            .map(ExtraColumn::field))
            .collect(Collectors.toUnmodifiableSet());

    /** What an answer says of itself and not of the block. */
    private static final String PENDING = "pending";

    private final ObjectNode body;

    /** @throws MemoryException if a field is none of a block's */
    public BlockFields(ObjectNode body) {
        this.body = body;
        body.fieldNames().forEachRemaining(field -> {
            if (!WRITABLE.contains(field) && !UNCHANGEABLE.contains(field) && !field.equals(PENDING)) {
                throw MemoryException.malformed(
                        Shown.of(field),
                        "A block has no field '%s'%s".formatted(Shown.of(field), Suggestion.among(WRITABLE, field)));
            }
        });
    }

    /**
     * A new block.
     *
     * @throws MemoryException if a field is missing or of the wrong type
     * @throws RuleViolation if a value is none that a block can have
     */
    public NewBlock created() {
        for (String field : UNCHANGEABLE) {
            if (body.hasNonNull(field)) {
                throw MemoryException.malformed(field, "'%s' can't be written; leave it out".formatted(field));
            }
        }
        Change<String> description = nullable("description", this::text);
        Change<Metadata> metadata = metadata();
        Metadata given = metadata.value();
        return new NewBlock(
                new Block(
                        Label.of(required("label")),
                        required("value"),
                        description.value(),
                        orElse(given("limit", this::integer), Block.DEFAULT_LIMIT),
                        orElse(given("read_only", this::bool), false),
                        given == null ? Metadata.EMPTY : given),
                orElse(tags(), List.of()),
                extras());
    }

    /** What a block's fields are to become; throws as {@link #created}. */
    public BlockPatch patch() {
        Change<String> label = keptIfNull("label", this::text);
        return new BlockPatch(
                label.value() == null ? Change.keep() : Change.to(Label.of(label.value())),
                keptIfNull("value", this::text),
                nullable("description", this::text),
                keptIfNull("limit", this::integer),
                given("read_only", this::bool),
                metadata(),
                tags(),
                extras(),
                unchangeable());
    }

    private Map<String, @Nullable String> unchangeable() {
        Map<String, @Nullable String> given = new HashMap<>();
        for (String field : UNCHANGEABLE) {
            JsonNode node = body.get(field);
            if (node != null) {
                given.put(field, node.isNull() ? null : text(field));
            }
        }
        return given;
    }

    private String required(String field) {
        String text = given(field, this::text).value();
        if (text == null) {
            throw MemoryException.malformed(field, "'%s' is missing".formatted(field));
        }
        return text;
    }

    private static <T> T orElse(Change<T> change, T otherwise) {
        T value = change.value();
        return value == null ? otherwise : value;
    }

    /** A field that may be absent and not null. */
    private <T> Change<T> given(String field, Function<String, T> read) {
        JsonNode node = body.get(field);
        if (node == null) {
            return Change.keep();
        }
        if (node.isNull()) {
            throw MemoryException.malformed(
                    field, "'%s' can't be null; leave it out to keep what it is".formatted(field));
        }
        return Change.to(read.apply(field));
    }

    /** A field that may be absent, or null, which leaves it as it is: Letta's clients may send that, and its server takes it so. */
    private <T> Change<T> keptIfNull(String field, Function<String, T> read) {
        JsonNode node = body.get(field);
        return node == null || node.isNull() ? Change.keep() : Change.to(read.apply(field));
    }

    /** A field that may be absent, and that null clears. */
    private <T> Change<T> nullable(String field, Function<String, T> read) {
        JsonNode node = body.get(field);
        return node == null ? Change.keep() : Change.to(node.isNull() ? null : read.apply(field));
    }

    private String text(String field) {
        JsonNode node = body.get(field);
        if (!node.isTextual()) {
            throw wrongType(field, "a string", node);
        }
        return node.textValue();
    }

    private int integer(String field) {
        JsonNode node = body.get(field);
        if (!node.isIntegralNumber()) {
            throw wrongType(field, "an integer", node);
        }
        if (!node.canConvertToInt()) {
            throw new RuleViolation(field, "'%s' must be between 1 and %d".formatted(field, Integer.MAX_VALUE));
        }
        return node.intValue();
    }

    private boolean bool(String field) {
        JsonNode node = body.get(field);
        if (!node.isBoolean()) {
            throw wrongType(field, "true or false", node);
        }
        return node.booleanValue();
    }

    private Change<Metadata> metadata() {
        return nullable("metadata", field -> {
            JsonNode node = body.get(field);
            if (!node.isObject()) {
                throw wrongType(field, "an object", node);
            }
            Metadata.requireDepth(depth(node)); // a deeper one can't even be written as text
            return Metadata.ofNew(node.toString());
        });
    }

    /** How deep objects and arrays lie in each other, the node itself is level 1; without recursion. */
    private static int depth(JsonNode node) {
        int depth = 0;
        List<JsonNode> level = List.of(node);
        while (!level.isEmpty()) {
            depth++;
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode container : level) {
                container.forEach(child -> {
                    if (child.isContainerNode()) {
                        next.add(child);
                    }
                });
            }
            level = next;
        }
        return depth;
    }

    private Change<List<String>> tags() {
        return nullable("tags", field -> {
            JsonNode node = body.get(field);
            if (!node.isArray()) {
                throw wrongType(field, "an array of strings", node);
            }
            Tags.requireCount(node.size());
            List<String> tags = new ArrayList<>();
            for (JsonNode tag : node) {
                if (!tag.isTextual()) {
                    throw wrongType(field, "an array of strings", tag);
                }
                tags.add(tag.textValue());
            }
            Tags.require(tags);
            return tags;
        });
    }

    private Map<ExtraColumn, @Nullable Object> extras() {
        Map<ExtraColumn, @Nullable Object> extras = new EnumMap<>(ExtraColumn.class);
        for (ExtraColumn column : ExtraColumn.values()) {
            JsonNode node = body.get(column.field());
            if (node == null || !column.writable()) {
                continue;
            }
            if (node.isNull() && column != ExtraColumn.IS_TEMPLATE) {
                extras.put(column, null);
            } else {
                extras.put(
                        column,
                        column.kind() == ExtraColumn.Kind.BOOLEAN ? bool(column.field()) : shortText(column.field()));
            }
        }
        return extras;
    }

    private String shortText(String field) {
        String text = text(field);
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_BYTES) {
            throw new RuleViolation(
                    field, "'%s' is longer than %d bytes, which an index can't hold".formatted(field, MAX_TEXT_BYTES));
        }
        return text;
    }

    private static MemoryException wrongType(String field, String expected, JsonNode node) {
        return MemoryException.malformed(
                field,
                "'%s' must be %s, not %s"
                        .formatted(field, expected, node.getNodeType().name().toLowerCase(java.util.Locale.ROOT)));
    }
}
