package dev.gitmemory.postgres;

import java.util.List;

/** The migrating role lacks rights that only others can give; nothing was changed. */
public final class SuperuserNeededException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final List<String> remedies;

    SuperuserNeededException(String message, List<String> remedies) {
        super(message);
        this.remedies = List.copyOf(remedies);
    }

    SuperuserNeededException(String message, List<String> remedies, Throwable cause) {
        super(message, cause);
        this.remedies = List.copyOf(remedies);
    }

    /**
     * SQL for a superuser, one statement each, to be run in the same database in this order: all that is missing. Empty where
     * another role has to migrate.
     */
    public List<String> remedies() {
        return remedies;
    }
}
