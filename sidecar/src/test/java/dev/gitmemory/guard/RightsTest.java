package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
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
                    .allMatch(defect -> defect.object().contains(" sqlj")); // PL/Java's own, in its own words

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

    /** A role that may create in the schema makes a function that an index of its own calls with its owner's rights. */
    @Test
    void whatOthersMadeInTheSchemaIsNeverGivenToTheOwner() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            Connection admin = own.admin();
            run(admin, "GRANT CREATE, USAGE ON SCHEMA git_memory, public TO " + app);
            run(
                    own.app(),
                    "CREATE FUNCTION git_memory.sd(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER"
                            + " AS $$ BEGIN RETURN $1 - $2; END $$");
            run(own.app(), "CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = git_memory.sd)");
            run(own.app(), "CREATE TABLE public.spans (span public.span)");
            run(own.app(), "CREATE INDEX ON public.spans USING gist (span)");
            run(
                    own.app(),
                    "CREATE FUNCTION git_memory.digest(text, text, bigint, boolean, json, integer) RETURNS text LANGUAGE sql"
                            + " SECURITY DEFINER AS 'SELECT 1::text'");
            run(own.app(), "CREATE TABLE git_memory.theirs (id serial PRIMARY KEY)");
            run(own.app(), "CREATE MATERIALIZED VIEW git_memory.seen AS SELECT 1 AS n");
            run(own.app(), "GRANT ALL ON git_memory.theirs TO git_memory_reader");

            List<Defect> left = migrations(own).migrate().defects();

            assertThat(strings(
                            admin,
                            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'git_memory'::regnamespace"
                                    + " AND (p.proname = 'sd' OR p.pronargs = 6 AND p.proname = 'digest')"
                                    + " AND p.proowner <> '" + app + "'::regrole"
                                    + " UNION ALL SELECT c.relname FROM pg_class c WHERE c.relname IN ('theirs', 'seen')"
                                    + " AND c.relowner <> '" + app + "'::regrole"))
                    .as("given to another")
                    .isEmpty();
            assertThat(reach(admin, "git_memory_reader"))
                    .doesNotContain("theirs")
                    .noneMatch(name -> name.contains("json,integer") || name.contains(".sd("));
            assertThat(left.stream().map(Defect::remedy))
                    .containsExactlyInAnyOrder(
                            "ALTER ROUTINE git_memory.sd(double precision, double precision) SET SCHEMA public;",
                            "DROP ROUTINE git_memory.digest(text, text, bigint, boolean, json, integer);",
                            "DROP TABLE git_memory.theirs;",
                            "DROP MATERIALIZED VIEW git_memory.seen;");
            for (Defect defect : left) {
                run(admin, String.valueOf(defect.remedy()));
            }
            assertThat(migrations(own).defects()).isEmpty();
            run(own.app(), "INSERT INTO public.spans VALUES ('[1,2]')");
        }
    }

    /** A function of our name that is missing, made by another before we make it. */
    @Test
    void aFunctionOfOurNameIsMadeAnewBeforeItRunsWithTheOwnersRights() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            run(own.admin(), "GRANT CREATE, USAGE ON SCHEMA git_memory TO " + app);
            run(own.admin(), "DROP FUNCTION git_memory.is_guarded(text) CASCADE");
            run(
                    own.app(),
                    "CREATE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean LANGUAGE sql SECURITY DEFINER"
                            + " AS 'SELECT false'");
            assertThat(strings(own.admin(), "SELECT remedy FROM git_memory.defects()"))
                    .contains("ALTER ROUTINE git_memory.is_guarded(text) SECURITY INVOKER;"
                            + " ALTER ROUTINE git_memory.is_guarded(text) OWNER TO git_memory_owner;");

            assertThat(migrations(own).migrate().defects()).isEmpty();

            assertThat(string(
                            own.admin(),
                            "SELECT proowner::regrole || ' ' || prosrc FROM pg_proc"
                                    + " WHERE oid = 'git_memory.is_guarded(text)'::regprocedure"))
                    .startsWith("git_memory_owner ")
                    .doesNotContain("SELECT false");
        }
    }

    @Test
    void aGrantByTheOwnerOfTheSchemaIsTakenBackUnderAnyOwner() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            run(own.admin(), "ALTER SCHEMA git_memory OWNER TO " + owner);
            run(own.admin(), "GRANT CREATE ON SCHEMA git_memory TO git_memory_owner");
            run(own.admin(), "GRANT USAGE ON SCHEMA git_memory TO git_memory_owner WITH GRANT OPTION");
            run(own.admin(), "SET ROLE git_memory_owner");
            run(own.admin(), "GRANT USAGE ON SCHEMA git_memory TO " + app);
            run(own.admin(), "RESET ROLE");
            List<String> remedies = strings(
                    own.admin(), "SELECT remedy FROM git_memory.defects() WHERE state = '" + app + " has USAGE'");
            assertThat(remedies)
                    .containsExactly("SET ROLE git_memory_owner; REVOKE ALL ON SCHEMA git_memory FROM " + app
                            + " CASCADE; RESET ROLE;");

            try (Connection superuser = own.newAdmin()) {
                superuser.setAutoCommit(false);
                run(superuser, remedies.get(0));
                assertThat(reach(superuser, app)).isEmpty();
                superuser.rollback();
                run(superuser, "CALL git_memory.set_grants(NULL, NULL, NULL)");
                assertThat(reach(superuser, app)).isEmpty();
                superuser.rollback();
            }
            assertThat(migrations(own).migrate().defects()).isEmpty();
            assertThat(reach(own.admin(), app)).isEmpty();
        }
    }

    @Test
    void aMemberOfTheOwnerAllowsAndTakesBackWhole() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String member = own.createRole("member", "IN ROLE git_memory_owner");
            String helper = own.createRole("helper", "");
            try (Connection connection = own.source(member).getConnection()) {
                run(connection, "SELECT git_memory.allow('" + helper + "', 'diff')");
                run(connection, "SELECT git_memory.show_organization('" + helper + "', 'org-1')");
                assertThat(reach(own.admin(), helper)).contains("schema", "status");
                assertThat(migrations(own).defects()).isEmpty();
                run(connection, "SELECT git_memory.disallow('" + helper + "', 'diff')");
                run(connection, "SELECT git_memory.hide_organization('" + helper + "', 'org-1')");
                assertThat(reach(own.admin(), helper)).isEmpty();

                run(own.admin(), "ALTER SCHEMA git_memory OWNER TO CURRENT_USER");
                run(own.admin(), "GRANT USAGE ON SCHEMA git_memory TO git_memory_owner");
                assertThatThrownBy(() -> run(connection, "SELECT git_memory.allow('" + helper + "', 'diff')"))
                        .hasMessageContaining("not all rights of role \"" + helper + "\" can be changed by " + member)
                        .hasMessageContaining("SCHEMA git_memory");
                assertThat(reach(own.admin(), helper)).isEmpty();
                assertThat(strings(own.admin(), "SELECT role_name FROM git_memory.allowed_call"))
                        .isEmpty();
            }
        }
    }

    @Test
    void anotherRoleOfTheSameNameGetsNothing() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Connection admin = own.admin();
            String helper = own.createRole("helper", "");
            String renamed = own.createRole("renamed", "");
            run(admin, "SELECT git_memory.allow('" + helper + "', 'diff')");
            run(admin, "SELECT git_memory.show_organization('" + helper + "', 'org-1')");
            run(admin, "SELECT git_memory.allow('" + renamed + "', 'diff')");
            run(admin, "DROP OWNED BY " + helper);
            run(admin, "DROP ROLE " + helper);
            run(admin, "CREATE ROLE " + helper);
            run(admin, "ALTER ROLE " + renamed + " RENAME TO " + renamed + "_now");

            assertThat(migrations(own).migrate().mended())
                    .extracting(Defect::toString)
                    .containsExactlyInAnyOrder(
                            "ROLE " + helper
                                    + ": was allowed diff, and is gone; a role that is called so now is another",
                            "ROLE " + helper
                                    + ": was shown org-1, and is gone; a role that is called so now is another");

            assertThat(reach(admin, helper)).isEmpty();
            assertThat(reach(admin, renamed + "_now")).contains("schema");
            assertThat(strings(admin, "SELECT role_name FROM git_memory.allowed_call"))
                    .containsExactly(renamed + "_now");
            run(admin, "SELECT git_memory.disallow('" + renamed + "_now', 'diff')");
            run(admin, "DROP ROLE " + renamed + "_now");
        }
    }

    @Test
    void aRoleThatCouldNotMigrateIsNeverToldToBecomeTheOwner() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String tables = string(own.admin(), "SELECT current_user");
            String sidecar = own.createRole("sidecar", "IN ROLE git_memory_sidecar");
            Migrations migrations = new Migrations(own.source(sidecar), TableNames.DEFAULT, target.engine());
            assertThatThrownBy(migrations::migrate)
                    .isNotInstanceOf(SuperuserNeededException.class)
                    .hasMessage(sidecar + " does not own the application's tables, so it can't migrate; nothing was"
                            + " changed. Migrate as the role that owns them (" + tables + "), or as a superuser");

            run(own.admin(), "ALTER TABLE block OWNER TO " + sidecar);
            assertThatThrownBy(migrations::migrate)
                    .isNotInstanceOf(SuperuserNeededException.class)
                    .hasMessageContaining("is a member of git_memory_sidecar and not of git_memory_owner");
        }
    }

    @Test
    void aMemberThatDoesNotInheritIsToldWhatMakesItInherit() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String owner = own.createRole("owner", "NOINHERIT IN ROLE git_memory_owner");
            for (String table :
                    List.of("organizations", "agents", "block", "blocks_agents", "agents_tags", "blocks_tags")) {
                run(own.admin(), "ALTER TABLE " + table + " OWNER TO " + owner);
            }
            Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, target.engine());

            SuperuserNeededException needed = catchThrowableOfType(SuperuserNeededException.class, migrations::defects);

            for (String remedy : needed.remedies()) {
                run(own.admin(), remedy);
            }
            assertThat(migrations.defects()).isEmpty();
        }
    }

    @Test
    void whoMayWriteAroundTheGuardIsNamed() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Connection admin = own.admin();
            run(admin, "CREATE TABLE more () INHERITS (block)");
            run(admin, "CREATE SCHEMA theirs");
            List<String> named = new ArrayList<>();
            for (String sql : List.of(
                    "GRANT pg_write_all_data TO {role}",
                    "GRANT pg_execute_server_program TO {role}",
                    "ALTER SCHEMA public OWNER TO {role}",
                    "GRANT TRIGGER ON more TO {role}",
                    "ALTER TABLE more OWNER TO {role}",
                    "GRANT TRIGGER ON organizations TO {role}",
                    "GRANT INSERT ON git_memory.file TO {role}",
                    "GRANT UPDATE (digest) ON git_memory.file TO {role}",
                    "GRANT TRIGGER ON block TO PUBLIC",
                    "CREATE FUNCTION theirs.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                            + " ALTER FUNCTION theirs.f() OWNER TO {role};"
                            + " CREATE TRIGGER theirs BEFORE INSERT ON block FOR EACH ROW EXECUTE FUNCTION theirs.f()")) {
                String role = own.createRole("mighty", "NOINHERIT");
                admin.setAutoCommit(false);
                run(admin, sql.replace("{role}", role));
                if (strings(admin, "SELECT unnest(git_memory.unguarded_logins())")
                        .contains(role)) {
                    named.add(sql);
                }
                admin.rollback();
                admin.setAutoCommit(true);
                assertThat(strings(admin, "SELECT unnest(git_memory.unguarded_logins())"))
                        .doesNotContain(role);
                assertThat(named).contains(sql);
            }
            String creator = own.createRole("creator", "CREATEROLE");
            String sidecar = own.createRole("sidecar", "IN ROLE git_memory_sidecar");
            boolean isOld = Integer.parseInt(string(admin, "SHOW server_version_num")) < 160000;
            assertThat(strings(admin, "SELECT unnest(git_memory.unguarded_logins())")
                            .contains(creator))
                    .isEqualTo(isOld);
            assertThat(strings(admin, "SELECT unnest(git_memory.unguarded_logins())"))
                    .as("it is git-memory itself")
                    .doesNotContain(sidecar);
        }
    }

    /** As a restore without owners and rights by a superuser leaves it. */
    @Test
    void theRoleThatMigratedBeforeIsToldWhatLetsItLookAgain() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            for (String table :
                    List.of("organizations", "agents", "block", "blocks_agents", "agents_tags", "blocks_tags")) {
                run(own.admin(), "ALTER TABLE " + table + " OWNER TO " + owner);
            }
            run(own.admin(), "ALTER SCHEMA git_memory OWNER TO CURRENT_USER");
            run(own.admin(), "REVOKE ALL ON git_memory.flyway_schema_history FROM git_memory_owner");
            assertThat(
                            strings(
                                    own.admin(),
                                    "SELECT concat_ws(' | ', object, remedy) FROM git_memory.guard WHERE trigger_state <> 'ok'"))
                    .containsExactly("SCHEMA git_memory | ALTER SCHEMA git_memory OWNER TO git_memory_owner;");
            Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, target.engine());

            SuperuserNeededException needed = catchThrowableOfType(SuperuserNeededException.class, migrations::defects);

            assertThat(needed.remedies())
                    .filteredOn(remedy -> !remedy.contains("LANGUAGE java")) // where the guard is in Java
                    .containsExactly(
                            "ALTER SCHEMA git_memory OWNER TO git_memory_owner;",
                            "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE git_memory.flyway_schema_history TO git_memory_owner;");
            for (String remedy : needed.remedies()) {
                run(own.admin(), remedy);
            }
            assertThat(migrations.defects()).isEmpty();
        }
    }

    /** As a restore without rights by an owner who is no superuser leaves it. */
    @Test
    void anOwnerWhoIsNoSuperuserGivesTheSchemaBeforeWhatIsInIt() throws SQLException {
        target.fresh().close();
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            run(own.admin(), "GRANT ALL ON SCHEMA public TO " + owner);
            try (Connection connection = own.source(owner).getConnection()) {
                run(connection, Resources.existingApplication());
                Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.PLPGSQL);
                assertThat(migrations.migrate().defects()).isEmpty();
                run(own.admin(), "ALTER SCHEMA git_memory OWNER TO " + owner);
                for (String owned :
                        strings(own.admin(), "SELECT object FROM git_memory.owned_objects() WHERE has_own")) {
                    run(own.admin(), "ALTER " + owned + " OWNER TO " + owner);
                }
                run(own.admin(), "REVOKE CREATE ON DATABASE " + own.name() + " FROM " + owner);
                run(own.admin(), "REVOKE ALL ON SCHEMA git_memory FROM git_memory_owner, git_memory_sidecar CASCADE");

                assertThat(migrations.migrate().defects()).isEmpty();
                assertThat(migrations.defects()).isEmpty();
            }
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
