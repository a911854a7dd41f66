package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a migration leaves is the closed list of rights, whatever the database gives to whom by itself. */
@OnEveryTarget
class RightsTest extends GuardTest {

    /** Everything of ours that a role may touch in any way, by itself or as a member of others. */
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

    RightsTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private static List<String> reach(Connection connection, String role) throws SQLException {
        return strings(connection, REACH.replace("{role}", role));
    }

    private Migrations migrations(GuardedDatabase own) {
        return new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine());
    }

    /** What templates for databases have, and more of the kind. */
    private static void giveEverything(Connection connection, String app, String group) throws SQLException {
        for (String sql : List.of(
                "GRANT ALL ON TABLES TO " + app,
                "GRANT ALL ON SEQUENCES TO " + app,
                "GRANT ALL ON FUNCTIONS TO " + app,
                "GRANT ALL ON SCHEMAS TO " + app,
                "GRANT SELECT, UPDATE ON TABLES TO " + group + " WITH GRANT OPTION",
                "GRANT EXECUTE ON ROUTINES TO " + group + " WITH GRANT OPTION",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO PUBLIC",
                "GRANT USAGE ON SCHEMAS TO PUBLIC",
                "GRANT DELETE ON TABLES TO git_memory_reader")) {
            run(connection, "ALTER DEFAULT PRIVILEGES " + sql);
        }
    }

    @Test
    void defaultPrivilegesReachNothingOfOurs() throws SQLException {
        target.fresh().close(); // the roles are there
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            String app = own.appRole();
            String group = own.createRole("group", "");
            giveEverything(own.admin(), app, group);

            assertThat(migrations(own).migrate().defects())
                    .allMatch(defect -> defect.object().equals("SCHEMA sqlj")); // PL/Java's own, in its own words

            assertThat(reach(own.admin(), app)).isEmpty();
            assertThat(reach(own.admin(), group)).isEmpty();
            assertThat(reach(own.admin(), "git_memory_reader")).doesNotContain("file", "request", "commit_key");
            Memory memory = new World(own).enabled();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    @Test
    void neitherDoThoseOfAnOwnerWhoIsNoSuperuserInASchemaThatWasThereBefore() throws SQLException {
        target.fresh().close();
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            String app = own.createRole("app", "");
            String group = own.createRole("group", "");
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            run(own.admin(), "GRANT ALL ON SCHEMA public TO " + owner);
            run(own.admin(), "CREATE SCHEMA git_memory AUTHORIZATION " + owner);
            run(own.admin(), "GRANT ALL ON SCHEMA git_memory TO " + app + ", PUBLIC");
            try (Connection connection = own.source(owner).getConnection()) {
                run(connection, Resources.existingApplication());
                giveEverything(connection, app, group);
                run(
                        connection,
                        "ALTER DEFAULT PRIVILEGES IN SCHEMA git_memory GRANT ALL ON TABLES TO " + app + ", PUBLIC");
                run(connection, "ALTER DEFAULT PRIVILEGES IN SCHEMA git_memory GRANT EXECUTE ON FUNCTIONS TO " + app);
            }

            Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.PLPGSQL);
            assertThat(migrations.migrate().defects()).isEmpty();

            assertThat(reach(own.admin(), app)).isEmpty();
            assertThat(reach(own.admin(), group)).isEmpty();
            assertThat(strings(own.admin(), "SELECT DISTINCT unnest(unguarded_logins) FROM git_memory.guard"))
                    .contains(owner)
                    .doesNotContain(app, group);
        }
    }

    /** Views are made anew by an upgrade, with what is the default by then. */
    @Test
    void norWhatScriptsMakeAnewLater() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            String group = own.createRole("group", "");
            giveEverything(own.admin(), app, group);
            run(own.admin(), "DROP VIEW git_memory.status, git_memory.history");
            assertThat(migrations(own).migrate().defects()).isEmpty();
            assertThat(reach(own.admin(), app)).isEmpty();
            assertThat(reach(own.admin(), group)).isEmpty();
        }
    }

    @Test
    void loginsAgainstWhomNothingHoldsAreNamed() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            String tables = own.createRole("tables", "");
            String group = own.createRole("group", "");
            String member = own.createRole("member", "IN ROLE " + group);
            String guard = own.createRole("guard", "IN ROLE git_memory_owner");
            String trigger = own.createRole("trigger", "");
            String reader = own.createRole("reader", "IN ROLE git_memory_reader");
            run(own.admin(), "ALTER TABLE agents OWNER TO " + tables);
            run(own.admin(), "ALTER TABLE blocks_agents OWNER TO " + group);
            run(own.admin(), "GRANT TRIGGER ON block TO " + trigger);
            assertThat(strings(own.admin(), "SELECT DISTINCT unnest(unguarded_logins) FROM git_memory.guard"))
                    .contains(tables, group, member, guard, trigger)
                    .doesNotContain(app, reader);
        }
    }

    @Test
    void whatWasAllowedOrShownIsTakenBackWhole() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String role = own.createRole("Some \"one\"".replaceAll("[^a-z]", "x"), "");
            Connection admin = own.admin();
            run(admin, "SELECT git_memory.allow('" + role + "', 'write_block', 'diff')");
            assertThat(reach(admin, role)).contains("schema").noneMatch(name -> name.contains("purge"));
            run(admin, "SELECT git_memory.show_organization('" + role + "', 'org-1')");
            assertThat(reach(admin, role)).contains("status", "history");
            assertThat(strings(admin, "SELECT object || state FROM git_memory.defects()"))
                    .isEmpty();

            run(admin, "SELECT git_memory.disallow('" + role + "', 'write_block')");
            assertThat(reach(admin, role))
                    .anyMatch(name -> name.contains(".diff("))
                    .noneMatch(name -> name.contains("write_block"));
            run(admin, "SELECT git_memory.hide_organization('" + role + "', 'org-1')");
            assertThat(reach(admin, role)).contains("schema").doesNotContain("status", "history");
            run(admin, "SELECT git_memory.disallow('" + role + "', 'diff')");
            assertThat(reach(admin, role)).isEmpty();

            assertThatThrownBy(() -> run(admin, "SELECT git_memory.allow('nobody at all', 'diff')"))
                    .hasMessageContaining("role \"nobody at all\" does not exist");
            assertThatThrownBy(() -> run(admin, "SELECT git_memory.show_organization('nobody at all', 'org-1')"))
                    .hasMessageContaining("role \"nobody at all\" does not exist");
            assertThatThrownBy(() -> run(admin, "SELECT git_memory.disallow('git_memory_admin', 'diff')"))
                    .hasMessageContaining("git_memory_admin may call every procedure");
        }
    }

    /** What pg_restore --no-owner leaves where a superuser restores and another role migrates. */
    @Test
    void whereASuperuserOwnsWhatIsOursTheSqlForHimIsTold() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String owner = own.createRole("owner", "");
            for (String owned : strings(
                    own.admin(),
                    "SELECT object FROM git_memory.owned_objects() WHERE has_own OR name = 'flyway_schema_history'")) {
                run(own.admin(), "ALTER " + owned + " OWNER TO CURRENT_USER");
            }
            for (String table :
                    List.of("organizations", "agents", "block", "blocks_agents", "agents_tags", "blocks_tags")) {
                run(own.admin(), "ALTER TABLE " + table + " OWNER TO " + owner);
            }
            run(own.admin(), "GRANT ALL ON SCHEMA public TO " + owner);
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            if (target.engine() == GuardEngine.PLJAVA) {
                run(own.admin(), "GRANT USAGE ON SCHEMA sqlj TO " + owner);
                run(own.admin(), "GRANT USAGE ON LANGUAGE java TO " + owner);
            }
            List<String> before = SchemaSnapshot.of(own);
            Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, target.engine());

            SuperuserNeededException needed = catchThrowableOfType(SuperuserNeededException.class, migrations::migrate);

            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
            assertThat(needed.remedies())
                    .contains(
                            "GRANT git_memory_owner TO " + owner + ";",
                            "ALTER TABLE git_memory.file OWNER TO git_memory_owner;");
            for (String remedy : needed.remedies()) {
                run(own.admin(), remedy);
            }
            assertThat(migrations.migrate().defects()).isEmpty();
            assertThat(migrations.defects()).isEmpty();
            assertThat(string(own.admin(), "SELECT count(*) FROM git_memory.defects()"))
                    .isEqualTo("0");
        }
    }

    @Test
    void withoutPlJavaTheGuardComesBackInPlpgsql() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            if (target.engine() == GuardEngine.PLJAVA) {
                run(own.admin(), "DROP EXTENSION pljava CASCADE");
            } else {
                run(own.admin(), "DROP FUNCTION git_memory.guard_link, git_memory.guard_removal CASCADE");
            }
            assertThat(run(own.app(), "UPDATE block SET value = 'around' WHERE id = ?", memory.block()))
                    .as("nobody guards")
                    .isEqualTo(1);
            assertThat(migrations(own).defects())
                    .anyMatch(defect -> defect.toString().equals("ROUTINE git_memory.guard_link(): missing"))
                    .anyMatch(defect -> defect.toString()
                            .equals("guard: installed in " + target.engine().setting() + ", found in none"));

            Migrations plpgsql = new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL);
            assertThat(plpgsql.migrate().defects()).isEmpty();

            assertThat(string(own.admin(), "SELECT count(*) FROM git_memory.drift"))
                    .isEqualTo("1");
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'more' WHERE id = ?", memory.block()));
        }
    }
}
