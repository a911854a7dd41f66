package dev.gitmemory.postgres;

import java.util.Arrays;
import java.util.Optional;

/**
 * A column of the blocks table that PostgreSQL alone keeps: it is not mirrored in git and the guard leaves it freely
 * writable. An application's table may lack any of them.
 */
public enum ExtraColumn {
    HIDDEN("hidden", "hidden", Kind.BOOLEAN, true),
    IS_TEMPLATE("is_template", "is_template", Kind.BOOLEAN, true),
    TEMPLATE_NAME("template_name", "template_name", Kind.TEXT, true),
    TEMPLATE_ID("template_id", "template_id", Kind.TEXT, true),
    BASE_TEMPLATE_ID("base_template_id", "base_template_id", Kind.TEXT, true),
    DEPLOYMENT_ID("deployment_id", "deployment_id", Kind.TEXT, true),
    ENTITY_ID("entity_id", "entity_id", Kind.TEXT, true),
    PROJECT_ID("project_id", "project_id", Kind.TEXT, true),
    PRESERVE_ON_MIGRATION("preserve_on_migration", "preserve_on_migration", Kind.BOOLEAN, true),
    CREATED_BY_ID("created_by_id", "_created_by_id", Kind.TEXT, false),
    LAST_UPDATED_BY_ID("last_updated_by_id", "_last_updated_by_id", Kind.TEXT, false);

    /** What values a column takes; each takes null too, except {@link #IS_TEMPLATE}. */
    public enum Kind {
        TEXT,
        BOOLEAN
    }

    private final String field;
    private final String column;
    private final Kind kind;
    private final boolean writable;

    ExtraColumn(String field, String column, Kind kind, boolean writable) {
        this.field = field;
        this.column = column;
        this.kind = kind;
        this.writable = writable;
    }

    /** The name in a block's JSON. */
    public String field() {
        return field;
    }

    /** The name in the blocks table. */
    public String column() {
        return column;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether a client may set it; the others are set by the writes themselves. */
    public boolean writable() {
        return writable;
    }

    /** The column that a block's JSON calls {@code field}. */
    public static Optional<ExtraColumn> ofField(String field) {
        return Arrays.stream(values()).filter(c -> c.field.equals(field)).findFirst();
    }
}
