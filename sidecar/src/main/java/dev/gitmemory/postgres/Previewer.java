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

    private static final String OF_GIT_SHA =
            "FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'git_sha' AND NOT attisdropped";
    private static final String AND_COMMENTED =
            " AND starts_with(col_description(attrelid, attnum), 'The git commit that this row mirrors')";

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
        String blocks = tables.sql(tables.blocks());
        if (!exists("SELECT EXISTS (SELECT " + OF_GIT_SHA + ")", blocks)) {
            changes.add("Adds the column git_sha to " + blocks + ".");
        } else if (!exists("SELECT EXISTS (SELECT " + OF_GIT_SHA + AND_COMMENTED + ")", blocks) && !isInstalled()) {
            changes.add("Fails: " + blocks
                    + " has a column git_sha already, and it is not git-memory's (it lacks the comment by which"
                    + " git-memory knows its own). Give it another name first: ALTER TABLE " + blocks
                    + " RENAME COLUMN git_sha TO application_git_sha;");
        }
        if (!exists("SELECT to_regnamespace(?) IS NOT NULL", Migrations.SCHEMA)) {
            changes.add("Creates the schema " + Migrations.SCHEMA + " with the ledger, the guard's functions and the"
                    + " views.");
        }
        String missingRoles = missingRoles();
        if (!missingRoles.isEmpty()) {
            changes.add("Creates the roles " + missingRoles + ".");
        }
        List<String> leaving = leaving();
        if (!leaving.isEmpty()) {
            changes.add("Drops the guard's triggers on " + String.join(", ", leaving)
                    + ": writes to what is not among the tables named are not guarded.");
        }
        if (pending.stream().anyMatch(script -> script.contains("triggers"))) {
            changes.add("Creates those of the guard's triggers that are missing or other than they should be on "
                    + Stream.of(tables.blocks(), tables.blocksAgents(), tables.agentsTags(), tables.agents())
                            .map(tables::sql)
                            .collect(Collectors.joining(", "))
                    + ", which locks these tables for a moment.");
        }
        if (pending.stream().anyMatch(script -> script.contains("guard"))) {
            changes.add(guardChange(guard));
        }
        return changes;
    }

    /** Tables with triggers of ours that are none of the tables to be guarded, nor partitions of these. */
    private List<String> leaving() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT DISTINCT format('%I.%I', n.nspname, c.relname)
                FROM pg_trigger t
                     JOIN pg_proc p
                       ON p.oid = t.tgfoid
                     JOIN pg_class c
                       ON c.oid = t.tgrelid
                     JOIN pg_namespace n
                       ON n.oid = c.relnamespace
                WHERE p.pronamespace = to_regnamespace('git_memory')
                  AND n.nspname <> 'git_memory'
                  AND NOT EXISTS (SELECT
                                  FROM unnest(?) AS named (name)
                                  WHERE c.oid = to_regclass(named.name)
                                     OR c.oid IN (SELECT relid FROM pg_partition_tree(to_regclass(named.name))))
                ORDER BY 1
                """)) {
            statement.setArray(1, connection.createArrayOf("text", new String[] {
                tables.sql(tables.blocks()),
                tables.sql(tables.blocksAgents()),
                tables.sql(tables.agentsTags()),
                tables.sql(tables.agents())
            }));
            List<String> tablesLeft = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tablesLeft.add(rows.getString(1));
                }
            }
            return tablesLeft;
        }
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

    /** Whether the ledger says that the column of this table is git-memory's: a dump may have left the comment out. */
    private boolean isInstalled() throws SQLException {
        if (!exists("SELECT to_regclass(?) IS NOT NULL", "git_memory.installation")) {
            return false;
        }
        return exists(
                "SELECT EXISTS (SELECT FROM git_memory.installation"
                        + " WHERE to_regclass(format('%I.%I', app_schema, blocks_table)) = to_regclass(?))",
                tables.sql(tables.blocks()));
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
