package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationReport;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever is not as it was installed is named, and mended where it can be. */
@OnEveryTarget
class DefectsTest extends GuardTest {

    private static final String DEFECTS = "SELECT object || ': ' || state FROM git_memory.defects()";

    /** In SQL. */
    private static final String REMEDIES =
            "SELECT remedy FROM git_memory.defects() WHERE remedy NOT LIKE 'git-memory %'";

    DefectsTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private List<Tampering> tamperings() {
        List<Tampering> all = new ArrayList<>(Tampering.ALL);
        if (target.engine() == GuardEngine.PLJAVA) {
            all.addAll(JarTampering.ALL);
        }
        return all;
    }

    private static String sql(Tampering tampering, String app, String group) {
        return tampering.sql().replace("{app}", app).replace("{group}", group);
    }

    @Test
    void eachIsNamed() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection superuser = own.newAdmin()) {
            String app = own.appRole();
            String group = own.createRole("group", "");
            superuser.setAutoCommit(false);
            List<String> overlooked = new ArrayList<>();
            for (Tampering tampering : tamperings()) {
                run(superuser, sql(tampering, app, group));
                List<String> defects = strings(superuser, DEFECTS);
                if (defects.stream()
                        .noneMatch(
                                defect -> defect.contains(tampering.object()) && defect.contains(tampering.state()))) {
                    overlooked.add(tampering + " gave " + defects);
                }
                superuser.rollback();
            }
            assertThat(overlooked).isEmpty();
            assertThat(strings(superuser, DEFECTS)).isEmpty();
            superuser.rollback();
        }
    }

    @Test
    void whatIsPrintedMendsWhatMigrateDoesNot() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection superuser = own.newAdmin()) {
            String app = own.appRole();
            String group = own.createRole("group", "");
            superuser.setAutoCommit(false);
            List<String> lasting = new ArrayList<>();
            for (Tampering tampering : tamperings()) {
                run(superuser, sql(tampering, app, group));
                run(superuser, "CALL git_memory.set_rights()"); // as migrate does
                List<String> remedies = strings(superuser, REMEDIES);
                for (int round = 0; round < 3 && !remedies.isEmpty(); round++) {
                    for (String remedy : remedies) {
                        run(superuser, remedy);
                    }
                    remedies = strings(superuser, REMEDIES);
                }
                if (!remedies.isEmpty()) {
                    lasting.add(tampering + " has still " + remedies);
                }
                superuser.rollback();
            }
            assertThat(lasting).isEmpty();
        }
    }

    @Test
    void whoMendsThemIsSaidRightly() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection superuser = own.newAdmin()) {
            String app = own.appRole();
            String group = own.createRole("group", "");
            superuser.setAutoCommit(false);
            List<String> wrong = new ArrayList<>();
            for (Tampering tampering : tamperings()) {
                run(superuser, sql(tampering, app, group));
                for (Defect defect : found(superuser)) {
                    boolean isMeant = defect.toString().contains(tampering.object())
                            && defect.state().contains(tampering.state());
                    if (isMeant && !tampering.isMended() && defect.mender() == Defect.Mender.MIGRATING) {
                        wrong.add("migrating does not mend " + defect + ", remedy " + defect.remedy());
                    }
                    if (isMeant
                            && tampering.isMended()
                            && defect.mender() != Defect.Mender.MIGRATING
                            && !String.valueOf(defect.remedy()).contains(" OWNER TO ")
                            && !String.valueOf(defect.remedy())
                                    .matches("DROP RULE .*|.* ENABLE TRIGGER .*|.* ON SCHEMA sqlj .*")) { // a
                        // superuser's
                        // does
                        wrong.add("migrating mends " + defect + ", remedy " + defect.remedy());
                    }
                }
                wrong.addAll(strings(
                                superuser,
                                "SELECT object || '|' || state || '|' || git_memory.remedy_without_sql(object)"
                                        + " FROM git_memory.defects() WHERE remedy IS NULL")
                        .stream()
                        .map(row -> row.split("\\|"))
                        .filter(row -> !said(new Defect(row[0], row[1], null)).equals(row[2]))
                        .map(row -> "the view says of " + row[0] + ": " + row[2])
                        .toList());
                superuser.rollback();
            }
            assertThat(wrong).isEmpty();
        }
    }

    private static List<Defect> found(Connection superuser) throws SQLException {
        List<Defect> found = new ArrayList<>();
        try (Statement statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery("SELECT object, state, remedy FROM git_memory.defects()")) {
            while (rows.next()) {
                found.add(new Defect(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return found;
    }

    private static String said(Defect defect) {
        return switch (defect.mender()) {
            case APPLICATION -> "the application's own migrations";
            case BACKUP -> "restore it from a backup, or take its definition from a fresh installation";
            default -> "git-memory migrate";
        };
    }

    @Test
    void theViewOfTheGuardShowsThem() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection superuser = own.newAdmin()) {
            assertThat(strings(superuser, "SELECT DISTINCT trigger_state FROM git_memory.guard"))
                    .containsExactly("ok");
            String app = own.appRole();
            superuser.setAutoCommit(false);
            run(superuser, "GRANT UPDATE ON git_memory.file TO " + app);
            run(superuser, "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update");
            assertThat(strings(
                            superuser,
                            "SELECT concat_ws(' | ', object, trigger_state, remedy) FROM git_memory.guard"
                                    + " WHERE trigger_state <> 'ok' ORDER BY 1"))
                    .containsExactly(
                            "TABLE git_memory.file | " + app + " has UPDATE | REVOKE ALL ON TABLE git_memory.file FROM "
                                    + app + " CASCADE;",
                            "TRIGGER git_memory_guard_update ON public.block | disabled"
                                    + " | ALTER TABLE public.block ENABLE ALWAYS TRIGGER git_memory_guard_update;");
            assertThat(string(
                            superuser,
                            "SELECT count(*) FROM git_memory.guard WHERE trigger_name = 'git_memory_guard_update'"
                                    + " AND table_name = 'public.block'"))
                    .isEqualTo("1");
            superuser.rollback();
        }
    }

    @Test
    void migratingMendsThemAllAtOnce() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            String app = own.appRole();
            String group = own.createRole("group", "");
            for (Tampering tampering : tamperings()) {
                // What would be in the way of those that follow is tried below.
                if (tampering.isMended()
                        && !tampering.sql().contains("installation")
                        && !tampering.state().contains("may not use it")
                        && !tampering.sql().contains("ALTER SCHEMA git_memory")
                        && !tampering.sql().contains("git_memory.allow(") // takes back what the role should not have
                        && !tampering.sql().contains("DROP COLUMN")) {
                    try (Connection superuser = own.newAdmin()) {
                        superuser.setAutoCommit(false);
                        run(superuser, sql(tampering, app, group).replace("DROP TRIGGER ", "DROP TRIGGER IF EXISTS "));
                        superuser.commit();
                    } catch (SQLException e) {
                        assertThat(e.getSQLState()).as(tampering.sql()).startsWith("42"); // gone already
                    }
                }
            }

            MigrationReport report = migrations(own).migrate();

            assertThat(report.defects()).isEmpty();
            assertThat(report.mended())
                    .anyMatch(defect -> defect.toString().equals("VIEW git_memory.status: missing"))
                    .hasSizeGreaterThan(20);
            assertThat(report.takenBack())
                    .anyMatch(taken -> taken.startsWith("from " + group + ": UPDATE on "))
                    .anyMatch(taken -> taken.startsWith("from PUBLIC: EXECUTE on "));
            assertThat(migrations(own).defects()).isEmpty();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            assertThat(migrations(own).migrate().applied()).isEmpty();
        }
    }

    @Test
    void theSchemaComesBackFromAnotherOwner() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            for (String sql : List.of(
                    "ALTER SCHEMA git_memory OWNER TO " + app,
                    "REVOKE ALL ON SCHEMA git_memory FROM git_memory_owner CASCADE")) {
                run(own.admin(), sql);
                List<Defect> before = migrations(own).defects();
                assertThat(before).hasSize(1).allMatch(defect -> defect.object().equals("SCHEMA git_memory"));
                assertThat(migrations(own).migrate().defects()).isEmpty();
                assertThat(strings(own.admin(), DEFECTS)).isEmpty();
            }
        }
    }

    @Test
    void whatMakesOurTablesFasterIsADbasOwn() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "CREATE INDEX mine ON git_memory.commit (committed_at)");
            run(own.admin(), "ALTER TABLE git_memory.commit SET (autovacuum_vacuum_scale_factor = 0.01)");
            run(own.admin(), "ALTER TABLE git_memory.commit ALTER COLUMN message SET STATISTICS 0");
            assertThat(strings(own.admin(), DEFECTS)).isEmpty();
        }
    }

    @Test
    void whatIsInstalledIsKnownAgainWithoutItsRow() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "DELETE FROM git_memory.installation");
            assertThat(migrations(own).migrate().defects()).isEmpty();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    @Test
    void aHistoryThatIsLostIsBegunAnew() throws SQLException {
        for (String loss : List.of(
                "DROP TABLE git_memory.flyway_schema_history",
                "DELETE FROM git_memory.flyway_schema_history",
                "DELETE FROM git_memory.flyway_schema_history WHERE version = '005'",
                "DELETE FROM git_memory.flyway_schema_history WHERE script LIKE 'V%'")) {
            try (GuardedDatabase own = target.fresh()) {
                Memory memory = new World(own).enabled();
                run(own.admin(), loss);
                assertThat(migrations(own).defects())
                        .as(loss)
                        .anyMatch(defect -> defect.toString()
                                        .startsWith(
                                                "TABLE git_memory.flyway_schema_history: lacks scripts that have run: V")
                                && defect.state().contains("V005__reports.sql"));

                MigrationReport report = migrations(own).migrate();

                assertThat(report.defects()).as(loss).isEmpty();
                assertThat(report.mended()).as(loss).anyMatch(defect -> defect.object()
                        .endsWith("schema_history"));
                assertThat(migrations(own).defects()).as(loss).isEmpty();
                assertThat(migrations(own).migrate().applied()).as(loss).isEmpty();
                assertThat(new World(own).drift(memory.agent())).isEmpty();
            }
        }
    }

    @Test
    void rowsThatAPolicyMayHideFromASidecarAreTold() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection superuser = own.newAdmin()) {
            String sidecar = own.createRole("sidecar", "IN ROLE git_memory_sidecar");
            String told =
                    "SELECT remedy FROM git_memory.defects() WHERE state LIKE '%the sidecar''s login " + sidecar + "'";
            superuser.setAutoCommit(false);
            for (String sql : List.of(
                    "SELECT",
                    "ALTER TABLE agents OWNER TO " + sidecar + "; ALTER TABLE agents FORCE ROW LEVEL SECURITY",
                    "CREATE POLICY mine ON agents USING (id <> '')",
                    "CREATE POLICY mine ON agents FOR SELECT USING (true)",
                    "CREATE POLICY mine ON agents AS RESTRICTIVE TO git_memory_sidecar USING (true)",
                    "CREATE POLICY mine ON agents TO git_memory_reader USING (true)")) {
                run(superuser, "ALTER TABLE agents ENABLE ROW LEVEL SECURITY; " + sql);
                assertThat(strings(superuser, told)).as(sql).containsExactly("ALTER ROLE " + sidecar + " BYPASSRLS;");
                superuser.rollback();
            }
            for (String sql : List.of(
                    "ALTER ROLE " + sidecar + " BYPASSRLS",
                    "ALTER TABLE agents OWNER TO " + sidecar,
                    "CREATE POLICY mine ON agents USING (true)",
                    "CREATE POLICY mine ON agents TO git_memory_sidecar USING (id <> '')",
                    "CREATE POLICY mine ON agents TO " + sidecar + " USING (true)")) {
                run(superuser, "ALTER TABLE agents ENABLE ROW LEVEL SECURITY; " + sql);
                assertThat(strings(superuser, told)).as(sql).isEmpty();
                superuser.rollback();
            }
        }
    }

    @Test
    void whatOthersHaveToMendIsSaidAsSqlThatDoes() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            String group = own.createRole("group", "");
            run(own.admin(), "ALTER SCHEMA git_memory OWNER TO " + app);
            run(own.admin(), "CREATE TABLE git_memory.mine (n integer)");
            if (target.engine() == GuardEngine.PLJAVA) {
                run(own.admin(), "GRANT USAGE ON SCHEMA sqlj TO " + group);
                run(own.admin(), "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sqlj TO " + group);
            }
            List<Defect> defects = migrations(own).migrate().defects();
            assertThat(defects).isNotEmpty().allMatch(defect -> defect.remedy() != null);
            for (Defect defect : defects) {
                run(own.admin(), String.valueOf(defect.remedy()));
            }
            assertThat(migrations(own).defects()).isEmpty();
        }
    }
}
