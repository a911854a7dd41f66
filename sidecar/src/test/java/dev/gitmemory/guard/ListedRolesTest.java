package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Defect;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Roles that were allowed procedures or shown organisations: they get all of it, and lose all of it. */
@OnEveryTarget
class ListedRolesTest extends GuardTest {

    ListedRolesTest(GuardTarget target) throws SQLException {
        super(target);
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
}
