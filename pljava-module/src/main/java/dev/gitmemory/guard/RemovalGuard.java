package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.pljava.TriggerData;

/**
 * Deferred trigger on {@code git_memory.judgement}: at the end of a transaction that deleted a link or a row, or changed its key,
 * whatever git still has must still be shown by a row.
 */
public final class RemovalGuard {
    private static final String LOSSES =
            "SELECT loser, lost_label, taken_over, file_sha FROM git_memory.losses(?, ?, ?, ?)";

    private RemovalGuard() {}

    /**
     * Judges what has gone: a link, or a block where no agent is named.
     *
     * @throws SQLException if the removal is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        ResultSet gone = trigger.getNew();
        String agentId = gone.getString("agent_id");
        String blockId = gone.getString("block_id");
        if (agentId == null) {
            judge(Place.of(gone), null, null, blockId, null);
        } else {
            judge(Place.of(gone), agentId, gone.getString("label"), null, blockId);
        }
    }

    private static void judge(
            Place place,
            @Nullable String agentId,
            @Nullable String label,
            @Nullable String blockId,
            @Nullable String linkBlockId)
            throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        try (PreparedStatement query = session.prepareStatement(LOSSES)) {
            query.setString(1, agentId);
            query.setString(2, label);
            query.setString(3, blockId);
            query.setString(4, linkBlockId);
            try (ResultSet losses = query.executeQuery()) {
                if (losses.next()) {
                    refusal(losses).raise(place);
                }
            }
        }
    }

    private static Refusal refusal(ResultSet losses) throws SQLException {
        String loser = losses.getString("loser");
        String label = losses.getString("lost_label");
        return losses.getBoolean("taken_over")
                ? new Refusal("MG004", loser, label, "a row for commit " + losses.getString("file_sha"), "none")
                : Refusal.notTakenOver(loser, label);
    }
}
