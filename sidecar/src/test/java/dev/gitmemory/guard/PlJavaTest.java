package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What only the engine in Java can get wrong; runs where there is PL/Java. */
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@MethodSource("dev.gitmemory.guard.GuardTargets#withPlJava")
class PlJavaTest extends GuardTest {
    PlJavaTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void theGuardIsInJava() throws SQLException {
        assertThat(string(
                        db.admin(),
                        "SELECT string_agg(DISTINCT l.lanname, ',') FROM pg_proc p JOIN pg_language l"
                                + " ON l.oid = p.prolang WHERE p.oid IN (SELECT tgfoid FROM pg_trigger"
                                + " WHERE tgrelid = 'git_memory.judgement'::regclass)"
                                + " AND p.proname IN ('guard_link', 'guard_removal')"))
                .isEqualTo("java");
    }

    @Test
    void refusesWhenThereIsNoJvm() throws SQLException {
        Memory memory = world.enabled();
        try (Connection session = db.newAdmin()) {
            run(session, "SET pljava.libjvm_location = '/nowhere/libjvm.so'");
            assertThatThrownBy(() -> run(session, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(world.value(memory)).isEqualTo("first");
    }

    @Test
    void refusesWhenTheJvmDiesAtItsStart() throws SQLException {
        Memory memory = world.enabled();
        try (Connection session = db.newAdmin()) {
            run(session, "SET pljava.vmoptions = '-Xmx1k'");
            assertThatThrownBy(() -> run(session, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(world.value(memory)).isEqualTo("first");
    }

    /** A sidecar has committed it to git before: what could not be judged would hold up its agent. */
    @Test
    void judgesTextsThatAreLargerThanTheHeap() throws SQLException {
        Memory memory = world.enabled();
        try (Connection session = db.newAdmin()) {
            run(session, "SET pljava.vmoptions = '-Xms4m -Xmx16m'");
            session.setAutoCommit(false);
            write(session, memory, "é".repeat(24 << 20));
            write(session, memory, "u".repeat(24 << 20));

            String sha = World.gitSays(session, memory, "what git says instead");
            Refusal.otherContent(memory.withSha(sha))
                    .endsWithin(() -> run(session, "UPDATE block SET git_sha = ? WHERE id = ?", sha, memory.block()));
            session.rollback();
            write(session, memory, "short");
        }
        assertThat(world.value(memory)).isEqualTo("short");
    }

    private static void write(Connection session, Memory memory, String text) throws SQLException {
        String sha = World.gitSays(session, memory, text);
        run(session, "UPDATE block SET value = ?, git_sha = ? WHERE id = ?", text, sha, memory.block());
        session.commit();
    }

    @Test
    void refusesWithoutItsJar() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(
                    own.admin(),
                    "SELECT sqlj.remove_jar(jarname, false) FROM sqlj.jar_repository WHERE jarname LIKE 'git_memory%'");

            assertThatThrownBy(() -> run(own.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()))
                    .hasMessageContaining("ClassNotFoundException");
            assertThat(new World(own).value(memory)).isEqualTo("first");
        }
    }

    @Test
    void aJarWhoseClassesAParallelRestoreHasLostIsInstalledAgain() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "DELETE FROM sqlj.jar_entry");
            assertThatThrownBy(() -> run(own.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()))
                    .hasMessageContaining("ClassNotFoundException");

            new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                    .creatingTables()
                    .migrate();
            new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA)
                    .creatingTables()
                    .migrate();

            try (Connection app = own.newApp()) {
                Refusal.otherContent(memory)
                        .endsWithin(() -> run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
            }
        }
    }

    @Test
    void aSchemaOfAnothersIsRefusedBeforeTheExtensionIsMade() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            String app = own.appRole();
            run(own.admin(), "CREATE SCHEMA sqlj AUTHORIZATION " + app);
            run(own.admin(), "CREATE FUNCTION sqlj.install_jar(bytea, text, boolean) RETURNS void LANGUAGE sql AS ''");
            run(own.admin(), "ALTER FUNCTION sqlj.install_jar(bytea, text, boolean) OWNER TO " + app);
            Migrations migrations = new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA);
            assertThatThrownBy(migrations::migrate)
                    .hasMessageContaining("schema sqlj belongs to " + app)
                    .hasMessageContaining("ALTER SCHEMA sqlj RENAME TO sqlj_before_pljava; CREATE EXTENSION pljava;");
            run(own.admin(), "ALTER SCHEMA sqlj OWNER TO " + own.server().user());
            assertThatThrownBy(migrations::migrate)
                    .hasMessageContaining("DROP ROUTINE sqlj.install_jar(bytea,text,boolean);");
            assertThat(string(own.admin(), "SELECT count(*) FROM pg_extension WHERE extname = 'pljava'"))
                    .isEqualTo("0");
            run(own.admin(), "DROP ROUTINE sqlj.install_jar(bytea,text,boolean)");
            assertThat(migrations.migrate().defects()).isEmpty();
        }
    }

    @Test
    void whatAnotherPutsInPlaceOfItsTablesIsNeverRun() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            String app = own.appRole();
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + app);
            run(own.admin(), "ALTER SCHEMA sqlj OWNER TO " + app);
            for (String sql : List.of(
                    "ALTER SCHEMA sqlj RENAME TO sqlj_real",
                    "CREATE SCHEMA sqlj",
                    "CREATE FUNCTION sqlj.f() RETURNS integer LANGUAGE plpgsql AS"
                            + " 'BEGIN RAISE EXCEPTION ''run as %'', current_user; END'",
                    "CREATE VIEW sqlj.jar_repository AS SELECT * FROM sqlj_real.jar_repository WHERE sqlj.f() = 1",
                    "CREATE VIEW sqlj.jar_entry AS SELECT * FROM sqlj_real.jar_entry WHERE sqlj.f() = 1",
                    "CREATE VIEW sqlj.classpath_entry AS SELECT * FROM sqlj_real.classpath_entry WHERE sqlj.f() = 1",
                    "GRANT ALL ON SCHEMA sqlj TO PUBLIC",
                    "GRANT SELECT ON ALL TABLES IN SCHEMA sqlj TO PUBLIC")) {
                run(own.app(), sql);
            }
            assertThat(strings(own.admin(), "SELECT object || ': ' || state FROM git_memory.defects()"))
                    .singleElement()
                    .asString()
                    .contains("the extension pljava, which is in schema sqlj_real");
            assertThatThrownBy(() -> new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA).migrate())
                    .hasMessageContaining("schema sqlj belongs to " + app)
                    .hasMessageNotContaining("run as");
        }
    }

    @Test
    void aViewInPlaceOfItsTableIsNamed() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "ALTER TABLE sqlj.jar_entry RENAME TO entry");
            run(own.admin(), "CREATE VIEW sqlj.jar_entry AS SELECT * FROM sqlj.entry");
            assertThat(strings(own.admin(), "SELECT object || ': ' || state FROM git_memory.defects()"))
                    .containsExactly("EXTENSION pljava: sqlj.jar_entry: not its table");
            run(own.admin(), string(own.admin(), "SELECT remedy FROM git_memory.defects()"));
            run(own.admin(), "ALTER TABLE sqlj.entry RENAME TO jar_entry");
            assertThat(strings(own.admin(), "SELECT object FROM git_memory.defects()"))
                    .isEmpty();
        }
    }

    @Test
    void startsNoJvmForAgentsWithoutTheTag() throws SQLException {
        Memory plain = world.plain();
        Memory enabled = world.enabled();
        try (Connection app = db.newApp()) {
            run(app, "UPDATE block SET value = 'mine' WHERE id = ?", plain.block());
            String agent = World.agent(app);
            app.setAutoCommit(false);
            World.tag(app, agent);
            World.remember(app, agent, "more");
            run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", plain.agent());
            app.commit();
            assertThat(mapped(app)).as("libjvm is mapped").isEqualTo("false");

            app.setAutoCommit(true);
            Refusal.otherContent(enabled)
                    .endsWithin(() -> run(app, "UPDATE block SET value = 'x' WHERE id = ?", enabled.block()));
            assertThat(mapped(app)).as("libjvm is mapped").isEqualTo("true");
        }
    }

    /** Asks the server's own file system, through its superuser. */
    private String mapped(Connection session) throws SQLException {
        String pid = string(session, "SELECT pg_backend_pid()");
        return string(
                db.admin(),
                "SELECT CASE WHEN position('libjvm' IN convert_from(pg_read_binary_file('/proc/' || ? || '/maps', 0,"
                        + " 10000000, false), 'UTF8')) > 0 THEN 'true' ELSE 'false' END",
                pid);
    }

    @Test
    void aVirtualMachineThatDoesNotStartIsTold() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Migrations asked = new Migrations(own.dataSource(), TableNames.DEFAULT, null);
            assertThat(asked.defects()).isEmpty();
            run(own.admin(), "ALTER DATABASE " + own.name() + " SET pljava.libjvm_location = '/nowhere/libjvm.so'");
            assertThat(asked.defects())
                    .singleElement()
                    .matches(defect -> defect.object().equals("guard"))
                    .matches(defect -> defect.state().startsWith("PL/Java does not work: cannot use PL/Java"));
            assertThatThrownBy(() -> new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA).migrate())
                    .hasMessageContaining("The guard cannot be installed in PL/Java");

            assertThat(new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.AUTO)
                            .migrate()
                            .defects())
                    .isEmpty();
            assertThat(asked.installed().orElseThrow().engine()).isEqualTo(GuardEngine.PLPGSQL);
        }
    }

    @Test
    void aVirtualMachineThatTakesTheSessionAlongIsTold() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "ALTER DATABASE " + own.name() + " SET pljava.vmoptions = '-Xmx1k'");
            assertThat(new Migrations(own.dataSource(), TableNames.DEFAULT, null).defects())
                    .singleElement()
                    .matches(defect -> defect.object().equals("guard"));
        }
    }
}
