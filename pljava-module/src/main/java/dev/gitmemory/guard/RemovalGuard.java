package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.pljava.TriggerData;

/**
 * Deferred trigger on blocks and on {@code git_memory.judgement}, for links: at the end of a transaction that deleted a row or changed its key, whatever git
 * still has must still be shown by a row.
 */
public final class RemovalGuard {
    private static final String LOSSES =
            "SELECT loser, lost_label, taken_over, file_sha FROM git_memory.losses(?, ?, ?, ?)";

    private RemovalGuard() {}

    /**
     * Judges what has gone. The trigger's argument says from which table: {@code block} or {@code link}.
     *
     * @throws SQLException if the removal is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        if (trigger.getArguments()[0].equals("link")) {
            ResultSet gone = trigger.getNew();
            judge(
                    Place.of(gone),
                    gone.getString("agent_id"),
                    gone.getString("label"),
                    null,
                    gone.getString("block_id"));
        } else {
            judge(Place.of(trigger), null, null, trigger.getOld().getString("id"), null);
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
