package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names of the application's tables as far as an operator has given them. The others are those that the database was
 * installed with, or {@link TableNames#DEFAULT} where it was not: a name that is left out never moves the guard to
 * another table. Immutable.
 */
public final class GivenTableNames {

    /** None is given. */
    public static final GivenTableNames NONE = new GivenTableNames(Map.of());

    private static final List<String> GUARDED =
            List.of("blocks_table", "blocks_agents_table", "agents_tags_table", "agents_table");
    private static final List<String> UNGUARDED = List.of("blocks_tags_table", "organizations_table");

    private static final String IS_THERE = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid ="
            + " c.relnamespace WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p'))";
    private static final String IS_GUARDED =
            "SELECT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                    + " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE p.pronamespace = to_regnamespace('git_memory') AND n.nspname = ? AND c.relname = ?)";

    private final Map<String, String> names;

    private GivenTableNames(Map<String, String> names) {
        this.names = Map.copyOf(names);
    }

    /**
     * Some of the names.
     *
     * @param names by placeholder, see {@link TableNames#placeholders}
     * @throws IllegalArgumentException if one is no name: see {@link TableNames#problemWith}
     */
    public static GivenTableNames of(Map<String, String> names) {
        GivenTableNames given = new GivenTableNames(names);
        given.orDefault();
        return given;
    }

    /** All of them. */
    public static GivenTableNames all(TableNames names) {
        return new GivenTableNames(names.placeholders());
    }

    /** {@return the names for a database in which git-memory is not installed} */
    public TableNames orDefault() {
        return over(TableNames.DEFAULT.placeholders());
    }

    /** {@return these names as options of the command line: {@code --app-schema letta}} */
    public String options() {
        return new TreeSet<>(names.keySet())
                .stream().map(name -> option(name) + " " + names.get(name)).collect(Collectors.joining(" "));
    }

    private TableNames over(Map<String, String> others) {
        Map<String, String> all = new LinkedHashMap<>(others);
        all.putAll(names);
        return TableNames.ofPlaceholders(all);
    }

    /**
     * The names for a database.
     *
     * @throws OtherTablesException if git-memory is installed there for other tables than those given, and these tables are
     *     there still: what has another name since may be told, for the former one is gone then
     */
    TableNames in(Connection connection) throws SQLException {
        Optional<Map<String, String>> installed = installed(connection);
        if (installed.isEmpty()) {
            return orDefault();
        }
        Map<String, String> before = installed.get();
        TableNames named = over(before);
        Map<String, String> now = named.placeholders();
        List<String> moved = moved(GUARDED, before, now);
        List<String> left = new ArrayList<>();
        for (String table : moved.isEmpty() ? moved(UNGUARDED, before, now) : moved) {
            if (is(connection, IS_THERE, name(before, "app_schema"), name(before, table))
                    && !is(connection, IS_GUARDED, named.schema(), name(now, table))) {
                left.add(table);
            }
        }
        if (!left.isEmpty()) {
            throw new OtherTablesException(before, left, wrong(before));
        }
        return named;
    }

    private static String name(Map<String, String> names, String placeholder) {
        return Objects.requireNonNull(names.get(placeholder), placeholder);
    }

    /** Those that have another name or schema now. */
    private static List<String> moved(List<String> tables, Map<String, String> before, Map<String, String> now) {
        boolean schemaMoved = !name(before, "app_schema").equals(name(now, "app_schema"));
        return tables.stream()
                .filter(table -> schemaMoved || !name(before, table).equals(name(now, table)))
                .toList();
    }

    /** What to give instead of what was given. */
    private String wrong(Map<String, String> before) {
        return new TreeSet<>(names.keySet())
                .stream()
                        .filter(name -> !name(names, name).equals(before.get(name)))
                        .map(name -> option(name) + " " + before.get(name))
                        .collect(Collectors.joining(" and "));
    }

    private static String option(String placeholder) {
        return "--" + placeholder.replace('_', '-');
    }

    private static Optional<Map<String, String>> installed(Connection connection) throws SQLException {
        try (PreparedStatement there =
                        connection.prepareStatement("SELECT to_regclass('git_memory.installation') IS NOT NULL");
                ResultSet row = there.executeQuery()) {
            if (!row.next() || !row.getBoolean(1)) {
                return Optional.empty();
            }
        }
        List<String> columns =
                TableNames.DEFAULT.placeholders().keySet().stream().sorted().toList();
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT " + String.join(", ", columns) + " FROM git_memory.installation");
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            Map<String, String> names = new LinkedHashMap<>();
            for (String column : columns) {
                names.put(column, row.getString(column));
            }
            return Optional.of(names);
        }
    }

    private static boolean is(Connection connection, String question, String schema, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setString(1, schema);
            statement.setString(2, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
