package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One try to take git-memory out of a database, see {@code R__09_uninstall.sql}.
 *
 * @param dropColumn whether the column {@code git_sha} goes
 * @param dropDependents whether what others have built on it goes
 */
record Uninstall(boolean dropColumn, boolean dropDependents) implements MigrationTransaction.Steps<List<String>> {

    @Override
    public List<TableLock> locks(MigrationLocks locks, Connection connection) throws SQLException {
        return locks.neededToUninstall();
    }

    @Override
    public List<String> run(Connection connection) throws SQLException {
        boolean isOlder = isOlder(connection);
        if (isOlder && dropDependents) {
            throw new MigrationException(
                    "What is installed is an older version, which drops what stands on its objects anyway: leave out"
                            + " --drop-dependents, or migrate first");
        }
        try (PreparedStatement statement = connection.prepareStatement(
                isOlder ? "SELECT * FROM git_memory.uninstall(?)" : "SELECT * FROM git_memory.uninstall(?, ?)")) {
            statement.setBoolean(1, dropColumn);
            if (!isOlder) {
                statement.setBoolean(2, dropDependents);
            }
            List<String> remarks = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    remarks.add(rows.getString(1));
                }
            }
            return remarks;
        }
    }

    private static boolean isOlder(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT to_regprocedure('git_memory.uninstall(boolean, boolean)') IS NULL");
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }
}
