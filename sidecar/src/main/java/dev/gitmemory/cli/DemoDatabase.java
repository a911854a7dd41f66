package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The tour's plain SQL, as an application's role writes it and as psql shows it. */
final class DemoDatabase {

    private static final String ROLE = "demo_application";

    private final PrintStream out;
    private final DatabaseSettings settings;
    private final Path passwordFile;

    DemoDatabase(PrintStream out, DatabaseSettings settings, Path passwordFile) {
        this.out = out;
        this.settings = settings;
        this.passwordFile = passwordFile;
    }

    /** The command with which a person looks into the database. */
    String psql() {
        URI uri = URI.create(settings.url().substring("jdbc:".length()));
        return "PGPASSFILE=%s psql -h %s -p %d -U %s git_memory"
                .formatted(passwordFile, uri.getHost(), uri.getPort(), settings.user());
    }

    /** Shows an agent's rows. */
    void show(String agentId) throws SQLException {
        out.println("  git_memory=# SELECT b.label, left(b.git_sha, 10), left(b.value, 60)"
                + " FROM block b JOIN blocks_agents l ON l.block_id = b.id WHERE l.agent_id = '" + agentId
                + "' ORDER BY b.label;");
        try (Connection connection = settings.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("""
                        SELECT b.label, left(b.git_sha, 10), left(replace(b.value, E'\\n', '\\n'), 60)
                          FROM block b
                          JOIN blocks_agents l ON l.block_id = b.id
                         WHERE l.agent_id = ?
                         ORDER BY b.label
                        """)) {
            select.setString(1, agentId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    out.println("    %-24s | %-10s | %s"
                            .formatted(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        }
    }

    /** Tries an UPDATE as an application's role and shows how PostgreSQL refuses it. */
    void updateAroundGit(String blockId) throws SQLException {
        String sql =
                "UPDATE block SET value = 'I was never in git' WHERE id = '%s'".formatted(blockId.replace("'", "''"));
        out.println("  git_memory=> " + sql + ";   -- as role " + ROLE);
        try (Connection connection = settings.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            becomeApplication(statement);
            statement.executeUpdate(sql);
        } catch (PSQLException e) {
            ServerErrorMessage message = e.getServerErrorMessage();
            if (message == null || !String.valueOf(e.getSQLState()).startsWith("MG")) {
                throw e;
            }
            out.println("    ERROR:  %s: %s".formatted(e.getSQLState(), message.getMessage()));
            out.println("    DETAIL:  " + message.getDetail());
            out.println("    HINT:  " + message.getHint());
            return;
        }
        throw new IllegalStateException(
                "PostgreSQL let a write pass that git does not know: the guard is not in force");
    }

    private static void becomeApplication(Statement statement) throws SQLException {
        try (ResultSet known = statement.executeQuery("SELECT FROM pg_roles WHERE rolname = '" + ROLE + "'")) {
            if (known.next()) {
                statement.execute("SET ROLE " + ROLE);
                return;
            }
        }
        statement.execute("CREATE ROLE " + ROLE);
        statement.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + ROLE);
        statement.execute("SET ROLE " + ROLE);
    }
}
