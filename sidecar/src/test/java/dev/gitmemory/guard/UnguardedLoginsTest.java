package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Roles against whom nothing holds are named. */
@OnEveryTarget
class UnguardedLoginsTest extends GuardTest {

    UnguardedLoginsTest(GuardTarget target) throws SQLException {
        super(target);
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
                    "GRANT REFERENCES ON agents TO {role}",
                    "GRANT REFERENCES (id, label) ON block TO {role}",
                    "CREATE TABLE theirs.kid (id varchar, label varchar, FOREIGN KEY (id, label) REFERENCES block (id, label));"
                            + " ALTER TABLE theirs.kid OWNER TO {role}",
                    "CREATE FUNCTION theirs.d() RETURNS text LANGUAGE sql AS 'SELECT now()::text';"
                            + " ALTER FUNCTION theirs.d() OWNER TO {role};"
                            + " ALTER TABLE block ALTER description SET DEFAULT theirs.d()",
                    "CREATE FUNCTION theirs.c(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                            + " ALTER FUNCTION theirs.c(text) OWNER TO {role};"
                            + " ALTER TABLE block ADD CHECK (theirs.c(value))",
                    "CREATE FUNCTION theirs.i(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
                            + " ALTER FUNCTION theirs.i(text) OWNER TO {role};"
                            + " CREATE INDEX theirs ON block (theirs.i(project_id))",
                    "CREATE FUNCTION theirs.eq(text, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                            + " CREATE OPERATOR theirs.= (LEFTARG = text, RIGHTARG = integer, FUNCTION = theirs.eq);"
                            + " ALTER FUNCTION theirs.eq(text, integer) OWNER TO {role};"
                            + " ALTER TABLE block ADD CHECK (value OPERATOR(theirs.=) 1)",
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
}
