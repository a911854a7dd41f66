package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What uninstalling leaves, names and refuses. */
@OnEveryTarget
class UninstallTest extends GuardTest {

    UninstallTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private static List<String> withoutPlJava(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("schema sqlj ") && !line.equals("extension pljava"))
                .toList();
    }

    @Test
    void uninstallingLeavesNoTrace() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            own.appRole();
            List<String> before = SchemaSnapshot.of(own);
            migrations(own).migrate();
            Memory memory = new World(own).enabled();

            List<String> remarks = migrations(own).uninstall(true, false);

            assertThat(withoutPlJava(SchemaSnapshot.of(own))).isEqualTo(before);
            List<String> left = new ArrayList<>();
            left.add(
                    "The roles stay, for other databases may use them. Once git-memory is gone from every database of the"
                            + " server: DROP ROLE git_memory_owner, git_memory_sidecar, git_memory_admin, git_memory_reader;");
            if (target.engine() == GuardEngine.PLJAVA) {
                left.add("PL/Java stays, for others may use it: DROP EXTENSION pljava; DROP SCHEMA sqlj;");
            }
            left.add("The tag \"git-memory-enabled\" stays at 1 agent(s) and means nothing any more; so do their"
                    + " repositories in the object storage.");
            left.add(
                    "Labels that enabling gave the prefix \"system/\" keep it. Agents that were enabled, and how many labels"
                            + " of theirs begin so: " + memory.agent() + " (1).");
            left.add(
                    "In public.block, version and _last_updated_by_id stay as git-memory's writes have set them; 1 block(s)"
                            + " were last written so.");
            assertThat(remarks).isEqualTo(left);
            assertThat(run(own.app(), "UPDATE block SET value = 'free' WHERE id = ?", memory.block()))
                    .isEqualTo(1);
            if (target.engine() == GuardEngine.PLJAVA) {
                assertThat(strings(own.admin(), "SELECT jarname FROM sqlj.jar_repository"))
                        .isEmpty();
            }
            assertThatThrownBy(() -> migrations(own).uninstall(true, false))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageStartingWith("git-memory is not installed in this database.");

            migrations(own).migrate();
            assertThat(migrations(own).pending()).isEmpty();
        }
    }

    @Test
    void whatOthersHaveBuiltOnItIsNamedAndGoesOnlyWhenToldTo() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            migrations(own).migrate();
            run(own.admin(), "CREATE VIEW enabled_agents AS SELECT agent_id FROM git_memory.status WHERE tagged");
            run(own.admin(), "CREATE VIEW counted AS SELECT count(*) FROM enabled_agents");
            run(own.admin(), "CREATE TABLE seen (sha text DEFAULT git_memory.expected_sha('a block'))");
            List<String> before = SchemaSnapshot.of(own);
            String named = "default value for public.seen.sha, view public.counted, view public.enabled_agents";

            for (Runnable refused :
                    List.<Runnable>of(() -> migrations(own).uninstall(false, false), () -> migrations(own)
                            .previewUninstall(false, false))) {
                assertThatThrownBy(refused::run)
                        .isInstanceOf(MigrationException.class)
                        .hasMessageContaining("what stands on objects of git-memory: " + named + ".")
                        .hasMessageContaining("--drop-dependents");
            }
            assertThat(migrations(own).previewUninstall(false, true))
                    .contains("Gone with it, for it stood on objects of git-memory: " + named + ".");
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);

            try (Statement statement = own.admin().createStatement()) {
                statement.execute("SELECT * FROM git_memory.uninstall(drop_dependents => true)");
                assertThat((Throwable) statement.getWarnings())
                        .as("no line for each object")
                        .isNull();
            }
            assertThat(strings(own.admin(), "SELECT viewname FROM pg_views WHERE schemaname = 'public'"))
                    .isEmpty();
        }
    }

    @Test
    void uninstallingSaysWhatToRevokeBeforeTheRolesCanGo() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            migrations(own).migrate();
            run(own.admin(), "CREATE SCHEMA another");
            run(own.admin(), "GRANT USAGE ON SCHEMA another TO git_memory_owner");
            run(own.admin(), "GRANT USAGE ON LANGUAGE plpgsql TO git_memory_owner");

            String roles = migrations(own).uninstall(false, false).stream()
                    .filter(line -> line.startsWith("The roles stay"))
                    .findFirst()
                    .orElseThrow();
            assertThat(roles)
                    .contains(
                            "server: in each of these databases REVOKE USAGE ON LANGUAGE plpgsql FROM git_memory_owner; REVOKE USAGE ON SCHEMA"
                                    + " another FROM git_memory_owner; and then, once, DROP ROLE ");
            run(own.admin(), roles.substring(roles.indexOf("REVOKE"), roles.indexOf("and then, once, ")));
            assertThat(strings(own.admin(), """
                            SELECT pg_describe_object(d.classid, d.objid, 0)
                              FROM pg_shdepend d
                              JOIN pg_roles r ON r.oid = d.refobjid
                             WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                               AND r.rolname LIKE 'git\\_memory\\_%'
                            """))
                    .as("nothing else holds them in this database")
                    .isEmpty();
        }
    }

    @Test
    void uninstallingKeepsTheColumnUnlessToldOtherwise() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            migrations(own).migrate();

            assertThat(migrations(own).uninstall(false, false))
                    .contains("The column git_sha stays: ALTER TABLE public.block DROP COLUMN git_sha;");

            assertThat(withoutPlJava(SchemaSnapshot.of(own)))
                    .filteredOn(line -> line.contains("git_sha"))
                    .hasSize(1);
        }
    }
}
