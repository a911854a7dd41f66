package dev.gitmemory.guard;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What was written, for a refusal to name it.
 *
 * @param schema of the table that was written
 * @param table the table
 * @param trigger its trigger, which refuses
 */
record Place(String schema, String table, String trigger) {

    /** As a row of {@code git_memory.judgement} has it. */
    static Place of(ResultSet judgement) throws SQLException {
        return new Place(
                judgement.getString("schema_name"),
                judgement.getString("table_name"),
                judgement.getString("trigger_name"));
    }
}
