package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A write that PostgreSQL will not take.
 *
 * @param state the SQLSTATE, MG001 to MG005, or MG007
 * @param owner the agent whose memory it is; of MG007 the block
 * @param label the memory's label
 * @param expected what the row should have been, without content
 * @param found what it was, without content
 */
record Refusal(String state, String owner, String label, String expected, String found) {

    static Refusal notTakenOver(String owner, String label) {
        return new Refusal("MG005", owner, label, "an agent that git-memory has taken over", "only its tag");
    }

    /**
     * Refuses the write, for which the caller has nothing more to do. SQL does it, for an exception thrown here could
     * carry neither DETAIL nor HINT.
     *
     * @throws SQLException if the refusal is raised here: the write was not judged at once
     */
    void raise(Place place) throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        try (PreparedStatement refuse =
                session.prepareStatement("SELECT git_memory.refuse(ARRAY[?, ?, ?, ?, ?]::text[], ?, ?, ?)")) {
            refuse.setString(1, state);
            refuse.setString(2, owner);
            refuse.setString(3, label);
            refuse.setString(4, expected);
            refuse.setString(5, found);
            refuse.setString(6, place.schema());
            refuse.setString(7, place.table());
            refuse.setString(8, place.trigger());
            try (ResultSet told = refuse.executeQuery()) {
                if (told.next() && told.getBoolean(1)) { // PL/Java runs a query when its first row is asked for
                    return;
                }
            }
        }
        throw new SQLException("git_memory.refuse did not refuse", state);
    }
}
