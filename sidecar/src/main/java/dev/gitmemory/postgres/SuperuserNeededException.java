package dev.gitmemory.postgres;

import java.util.List;

/** The migrating role may not change objects of git-memory, for another role owns them; nothing was changed. */
public final class SuperuserNeededException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final List<String> remedies;

    SuperuserNeededException(String message, List<String> remedies) {
        super(message);
        this.remedies = List.copyOf(remedies);
    }

    /** SQL for a superuser, one statement each, to be run in the same database in this order. */
    public List<String> remedies() {
        return remedies;
    }
}
