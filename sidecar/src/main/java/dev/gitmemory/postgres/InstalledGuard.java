package dev.gitmemory.postgres;

import org.jspecify.annotations.Nullable;

/**
 * The guard of a migrated database.
 *
 * @param requested what the migration was asked for
 * @param engine what it took; never {@link GuardEngine#AUTO}
 * @param reason why
 * @param version the name of its jar, which changes with its contents
 * @param advice what a DBA should know, in whole sentences; null if there is nothing
 */
public record InstalledGuard(
        GuardEngine requested,
        GuardEngine engine,
        String reason,
        String version,
        @Nullable String advice) {}
