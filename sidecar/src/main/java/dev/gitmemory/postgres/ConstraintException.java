package dev.gitmemory.postgres;

import org.jspecify.annotations.Nullable;

/**
 * A row broke one of the application's constraints (SQLSTATE class 23), or a trigger of the application's said no (P0001).
 * Nothing was written.
 */
public final class ConstraintException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String constraint;

    ConstraintException(@Nullable String constraint, String message, Throwable cause) {
        super(message, cause);
        this.constraint = constraint;
    }

    /** The constraint's name, or null when PostgreSQL does not tell. */
    public @Nullable String constraint() {
        return constraint;
    }
}
