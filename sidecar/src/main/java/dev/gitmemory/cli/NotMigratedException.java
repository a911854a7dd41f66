package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GivenTableNames;
import java.util.List;

/** A database in which git-memory is not installed, or an older version is. */
final class NotMigratedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotMigratedException(DatabaseSettings settings, GivenTableNames tables, List<String> pending) {
        super(
                "database %s is not migrated (%s pending, the first is %s). Run: git-memory migrate --db-url jdbc:postgresql://%s%s"
                        .formatted(
                                settings.displayName(),
                                Count.of(pending.size(), "script is", "scripts are"),
                                pending.get(0),
                                settings.displayName(),
                                tables.options().isEmpty() ? "" : " " + tables.options()));
    }
}
