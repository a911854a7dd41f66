package dev.gitmemory.guard;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.pljava.TriggerData;

/**
 * Trigger on {@code git_memory.judgement}: a link that came, or a row that was inserted. What a git-enabled agent has after
 * it has to be what git says.
 */
public final class LinkGuard {
    private LinkGuard() {}

    /**
     * Judges the row that the new link points to, or that is new itself.
     *
     * @throws SQLException if it is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        ResultSet written = trigger.getNew();
        Judge.judge(Place.of(written), written.getString("block_id"), written.getString("agent_id"), false);
    }
}
