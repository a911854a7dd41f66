package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.strings;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What the parts of the suite have in common: the database that they share on one target. */
abstract class GuardTest {
    private static final String REACH = """
            SELECT c.relname
            FROM pg_class c
            WHERE c.relnamespace = 'git_memory'::regnamespace
              AND CASE c.relkind
                      WHEN 'S' THEN has_sequence_privilege('{role}', c.oid, 'USAGE, SELECT, UPDATE')
                      WHEN 'i' THEN false
                      ELSE has_table_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                           OR has_any_column_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                  END
            UNION ALL
            SELECT p.oid::regprocedure::text
            FROM pg_proc p
            WHERE p.pronamespace = 'git_memory'::regnamespace
              AND has_function_privilege('{role}', p.oid, 'EXECUTE')
            UNION ALL
            SELECT 'schema'
            WHERE has_schema_privilege('{role}', 'git_memory', 'USAGE, CREATE')
            """;

    final GuardTarget target;
    final GuardedDatabase db;
    final World world;

    GuardTest(GuardTarget target) throws SQLException {
        this.target = target;
        this.db = target.database();
        this.world = new World(db);
    }

    /** Everything of ours that a role may touch in any way, by itself or as a member of others. */
    static List<String> reach(Connection connection, String role) throws SQLException {
        return strings(connection, REACH.replace("{role}", role));
    }

    Migrations migrations(GuardedDatabase own) {
        return new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine());
    }
}
