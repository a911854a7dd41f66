package dev.gitmemory.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** One session of a role, in autocommit as psql is. Not thread-safe, but for {@link #pid}. */
final class Session implements AutoCloseable {

    private final Connection connection;
    private final int pid;
    private final List<String> notices = new ArrayList<>();

    Session(DataSource source) {
        try {
            this.connection = source.getConnection();
            this.pid = Integer.parseInt(String.valueOf(value("SELECT pg_backend_pid()")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** PostgreSQL's answer to a statement that failed. */
    record Refused(String state, String message, String detail, String hint) {}

    /** The number of the backend. */
    int pid() {
        return pid;
    }

    /** Runs a statement and answers its first row, by column; empty if it has none. */
    Map<String, @Nullable String> call(String sql, @Nullable Object... parameters) {
        List<Map<String, @Nullable String>> rows = rows(sql, parameters);
        return rows.isEmpty() ? Map.of() : rows.get(0);
    }

    /** Runs a statement and answers the first column of its first row. */
    @Nullable
    String value(String sql, @Nullable Object... parameters) {
        return call(sql, parameters).values().stream().findFirst().orElse(null);
    }

    List<Map<String, @Nullable String>> rows(String sql, @Nullable Object... parameters) {
        try {
            return execute(sql, parameters);
        } catch (SQLException e) {
            throw new AssertionError(sql + ": " + e.getMessage(), e);
        }
    }

    /** Runs a statement that must fail. */
    Refused refused(String sql, @Nullable Object... parameters) {
        return attempt(sql, parameters).orElseThrow(() -> new AssertionError("not refused: " + sql));
    }

    /** Runs a statement that may fail; empty if it does not. */
    Optional<Refused> attempt(String sql, @Nullable Object... parameters) {
        try {
            execute(sql, parameters);
            return Optional.empty();
        } catch (PSQLException e) {
            ServerErrorMessage server =
                    Objects.requireNonNull(e.getServerErrorMessage(), () -> "no server error: " + e);
            return Optional.of(new Refused(
                    String.valueOf(e.getSQLState()),
                    String.valueOf(server.getMessage()),
                    String.valueOf(server.getDetail()),
                    String.valueOf(server.getHint())));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** What the statements so far have told besides. */
    List<String> notices() {
        return notices;
    }

    private List<Map<String, @Nullable String>> execute(String sql, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<Map<String, @Nullable String>> rows = new ArrayList<>();
            if (statement.execute()) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        rows.add(row(result));
                    }
                }
            }
            hear(statement);
            return rows;
        }
    }

    private static Map<String, @Nullable String> row(ResultSet result) throws SQLException {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            row.put(result.getMetaData().getColumnName(i), result.getString(i));
        }
        return row;
    }

    private void hear(Statement statement) throws SQLException {
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            notices.add(warning.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
