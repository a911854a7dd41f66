package dev.gitmemory.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes the locks that a migration will need, all of them before the first script.
 *
 * <p>A script that waits for a lock holds up everybody who comes after it, be it to read: so a migration waits once, at its
 * beginning, for a bounded time in all. Each table gets its strongest lock at once. The order is always the same: blocks,
 * links, tags, agents, then git-memory's own tables by name, then views that are dropped or
 * defined anew. Nothing is locked that no pending script will touch.
 */
final class MigrationLocks {
    private static final String TRIGGERS = "R__07_triggers.sql";
    private static final Pattern TRIGGER_CHANGES = Pattern.compile(
            "CREATE OR REPLACE FUNCTION git_memory\\.trigger_changes\\(\\).*?\\$function\\$;", Pattern.DOTALL);

    private static final Pattern VIEWS =
            Pattern.compile("DROP VIEW [^;]*;|CALL git_memory\\.define_view\\('(?<defined>\\w+)'");

    /** Migrations of one database exclude each other. "gitmemor", as a number. */
    static final long ONE_AT_A_TIME = 7_451_615_071_663_124_338L;

    /** {@link #ONE_AT_A_TIME} where locks are told of. */
    static final TableLock MIGRATION =
            new TableLock("", TableLock.Mode.ACCESS_EXCLUSIVE, "SELECT pg_advisory_xact_lock(" + ONE_AT_A_TIME + ")");

    private final Connection connection;
    private final TableNames tables;

    /** @param connection within the migration's transaction, with a safe search_path */
    MigrationLocks(Connection connection, TableNames tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /**
     * Lets no other migration of this database begin before this transaction has ended.
     *
     * @throws LocksUnavailableException if one is under way for longer than the time-out
     */
    void excludeOthers(Duration timeout) throws SQLException {
        take(MIGRATION, timeout.toMillis());
    }

    /**
     * Takes locks, within the time-out for all of them together; what is left of it bounds each wait that comes after.
     *
     * @throws LocksUnavailableException if one is held by others for longer
     */
    void take(List<TableLock> needed, Duration timeout, LongSupplier nanoTime) throws SQLException {
        long end = nanoTime.getAsLong() + timeout.toNanos();
        for (TableLock lock : needed) {
            take(lock, left(end, nanoTime, timeout));
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + left(end, nanoTime, timeout));
        }
    }

    /** At least a tenth of the whole: others wait behind the locks that are had already. */
    private static long left(long end, LongSupplier nanoTime, Duration timeout) {
        return Math.max(
                Math.max(1, timeout.toMillis() / 10),
                Duration.ofNanos(end - nanoTime.getAsLong()).toMillis());
    }

