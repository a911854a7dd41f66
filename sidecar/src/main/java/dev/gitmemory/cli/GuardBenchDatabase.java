package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A throw-away database with agents and blocks, guarded by one engine or by none. {@code plain-N} are agents without the
 * tag, {@code tagged-N} are git-enabled ones, each with one block of its own. Not thread-safe.
 */
final class GuardBenchDatabase implements AutoCloseable {

    static final int MOST_CLIENTS = 64;

    /** Blocks of agents without the tag beyond those that clients write to, for statements that write many rows. */
    static final int MANY = 1000;

    private static final int VALUE_BYTES = 2000;

    private final @Nullable GuardEngine engine;
    private final String name;
    private final DataSource server;
    private final DataSource source;

    private GuardBenchDatabase(DatabaseSettings server, @Nullable GuardEngine engine) {
        this.engine = engine;
        this.name = "git_memory_bench_" + engine(engine) + "_"
                + ProcessHandle.current().pid();
        this.server = server.dataSource();
        PGSimpleDataSource own = (PGSimpleDataSource) server.dataSource();
        own.setDatabaseName(name);
        this.source = own;
    }

    /**
     * Makes a database.
     *
     * @param engine null for one without git-memory: the application's tables and nothing else
     */
    static GuardBenchDatabase create(DatabaseSettings server, @Nullable GuardEngine engine) throws SQLException {
        GuardBenchDatabase made = new GuardBenchDatabase(server, engine);
        execute(made.server, "CREATE DATABASE " + made.name + " TEMPLATE template0 ENCODING 'UTF8'");
        try {
            // The bare one gets its tables from the same scripts, so that it has the same columns and indexes.
            Migrations migrations = new Migrations(
                            made.source, TableNames.DEFAULT, engine == null ? GuardEngine.PLPGSQL : engine)
                    .creatingTables();
            migrations.migrate();
            if (engine == null) {
                migrations.uninstall(false, false);
            }
            made.fill();
            return made;
        } catch (SQLException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private void fill() throws SQLException {
        execute(
                source,
                "INSERT INTO organizations (id, name) VALUES ('bench', 'bench')",
                agents("plain", MANY + MOST_CLIENTS),
                agents("tagged", MOST_CLIENTS));
        if (engine != null) {
            execute(
                    source,
                    "INSERT INTO git_memory.repo (agent_id, organization_id, state)"
                            + " SELECT id, 'bench', CASE WHEN id LIKE 'tagged-%' THEN 'enabled' ELSE 'disabled' END FROM agents",
                    "INSERT INTO git_memory.file (agent_id, label, commit_sha, digest)"
                            + " SELECT l.agent_id, b.label, repeat('0', 40),"
                            + " git_memory.digest(b.value, b.description, b.\"limit\", b.read_only, b.metadata_)"
                            + " FROM block b JOIN blocks_agents l ON l.block_id = b.id",
                    "UPDATE block SET git_sha = repeat('0', 40) WHERE id LIKE 'tagged-%'",
                    "INSERT INTO agents_tags (agent_id, tag)"
                            + " SELECT id, 'git-memory-enabled' FROM agents WHERE id LIKE 'tagged-%'");
        }
        execute(source, "VACUUM ANALYZE");
    }

    /** One block an agent, under the same id. */
    private static String agents(String kind, int count) {
        return """
                WITH id AS (SELECT '%1$s-' || n AS id FROM generate_series(1, %2$d) AS n),
                     agent AS (INSERT INTO agents (id, organization_id) SELECT id, 'bench' FROM id),
                     memory AS (INSERT INTO block (id, label, value, "limit", organization_id)
                                SELECT id, 'system/notes', repeat('a', %3$d), 100000, 'bench' FROM id)
                INSERT INTO blocks_agents (agent_id, block_id, block_label) SELECT id, id, 'system/notes' FROM id
                """.formatted(kind, count, VALUE_BYTES);
    }

    /** A new connection, which commits each statement. The caller closes it. */
    Session connect() throws SQLException {
        return new Session(source.getConnection());
    }

    /** The column's heading: {@code bare}, {@code plpgsql} or {@code pljava}. */
    String engine() {
        return engine(engine);
    }

    boolean isGuarded() {
        return engine != null;
    }

    private static String engine(@Nullable GuardEngine engine) {
        return engine == null ? "bare" : engine.setting();
    }

    /** Drops the database. */
    @Override
    public void close() throws SQLException {
        execute(server, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static void execute(DataSource source, String... statements) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** One connection and the writes that are measured. Used by one thread. */
    static final class Session implements AutoCloseable {

        private final Connection connection;
        private int written;

        private Session(Connection connection) {
            this.connection = connection;
        }

        /** What an application does: one row, by its key, in a transaction of its own. */
        void update(String block, int times) throws SQLException {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE block SET value = ?, updated_at = now() WHERE id = ?")) {
                for (int i = 0; i < times; i++) {
                    update.setString(1, value());
                    update.setString(2, block);
                    expect(1, update.executeUpdate());
                }
            }
        }

        /** Many rows in one statement. */
        void updateMany() throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE block SET value = ?, updated_at = now() WHERE id LIKE 'plain-%'")) {
                update.setString(1, value());
                expect(MANY + MOST_CLIENTS, update.executeUpdate());
            }
        }

        /**
         * What a sidecar does: the ledger with the agent's line, then the row. The same statement is unguarded on a {@code plain} agent's block.
         */
        void write(String block, int times) throws SQLException {
            try (PreparedStatement write = connection.prepareStatement("""
                    WITH says AS (UPDATE git_memory.file f
                                     SET commit_sha = ?, digest = git_memory.digest(?, NULL, 100000, false, NULL)
                                   WHERE f.agent_id = ?),
                         applied AS (UPDATE git_memory.repo r
                                        SET applied_seq = r.applied_seq + 1
                                      WHERE r.agent_id = ?)
                    UPDATE block b
                       SET value = ?, git_sha = ?, updated_at = now()
                     WHERE b.id = ?
                    """)) {
                for (int i = 0; i < times; i++) {
                    String value = value();
                    String sha = "%040x".formatted(written);
                    write.setString(1, sha);
                    write.setString(2, value);
                    write.setString(3, block);
                    write.setString(4, block);
                    write.setString(5, value);
                    // A row of an agent without the tag carries nothing.
                    write.setString(6, block.startsWith("tagged-") ? sha : null);
                    write.setString(7, block);
                    expect(1, write.executeUpdate());
                }
            }
        }

        /** Reads a setting of the server. */
        String setting(String setting) throws SQLException {
            return string("SELECT current_setting('" + setting + "')");
        }

        /** The memory of this connection's backend as Linux counts it, in MiB, without what it shares with others. */
        double privateMebibytes() throws SQLException {
            return Double.parseDouble(string("""
                    SELECT sum(split_part(trim(split_part(line, ':', 2)), ' ', 1)::numeric) / 1024
                      FROM regexp_split_to_table(pg_read_file('/proc/self/smaps_rollup'), '\\n') AS line
                     WHERE line LIKE 'Private_%'
                    """));
        }

        /** Whether this connection's backend has a Java virtual machine in it. */
        boolean hasJvm() throws SQLException {
            return string("SELECT position('libjvm' IN pg_read_file('/proc/self/maps')) > 0")
                    .equals("t");
        }

        private String string(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            }
        }

        private String value() {
            written++;
            return "%08d".formatted(written).repeat(VALUE_BYTES / 8);
        }

        private static void expect(int rows, int updated) {
            if (updated != rows) {
                throw new IllegalStateException(
                        "A statement of the benchmark changed %d rows, not %d; nothing it says can be trusted"
                                .formatted(updated, rows));
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
