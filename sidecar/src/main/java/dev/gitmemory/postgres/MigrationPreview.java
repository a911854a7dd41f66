package dev.gitmemory.postgres;

import java.util.List;

/**
 * What a migration would do.
 *
 * @param pending the scripts that would run, in order; empty when the database is up to date
 * @param changes what they would change, in whole sentences
 */
public record MigrationPreview(List<String> pending, List<String> changes) {
    /** Copies the lists. */
    public MigrationPreview {
        pending = List.copyOf(pending);
        changes = List.copyOf(changes);
    }
}
