package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds out what pending migrations would change, reading only. */
final class Previewer {
    private static final List<String> ROLES =
            List.of("git_memory_owner", "git_memory_sidecar", "git_memory_admin", "git_memory_reader");

    private final Connection connection;
    private final TableNames tables;

    Previewer(Connection connection, TableNames tables) {
        this.connection = connection;
        this.tables = tables;
    }

    List<String> changes(List<String> pending, GuardEngine guard) throws SQLException {
        List<String> changes = new ArrayList<>();
        if (pending.isEmpty()) {
            return changes;
        }
        for (String table : Stream.of(
                        tables.organizations(),
                        tables.agents(),
                        tables.blocks(),
                        tables.blocksAgents(),
                        tables.agentsTags(),
                        tables.blocksTags())
                .map(tables::sql)
                .toList()) {
            if (!exists("SELECT to_regclass(?) IS NOT NULL", table)) {
                changes.add("Creates the table " + table + ".");
            }
        }
        if (!exists(
                "SELECT EXISTS (SELECT FROM pg_attribute"
                        + " WHERE attrelid = to_regclass(?) AND attname = 'git_sha' AND NOT attisdropped)",
                tables.sql(tables.blocks()))) {
            changes.add("Adds the column git_sha to " + tables.sql(tables.blocks()) + ".");
        }
        if (!exists("SELECT to_regnamespace(?) IS NOT NULL", Migrations.SCHEMA)) {
            changes.add("Creates the schema " + Migrations.SCHEMA + " with the ledger, the guard's functions and the"
                    + " views.");
        }
        String missingRoles = missingRoles();
        if (!missingRoles.isEmpty()) {
            changes.add("Creates the roles " + missingRoles + ".");
        }
        if (pending.stream().anyMatch(script -> script.contains("triggers"))) {
            changes.add("Creates those of the guard's triggers that are missing or other than they should be on "
                    + Stream.of(tables.blocks(), tables.blocksAgents(), tables.agentsTags(), tables.agents())
                            .map(tables::sql)
                            .collect(Collectors.joining(", "))
                    + ", which locks the table for a moment.");
        }
        if (pending.stream().anyMatch(script -> script.contains("guard"))) {
            changes.add(guardChange(guard));
        }
        return changes;
    }

    private String guardChange(GuardEngine guard) throws SQLException {
        if (guard == GuardEngine.PLPGSQL) {
            return "Installs the guard in PL/pgSQL.";
        }
        String obstacle = PlJavaObstacle.find(connection);
        if (guard == GuardEngine.PLJAVA) {
            return obstacle == null ? "Installs the guard in PL/Java." : "Fails: " + obstacle;
        }
        return obstacle == null
                ? "Installs the guard in PL/Java if that works here, and nothing is known to be in the way; else in PL/pgSQL."
                : "Installs the guard in PL/pgSQL: " + obstacle;
    }

    private String missingRoles() throws SQLException {
        List<String> missing = new ArrayList<>();
        for (String role : ROLES) {
            if (!exists("SELECT to_regrole(?) IS NOT NULL", role)) {
                missing.add(role);
            }
        }
        return String.join(", ", missing);
    }

    private boolean exists(String question, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
