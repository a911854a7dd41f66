package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a migration leaves is the closed list of rights, whatever the database gives to whom by itself. */
@OnEveryTarget
class RightsTest extends GuardTest {

    RightsTest(GuardTarget target) throws SQLException {
        super(target);
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
