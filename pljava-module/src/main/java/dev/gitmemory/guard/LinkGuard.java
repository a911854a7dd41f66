package dev.gitmemory.guard;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.pljava.TriggerData;

/** Trigger on the table that links blocks to agents: what a git-enabled agent is given has to be what git says. */
public final class LinkGuard {
    private LinkGuard() {}

    /**
     * Judges the row that the new link points to.
     *
     * @throws SQLException if the link is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        ResultSet link = trigger.getNew();
        Judge.judge(trigger, link.getString("block_id"), link.getString("agent_id"));
    }
}
