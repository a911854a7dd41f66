package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.pljava.TriggerData;

/**
 * Trigger on {@code git_memory.judgement}: a link that came, or a row that was written. What a git-enabled agent has after
 * it has to be what git says.
 */
public final class LinkGuard {
    private static final String PENDING = "pending";

    private LinkGuard() {}

    /**
     * Judges the row that the new link points to, or that was written itself.
     *
     * @throws SQLException if it is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        ResultSet written = trigger.getNew();
        String kind = written.getString("kind");
        String blockId = written.getString("block_id");
        if (kind.equals(PENDING) && isOnlyPending(blockId)) {
            return;
        }
        boolean bringsSha = kind.equals("commit") || kind.equals(PENDING);
        Judge.judge(Place.of(written), blockId, written.getString("agent_id"), bringsSha);
    }

    private static boolean isOnlyPending(String blockId) throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        try (PreparedStatement query = session.prepareStatement("SELECT git_memory.is_only_pending(?, 'pending')")) {
            query.setString(1, blockId);
            try (ResultSet answer = query.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }
}
