package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/** Whether an update of a block's row concerns git: the same as the SQL function {@code git_memory.is_changed}. */
final class RowChange {
    private static final List<String> CONTENT =
            List.of("id", "label", "value", "description", "limit", "read_only", "metadata_");
    private static final String SHA = "git_sha";

    private RowChange() {}

    /**
     * Compares the columns that git mirrors, and the commit.
     *
     * @param before the row as it was
     * @param after the row as it is
     */
    static boolean isToBeJudged(ResultSet before, ResultSet after) throws SQLException {
        for (String column : CONTENT) {
            if (differs(before, after, column)) {
                return true;
            }
        }
        return differs(before, after, SHA) && !isOnlyPending(after);
    }

    private static boolean differs(ResultSet before, ResultSet after, String column) throws SQLException {
        return !Objects.equals(before.getString(column), after.getString(column));
    }

    private static boolean isOnlyPending(ResultSet row) throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        try (PreparedStatement query = session.prepareStatement("SELECT git_memory.is_only_pending(?, ?)")) {
            query.setString(1, row.getString("id"));
            query.setString(2, row.getString(SHA));
            try (ResultSet answer = query.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }
}
