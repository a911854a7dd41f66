package dev.gitmemory.postgres;

import org.jspecify.annotations.Nullable;

/**
 * A row broke one of the application's constraints (SQLSTATE class 23) or was too long for a column or an index (22001, 54000), a trigger of the application's said no (P0001), or
 * PostgreSQL left a row as it was without a word, which a trigger and row-level security may make it do. Nothing was
 * written.
 */
public final class ConstraintException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String constraint;

    ConstraintException(@Nullable String constraint, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.constraint = constraint;
    }

    /** For a statement that should have changed {@code what}, and changed nothing. */
    static ConstraintException notChanged(String what) {
        return new ConstraintException(
                null,
                "PostgreSQL did not change %s: row-level security (the sidecar's role has to see and write all rows) or a trigger of the application's keeps it"
                        .formatted(what),
                null);
    }

    /** The constraint's name, or null when PostgreSQL does not tell. */
    public @Nullable String constraint() {
        return constraint;
    }
}
