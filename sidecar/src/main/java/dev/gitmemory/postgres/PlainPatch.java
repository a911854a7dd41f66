package dev.gitmemory.postgres;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** New values for some of the columns that git mirrors, for a row that PostgreSQL alone keeps. Not thread-safe. */
public final class PlainPatch {

    /** A column that git mirrors. */
    public enum Column {
        LABEL("label", ":label"),
        VALUE("value", ":value"),
        DESCRIPTION("description", ":description"),
        LIMIT("\"limit\"", ":limit"),
        READ_ONLY("read_only", ":read_only"),
        METADATA("metadata_", "CAST(:metadata AS json)");

        private final String assignment;

        Column(String column, String parameter) {
            this.assignment = column + " = " + parameter;
        }

        private String parameter() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Map<Column, @Nullable Object> values = new EnumMap<>(Column.class);

    /** Null clears a description or metadata. */
    public PlainPatch set(Column column, @Nullable Object value) {
        values.put(column, value);
        return this;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** The new label; null if it keeps its own. */
    @Nullable
    String label() {
        return (String) values.get(Column.LABEL);
    }

    String assignments() {
        return values.keySet().stream().map(c -> c.assignment).collect(Collectors.joining(", "));
    }

    void bindTo(Update update) {
        values.forEach((column, value) -> update.bind(column.parameter(), value));
    }
}
