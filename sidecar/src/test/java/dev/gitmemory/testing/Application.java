package dev.gitmemory.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** An application that keeps its agents in PostgreSQL, knows nothing of git and speaks plain SQL. */
public final class Application {

    public static final String ORGANIZATION = "org-1";

    private final DataSource database;

    public Application(DataSource database) {
        this.database = database;
    }

    /** Creates the organisation and an agent without blocks. */
    public void createAgent(String agentId) {
        update("INSERT INTO organizations (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", ORGANIZATION, "One");
        update("INSERT INTO agents (id, name, organization_id) VALUES (?, ?, ?)", agentId, agentId, ORGANIZATION);
    }

    /** Creates a block of an agent, with a limit of 5,000 and without description or metadata. */
    public void createBlock(String agentId, String blockId, String label, String value) {
        update(
                "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES (?, ?, ?, 5000, ?)",
                blockId,
                label,
                value,
                ORGANIZATION);
        link(agentId, blockId, label);
    }

    public void link(String agentId, String blockId, String label) {
        update("INSERT INTO blocks_agents (agent_id, block_id, block_label) VALUES (?, ?, ?)", agentId, blockId, label);
    }

    public void tag(String agentId) {
        update("INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'git-memory-enabled')", agentId);
    }

    /** Runs a statement and answers how many rows it changed. */
    public int update(String sql, @Nullable Object... parameters) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new SqlRefusal(e);
        }
    }

    /** The rows of a query, column name to text. */
    public List<Map<String, @Nullable String>> query(String sql, @Nullable Object... parameters) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<Map<String, @Nullable String>> result = new ArrayList<>();
            while (rows.next()) {
                Map<String, @Nullable String> row = new LinkedHashMap<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.put(rows.getMetaData().getColumnName(i), rows.getString(i));
                }
                result.add(row);
            }
            return result;
        } catch (SQLException e) {
            throw new SqlRefusal(e);
        }
    }

    /** The one row of a query. */
    public Map<String, @Nullable String> row(String sql, @Nullable Object... parameters) {
        List<Map<String, @Nullable String>> rows = query(sql, parameters);
        if (rows.size() != 1) {
            throw new AssertionError(rows.size() + " rows for " + sql);
        }
        return rows.get(0);
    }

    /** A column of the block that an agent has under a label. */
    public @Nullable String block(String agentId, String label, String column) {
        return row(
                        "SELECT b.* FROM block b JOIN blocks_agents l ON l.block_id = b.id"
                                + " WHERE l.agent_id = ? AND l.block_label = ?",
                        agentId,
                        label)
                .get(column);
    }

    /** The labels of an agent's blocks, sorted. */
    public List<@Nullable String> labels(String agentId) {
        return query("SELECT block_label FROM blocks_agents WHERE agent_id = ? ORDER BY 1", agentId).stream()
                .map(row -> row.get("block_label"))
                .toList();
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** PostgreSQL refused a statement. */
    public static final class SqlRefusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String sqlState;

        SqlRefusal(SQLException cause) {
            super(cause.getMessage(), cause);
            this.sqlState = cause.getSQLState();
        }

        public String sqlState() {
            return sqlState;
        }
    }
}
