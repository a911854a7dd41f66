package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.MigrationReport;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others have built on git-memory's views holds up neither the guard's repair nor an upgrade. */
@OnEveryTarget
class DependentsTest extends GuardTest {

    private static final String GUARD_OFF =
            "CREATE OR REPLACE FUNCTION git_memory.gate_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";

    DependentsTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private static void build(GuardedDatabase own) throws SQLException {
        String reader = own.createRole("reader", "IN ROLE git_memory_reader");
        run(own.admin(), "CREATE SCHEMA rd AUTHORIZATION " + reader);
        run(own.admin(), "SET ROLE " + reader);
        run(own.admin(), "CREATE VIEW rd.states AS SELECT state FROM git_memory.status");
        run(own.admin(), "CREATE VIEW rd.count AS SELECT count(*) FROM rd.states");
        run(own.admin(), "RESET ROLE");
        run(own.admin(), "CREATE VIEW rd.defects AS SELECT object FROM git_memory.guard");
        run(own.admin(), "CREATE MATERIALIZED VIEW rd.drifts AS SELECT block_id FROM git_memory.drift");
        run(
                own.admin(),
                "CREATE FUNCTION rd.first() RETURNS git_memory.requests LANGUAGE sql STABLE"
                        + " AS 'SELECT * FROM git_memory.requests LIMIT 1'");
    }

    @Test
    void viewsOfReadersStayWhereTheGuardIsMended() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            build(own);
            run(own.admin(), GUARD_OFF);
            run(own.admin(), "ALTER VIEW git_memory.history RESET (security_barrier)");

            MigrationReport report = migrations(own).migrate();

            assertThat(report.applied()).contains("R__08_views.sql", "R__14_state.sql");
            assertThat(report.defects()).isEmpty();
            assertThat(string(own.admin(), "SELECT count FROM rd.count")).isEqualTo("1");
            assertThat(string(
                            own.admin(), "SELECT reloptions FROM pg_class WHERE oid = 'git_memory.history'::regclass"))
                    .isEqualTo("{security_barrier=true}");
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    @Test
    void aViewWithOtherColumnsStaysAndTheGuardIsMended() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            build(own);
            run(own.admin(), GUARD_OFF);
            run(own.admin(), "ALTER VIEW git_memory.status RENAME COLUMN remark TO remarks");
            run(own.admin(), "ALTER VIEW git_memory.requests RENAME COLUMN kind TO kinds");

            List<Defect> left = migrations(own).migrate().defects();

            assertThat(left)
                    .extracting(Defect::toString)
                    .hasSize(2)
                    .anyMatch(defect -> defect.startsWith("VIEW git_memory.status: not as installed")
                            && defect.endsWith(": VIEW rd.count, VIEW rd.states"))
                    .anyMatch(defect -> defect.startsWith("VIEW git_memory.requests: not as installed")
                            && defect.endsWith(": FUNCTION rd.first()"));
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            for (Defect defect : left) {
                run(own.admin(), String.valueOf(defect.remedy()));
            }
            assertThat(migrations(own).migrate().defects()).isEmpty();
            assertThat(migrations(own).migrate().applied()).isEmpty();
        }
    }

    @Test
    void viewsOfGitMemorysOwnThatDependOnOneWithOtherColumnsAreMadeAnew() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "ALTER VIEW git_memory.visible_organization RENAME COLUMN organization_id TO id");
            assertThat(migrations(own).migrate().defects()).isEmpty();
            assertThat(string(own.admin(), "SELECT count(*) FROM git_memory.status"))
                    .isEqualTo("0");
        }
    }
}
