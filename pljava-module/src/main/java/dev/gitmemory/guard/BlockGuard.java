package dev.gitmemory.guard;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.pljava.TriggerData;

/** Trigger on the blocks table: a row that was updated has to be what git says. */
public final class BlockGuard {
    private BlockGuard() {}

    /**
     * Judges the row as it is now, for every git-enabled agent that it is linked to; not an update that changes nothing
     * of what git mirrors.
     *
     * @throws SQLException if the row is refused, or cannot be judged
     */
    public static void check(TriggerData trigger) throws SQLException {
        ResultSet before = trigger.getOld();
        ResultSet after = trigger.getNew();
        if (RowChange.isToBeJudged(before, after)) {
            Judge.judge(Place.of(trigger), after.getString("id"), null, RowChange.isOfAnotherCommit(before, after));
        }
    }
}
