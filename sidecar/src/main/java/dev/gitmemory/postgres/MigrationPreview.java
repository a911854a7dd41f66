package dev.gitmemory.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do.
 *
 * @param pending the scripts that would run, in order; empty when the database is up to date
 * @param changes what they would change, in whole sentences
 * @param refusal why the migration would fail; null if it would not
 */
public record MigrationPreview(
        List<String> pending,
        List<String> changes,
        @Nullable MigrationException refusal) {
    /** Copies the lists. */
    public MigrationPreview {
        pending = List.copyOf(pending);
        changes = List.copyOf(changes);
    }
}
