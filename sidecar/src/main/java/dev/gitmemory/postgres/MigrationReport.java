package dev.gitmemory.postgres;

import java.util.List;

/**
 * What a migration did.
 *
 * @param applied the scripts that ran, in order; empty when the database was up to date
 * @param guard the guard that is installed now
 * @param advice what a DBA should know, in whole sentences: why another engine was taken than the best one, and how to
 *     get that
 */
public record MigrationReport(List<String> applied, InstalledGuard guard, List<String> advice) {
    /** Copies the lists. */
    public MigrationReport {
        applied = List.copyOf(applied);
        advice = List.copyOf(advice);
    }
}