    private void take(TableLock lock, long millis) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + millis);
            statement.execute(lock.statement());
        } catch (SQLException e) {
            if (DatabaseErrors.isLockTimeout(e) || DatabaseErrors.isTransient(e)) {
                throw new LocksUnavailableException(lock, e);
            }
            throw e;
        }
    }

    /** The locks for taking everything away, in the order in which they are taken. */
    List<TableLock> neededToUninstall() throws SQLException {
        Map<String, TableLock.Mode> modes = new LinkedHashMap<>();
        List<String> guarded = guarded();
        guarded.forEach(table -> modes.put(table, TableLock.Mode.ACCESS_EXCLUSIVE));
        ownTables().forEach(table -> modes.put(table, TableLock.Mode.ACCESS_EXCLUSIVE));
        List<TableLock> locks = new ArrayList<>(inOrder(guarded, modes));
        locks.addAll(views(name -> true));
        return locks;
    }

    /**
     * The locks for scripts, in the order in which they are taken.
     *
     * @param pending the scripts that will run
     */
    List<TableLock> needed(List<String> pending) throws SQLException {
        Map<String, TableLock.Mode> modes = new LinkedHashMap<>();
        List<String> guarded = guarded();
        boolean installed = exists("to_regclass('git_memory.installation')");
        String blocks = tables.sql(tables.blocks());
        if (pending.contains("R__01_application.sql") && guarded.contains(blocks) && !hasColumn()) {
            modes.put(blocks, TableLock.Mode.ACCESS_EXCLUSIVE);
        }
        if (!installed) {
            guarded.forEach(table -> modes.putIfAbsent(table, TableLock.Mode.SHARE_ROW_EXCLUSIVE));
        } else if (pending.contains(TRIGGERS)) {
            triggerChanges(guarded).forEach((table, mode) -> modes.merge(table, mode, MigrationLocks::stronger));
        } else {
            // What afterMigrate.sql will switch on.
            ask("SELECT DISTINCT format('%I.%I', n.nspname, c.relname)"
                            + " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                            + " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                            + " WHERE p.pronamespace = to_regnamespace('git_memory') AND t.tgenabled <> 'A' ORDER BY 1")
                    .forEach(table -> modes.putIfAbsent(table, TableLock.Mode.SHARE_ROW_EXCLUSIVE));
        }
        if (installed && pending.stream().anyMatch(script -> script.startsWith("V"))) {
            ownTables().forEach(table -> modes.put(table, TableLock.Mode.ACCESS_EXCLUSIVE));
        }
        List<TableLock> locks = new ArrayList<>(inOrder(guarded, modes));
        if (installed) {
            String touched = views(pending);
            locks.addAll(views(name -> Pattern.compile("git_memory\\." + Pattern.quote(name) + "\\b")
                    .matcher(touched)
                    .find()));
        }
        return locks;
    }

    private List<String> ownTables() throws SQLException {
        return ask("SELECT format('%I.%I', n.nspname, c.relname)"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'git_memory' AND c.relkind IN ('r', 'p')"
                + " AND c.relname <> 'flyway_schema_history' ORDER BY 1");
    }

    /** Views of ours; a reader's open transaction holds them, too. */
    private List<TableLock> views(Predicate<String> chosen) throws SQLException {
        List<TableLock> locks = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT c.relname, format('git_memory.%I', c.relname), quote_ident(pg_get_userbyid(c.relowner))"
                                + " FROM pg_class c WHERE c.relnamespace = to_regnamespace('git_memory')"
                                + " AND c.relkind = 'v' AND pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY 1")) {
            while (rows.next()) {
                if (chosen.test(rows.getString(1))) {
                    locks.add(TableLock.ofView(rows.getString(2), rows.getString(3)));
                }
            }
        }
        return locks;
    }

    /** Text with the names of the views that these scripts drop or define. */
    private static String views(List<String> scripts) {
        StringBuilder statements = new StringBuilder();
        for (String script : scripts) {
            Matcher view = VIEWS.matcher(script(script));
            while (view.find()) {
                String defined = view.group("defined");
                statements
                        .append(defined == null ? view.group() : "git_memory." + defined)
                        .append('\n');
            }
        }
        return statements.toString();
    }

    private List<TableLock> inOrder(List<String> guarded, Map<String, TableLock.Mode> modes) throws SQLException {
        List<TableLock> locks = new ArrayList<>();
        Stream.concat(guarded.stream(), modes.keySet().stream().sorted())
                .distinct()
                .forEach(table -> {
                    TableLock.Mode mode = modes.get(table);
                    if (mode != null) {
                        locks.add(new TableLock(table, mode));
                    }
                });
        // The script of another role's table says itself what is missing.
        List<TableLock> own = new ArrayList<>();
        for (TableLock lock : locks) {
            if (isOwn(lock.table())) {
                own.add(lock);
            }
        }
        return own;
    }

    private static TableLock.Mode stronger(TableLock.Mode one, TableLock.Mode other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** Asks the script's own function, which may be newer than the one that is installed; leaves nothing behind. */
    private Map<String, TableLock.Mode> triggerChanges(List<String> guarded) throws SQLException {
        Map<String, TableLock.Mode> modes = new LinkedHashMap<>();
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute(triggerFunction());
            try (ResultSet rows = statement.executeQuery("SELECT relation, bool_or(lock_mode = 'ACCESS EXCLUSIVE')"
                    + " FROM git_memory.trigger_changes() GROUP BY place, relation ORDER BY place, relation")) {
                while (rows.next()) {
                    String relation = rows.getString(1);
                    modes.put(
                            quoted(guarded, relation),
                            rows.getBoolean(2) ? TableLock.Mode.ACCESS_EXCLUSIVE : TableLock.Mode.SHARE_ROW_EXCLUSIVE);
                }
            }
        } catch (SQLException e) {
            if (DatabaseErrors.isLockTimeout(e) || DatabaseErrors.isTransient(e)) {
                throw e;
            }
            // It needs tables that a script before it makes: an older version is installed, whose triggers may be
            // others.
            modes.clear();
            guarded.forEach(table -> modes.put(table, TableLock.Mode.ACCESS_EXCLUSIVE));
        }
        connection.rollback(before);
        return modes;
    }

    /** PostgreSQL quotes names only where it must. */
    private static String quoted(List<String> guarded, String relation) {
        return guarded.stream()
                .filter(table -> table.replace("\"", "").equals(relation.replace("\"", "")))
                .findFirst()
                .orElse(relation);
    }

    private String triggerFunction() {
        Matcher function = TRIGGER_CHANGES.matcher(script(TRIGGERS));
        if (!function.find()) {
            throw new IllegalStateException(TRIGGERS + " has no function trigger_changes");
        }
        String sql = function.group();
        for (Map.Entry<String, String> placeholder : tables.placeholders().entrySet()) {
            sql = sql.replace("${" + placeholder.getKey() + "}", placeholder.getValue());
        }
        return sql;
    }

    private static String script(String name) {
        try (InputStream script = MigrationLocks.class.getResourceAsStream("/db/migration/" + name)) {
            if (script == null) {
                throw new IllegalStateException("The migrations lack " + name);
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tables that get triggers, as far as they are there, in the order of locking. */
    private List<String> guarded() throws SQLException {
        List<String> present = new ArrayList<>();
        for (String table : List.of(tables.blocks(), tables.blocksAgents(), tables.agentsTags(), tables.agents())) {
            if (exists("to_regclass('" + tables.sql(table) + "')")) {
                present.add(tables.sql(table));
            }
        }
        return present;
    }

    private boolean hasColumn() throws SQLException {
        return exists("(SELECT attnum FROM pg_attribute WHERE attrelid = to_regclass('" + tables.sql(tables.blocks())
                + "') AND attname = 'git_sha' AND NOT attisdropped)");
    }

    private boolean isOwn(String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = ?::regclass")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private boolean exists(String expression) throws SQLException {
        return ask("SELECT " + expression + " IS NOT NULL").equals(List.of("t"));
    }

    private List<String> ask(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
