package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Whether the connected role is one that should migrate at all, whatever rights it may be given. */
final class MigratingRole {

    /**
     * The owner of the table of blocks where the role can't act for it on an installed database, or is a sidecar's; whether it can
     * act for it.
     */
    private static final String UNFIT = """
            SELECT pg_get_userbyid(c.relowner),
                   pg_has_role(current_user, c.relowner, 'USAGE')
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_roles r ON r.rolname = current_user
             WHERE n.nspname = ?
               AND c.relname = ?
               AND NOT r.rolsuper
               AND ((NOT pg_has_role(current_user, c.relowner, 'USAGE') AND to_regnamespace('git_memory') IS NOT NULL)
                    OR (pg_has_role(current_user, to_regrole('git_memory_sidecar')::oid, 'MEMBER')
                        AND NOT (pg_has_role(current_user, c.relowner, 'USAGE')
                                 AND pg_has_role(current_user, to_regrole('git_memory_owner')::oid, 'USAGE'))))
            """;

    private MigratingRole() {}

    /**
     * Refuses roles of sidecars, and on an installed database those that don't own the application's tables: one that became a
     * member of git_memory_owner to migrate would be a role against which nothing holds.
     *
     * @param connection with a search_path that finds nothing but PostgreSQL's own
     * @throws MigrationException with the role to migrate as
     */
    static void require(Connection connection, TableNames tables) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNFIT)) {
            statement.setString(1, tables.schema());
            statement.setString(2, tables.blocks());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    String role = connection.getMetaData().getUserName();
                    throw new MigrationException(
                            row.getBoolean(2)
                                    ? ("%s is a member of git_memory_sidecar and not of git_memory_owner; nothing was changed. Migrate"
                                                    + " as another role that owns the application's tables, or as a superuser")
                                            .formatted(role)
                                    : ("%s does not own the application's tables, so it can't migrate; nothing was changed. Migrate as"
                                                    + " the role that owns them (%s), or as a superuser")
                                            .formatted(role, row.getString(1)));
                }
            }
        }
    }
}
