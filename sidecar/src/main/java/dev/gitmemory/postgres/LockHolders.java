package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who holds a lock that a migration waits for. Statements are left out of what is told: they hold what agents
 * remember.
 */
final class LockHolders {
    private static final String OF_TABLES = """
            SELECT l.pid, a.usename, a.application_name, host(a.client_addr), a.state, a.xact_start, p.gid, p.prepared,
                   string_agg(DISTINCT format('%I (%s)', c.relname,
                                              upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g'))),
                              ', ')
              FROM pg_locks l
              JOIN pg_class c ON c.oid = l.relation
              LEFT JOIN pg_stat_activity a ON a.pid = l.pid
              LEFT JOIN pg_prepared_xacts p ON l.pid IS NULL AND l.virtualtransaction = '-1/' || p.transaction
             WHERE l.locktype = 'relation'
               AND l.granted
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.pid IS DISTINCT FROM pg_backend_pid()
               AND CASE
                       WHEN ? = '' THEN c.relnamespace = to_regnamespace('git_memory')
                                        OR EXISTS (SELECT
                                                     FROM pg_trigger t
                                                     JOIN pg_proc f ON f.oid = t.tgfoid
                                                    WHERE t.tgrelid = l.relation
                                                      AND f.pronamespace = to_regnamespace('git_memory'))
                       ELSE l.relation = to_regclass(?)
                            OR l.relation IN (SELECT relid FROM pg_partition_tree(to_regclass(?)))
                   END
               AND (? OR l.mode NOT IN ('AccessShareLock', 'RowShareLock'))
             GROUP BY l.pid, a.usename, a.application_name, a.client_addr, a.state, a.xact_start, p.gid, p.prepared
             ORDER BY coalesce(a.xact_start, p.prepared)
            """;

    private static final String OF_MIGRATION = """
            SELECT l.pid, a.usename, a.application_name, host(a.client_addr), a.state, a.xact_start, NULL, NULL,
                   'another migration'
              FROM pg_locks l
              LEFT JOIN pg_stat_activity a ON a.pid = l.pid
             WHERE l.locktype = 'advisory'
               AND l.granted
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.pid IS DISTINCT FROM pg_backend_pid()
               AND l.objsubid = 1
               AND (l.classid::bigint << 32 | l.objid::bigint) = ?
             ORDER BY a.xact_start
            """;

    private LockHolders() {}

    /** {@return one phrase for each transaction that holds what keeps the lock from being had} */
    static List<String> of(Connection connection, TableLock lock) throws SQLException {
        boolean migration = lock.equals(MigrationLocks.MIGRATION);
        List<String> holders = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(migration ? OF_MIGRATION : OF_TABLES)) {
            if (migration) {
                statement.setLong(1, MigrationLocks.ONE_AT_A_TIME);
            } else {
                statement.setString(1, lock.table());
                statement.setString(2, lock.table());
                statement.setString(3, lock.table());
                statement.setBoolean(4, lock.mode() == TableLock.Mode.ACCESS_EXCLUSIVE);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    holders.add(phrase(rows));
                }
            }
        }
        return holders;
    }

    private static String phrase(ResultSet row) throws SQLException {
        String what = row.getString(9);
        if (row.getString(1) == null) {
            String prepared = row.getString(7);
            return "%s: prepared transaction%s%s"
                    .formatted(what, prepared == null ? "" : " '" + prepared + "'", since(row, 8));
        }
        List<String> details = new ArrayList<>();
        add(details, "role ", row.getString(2));
        add(details, "application ", row.getString(3));
        add(details, "from ", row.getString(4));
        add(details, "", row.getString(5));
        return "%s: pid %s%s%s"
                .formatted(
                        what,
                        row.getString(1),
                        details.isEmpty() ? "" : " (" + String.join(", ", details) + ")",
                        since(row, 6));
    }

    private static void add(List<String> details, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            details.add(name + value);
        }
    }

    /** A role that is no member of pg_read_all_stats does not see when others began. */
    private static String since(ResultSet row, int column) throws SQLException {
        OffsetDateTime start = row.getObject(column, OffsetDateTime.class);
        return start == null ? "" : " since " + Instant.ofEpochSecond(start.toEpochSecond());
    }
}
