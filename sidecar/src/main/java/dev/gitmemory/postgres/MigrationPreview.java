package dev.gitmemory.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do.
 *
 * @param pending the scripts that would run, in order; empty when none has to
 * @param changes what they would change, in whole sentences
 * @param outcome what it came to when it was tried and taken back; null if it was refused
 * @param refusal why the migration would fail; null if it would not
 */
public record MigrationPreview(
        List<String> pending,
        List<String> changes,
        @Nullable MigrationReport outcome,
        @Nullable MigrationException refusal) {
    /** Copies the lists. */
    public MigrationPreview {
        pending = outcome == null ? List.copyOf(pending) : outcome.applied();
        changes = List.copyOf(changes);
    }
}
