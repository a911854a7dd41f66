package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which role migrates, and what one is told that lacks something. */
@OnEveryTarget
class MigratingRoleTest extends GuardTest {

    MigratingRoleTest(GuardTarget target) throws SQLException {
        super(target);
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
    void whatWasTakenFromTheOwnerOfItAllAMemberGivesBack() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            for (String table :
                    List.of("organizations", "agents", "block", "blocks_agents", "agents_tags", "blocks_tags")) {
                run(own.admin(), "ALTER TABLE " + table + " OWNER TO " + owner);
            }
            if (target.engine() == GuardEngine.PLJAVA) {
                run(own.admin(), "GRANT USAGE ON SCHEMA sqlj TO " + owner);
                run(own.admin(), "GRANT USAGE ON LANGUAGE java TO " + owner);
            }
            Migrations migrations = new Migrations(own.source(owner), TableNames.DEFAULT, target.engine());
            run(own.admin(), "REVOKE ALL ON git_memory.repo, git_memory.judgement FROM git_memory_owner");
            run(own.admin(), "REVOKE ALL ON ALL ROUTINES IN SCHEMA git_memory FROM git_memory_owner");
            assertThat(migrations.defects()).isNotEmpty();

            MigrationReport report = migrations.migrate();

            assertThat(report.mended()).isNotEmpty();
            assertThat(report.defects()).isEmpty();
            assertThat(migrations.defects()).isEmpty();

            run(own.admin(), "REVOKE ALL ON git_memory.installation FROM git_memory_owner");
            SuperuserNeededException needed = catchThrowableOfType(SuperuserNeededException.class, migrations::migrate);
            assertThat(needed.remedies()).containsExactly("GRANT ALL ON git_memory.installation TO git_memory_owner;");
            run(own.admin(), needed.remedies().get(0));
            assertThat(migrations.defects()).isEmpty();
        }
    }

    @Test
    void whoMayCallTheComparisonMayCheck() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String boss = own.createRole("boss", "IN ROLE git_memory_admin");
            Migrations migrations = new Migrations(own.source(boss), TableNames.DEFAULT, target.engine());
            assertThat(migrations.defects()).isEmpty();
            run(own.admin(), "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update");
            assertThat(migrations.defects()).hasSize(1);
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
}
