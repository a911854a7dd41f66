package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
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
        @Nullable String advice) {

    /** Empty where nothing is installed, or no guard is. */
    static Optional<InstalledGuard> of(Connection connection) throws SQLException {
        if (!isThereAny(connection)) {
            return Optional.empty();
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT guard_requested, guard_engine, guard_reason, guard_version, guard_advice"
                                + " FROM git_memory.installation WHERE guard_engine IS NOT NULL")) {
            return row.next()
                    ? Optional.of(new InstalledGuard(
                            GuardEngine.ofSetting(row.getString(1)),
                            GuardEngine.ofSetting(row.getString(2)),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5)))
                    : Optional.empty();
        }
    }

    /** Whether git-memory is installed, in whatever version and state. */
    static boolean isThereAny(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regclass('git_memory.installation') IS NOT NULL")) {
            return row.next() && row.getBoolean(1);
        }
    }
}
