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
            List.of("id", "label", "limit", "read_only", "description", "value", "metadata_");
    private static final String SHA = "git_sha";
    private static final String PENDING = "pending";

    private RowChange() {}

    /**
     * Compares the commit and the columns that git mirrors; the commit first, for where it changed no long text need be
     * brought into the heap.
     *
     * @param before the row as it was
     * @param after the row as it is
     */
    static boolean isToBeJudged(ResultSet before, ResultSet after) throws SQLException {
        if (isOfAnotherCommit(before, after) && !isOnlyPending(after)) {
            return true;
        }
        for (String column : CONTENT) {
            if (differs(before, after, column)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the row carries another commit than before. */
    static boolean isOfAnotherCommit(ResultSet before, ResultSet after) throws SQLException {
        return differs(before, after, SHA);
    }

    private static boolean differs(ResultSet before, ResultSet after, String column) throws SQLException {
        return !Objects.equals(before.getString(column), after.getString(column));
    }

    private static boolean isOnlyPending(ResultSet row) throws SQLException {
        if (!PENDING.equals(row.getString(SHA))) {
            return false; // what SQL would say, too
        }
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
