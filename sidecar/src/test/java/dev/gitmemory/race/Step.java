package dev.gitmemory.race;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a session does in one go, and other sessions never see half of.
 *
 * @param name for people to read
 */
public record Step(String name, Kind kind, Work work) {

    /** What a step can mean for other sessions. */
    public enum Kind {
        /** Takes a snapshot and no locks, and writes nothing. */
        SNAPSHOT,
        /** Others see nothing of it before a commit, but its locks. */
        STATEMENT,
        /** Others may see what it did. */
        COMMIT
    }

    /** What is done on the session's connection. */
    @FunctionalInterface
    public interface Work {
        /** Does it, and returns what is to be shown of it. */
        String on(Connection connection) throws SQLException;
    }

    /** A statement, or several that are sent together. */
    public static Step sql(String sql) {
        return new Step(sql, Kind.STATEMENT, connection -> execute(connection, sql));
    }

    /** Something that takes more than text. */
    public static Step of(String name, Action action) {
        return new Step(name, Kind.STATEMENT, connection -> {
            action.on(connection);
            return "ok";
        });
    }

    /** Work that has nothing to show. */
    @FunctionalInterface
    public interface Action {
        void on(Connection connection) throws SQLException;
    }

    static Step commit() {
        return new Step("COMMIT", Kind.COMMIT, connection -> execute(connection, "COMMIT"));
    }

    static Step snapshot(String begin) {
        return new Step(begin, Kind.SNAPSHOT, connection -> execute(connection, begin));
    }

    Step after(String begin) {
        return new Step(begin + name, kind, connection -> {
            execute(connection, begin);
            return work.on(connection);
        });
    }

    /** Of two steps of different sessions: whether it is all one which of them comes first. */
    static boolean areIndependent(Kind one, Kind other) {
        return (one == Kind.SNAPSHOT && other != Kind.COMMIT) || (other == Kind.SNAPSHOT && one != Kind.COMMIT);
    }

    private static String execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            int count = -1;
            while (rows || statement.getUpdateCount() >= 0) {
                count = rows ? count : statement.getUpdateCount();
                rows = statement.getMoreResults();
            }
            return count < 0 ? "ok" : count + " rows";
        }
    }
}
