package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A write that PostgreSQL will not take.
 *
 * @param state the SQLSTATE, MG001 to MG005
 * @param owner the agent whose memory it is
 * @param label the memory's label
 * @param expected what the row should have been, without content
 * @param found what it was, without content
 */
record Refusal(String state, String owner, String label, String expected, String found) {

    static Refusal notTakenOver(String owner, String label) {
        return new Refusal("MG005", owner, label, "an agent that git-memory has taken over", "only its tag");
    }

    /**
     * Ends the statement. The error is raised by an SQL function, for an exception thrown here could carry neither
     * DETAIL nor HINT.
     *
     * @throws SQLException always
     */
    void raise(Place place) throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        try (PreparedStatement reject = session.prepareStatement("SELECT git_memory.reject(?, ?, ?, ?, ?, ?, ?, ?)")) {
            reject.setString(1, state);
            reject.setString(2, owner);
            reject.setString(3, label);
            reject.setString(4, expected);
            reject.setString(5, found);
            reject.setString(6, place.schema());
            reject.setString(7, place.table());
            reject.setString(8, place.trigger());
            // PL/Java runs a query when its first row is asked for.
            reject.executeQuery().next();
        }
        throw new SQLException("git_memory.reject did not refuse", state);
    }
}
