package dev.gitmemory.postgres;

/**
 * The guard of a migrated database.
 *
 * @param requested what the migration was asked for
 * @param engine what it took; never {@link GuardEngine#AUTO}
 * @param reason why
 * @param version the name of its jar, which changes with its contents
 */
public record InstalledGuard(GuardEngine requested, GuardEngine engine, String reason, String version) {}
