package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Who may do what: the application nothing but its own tables, a reader the views, the sidecar the ledger. */
@OnEveryTarget
class RoleTest extends GuardTest {
    private static final String DENIED = "42501";

    RoleTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO git_memory.repo (agent_id, organization_id, state) VALUES ('x', 'x', 'enabled')",
                "UPDATE git_memory.file SET digest = 'x'",
                "DELETE FROM git_memory.file",
                "TRUNCATE git_memory.file",
                "SELECT * FROM git_memory.file",
                "SELECT * FROM git_memory.commit",
                "SELECT * FROM git_memory.drift",
                "SELECT * FROM git_memory.installation",
                "INSERT INTO git_memory.agent_fence (agent_id) VALUES ('x')",
                "SELECT git_memory.facts('x', NULL)",
                "SELECT git_memory.losses(NULL, NULL, 'x')",
                "SELECT git_memory.expected_sha('x')",
                "SELECT git_memory.is_guarded('x')",
                "SELECT git_memory.is_guarded_agent('x')",
                "SELECT git_memory.meet_fence('x')",
                "SELECT git_memory.is_judged('loss', 'x', 'x', 'x', 'x', 'x', 'x')",
                "INSERT INTO git_memory.judgement VALUES ('loss', 'x', 'x', 'x', 'x', 'x', 'x')",
                "SELECT git_memory.uninstall(true)",
                "CALL git_memory.set_rights()",
                "SELECT git_memory.guard_with_plpgsql()",
                "CREATE FUNCTION git_memory.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
                "CREATE OR REPLACE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean LANGUAGE sql"
                        + " AS 'SELECT false'",
                "ALTER FUNCTION git_memory.is_guarded(text) OWNER TO CURRENT_USER",
                "DROP SCHEMA git_memory CASCADE",
                "ALTER TABLE block DISABLE TRIGGER ALL",
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "ALTER TABLE block DROP COLUMN git_sha",
                "ALTER TABLE block RENAME TO elsewhere",
                "DROP TRIGGER git_memory_guard_update ON block",
                "CREATE TRIGGER zz AFTER UPDATE ON block FOR EACH ROW EXECUTE FUNCTION git_memory.guard_block()",
                "CREATE RULE r AS ON UPDATE TO block DO INSTEAD NOTHING",
                "SET session_replication_role = replica",
                "SET ROLE git_memory_owner",
                "SET ROLE git_memory_sidecar",
                "GRANT git_memory_sidecar TO CURRENT_USER",
                "ALTER ROLE CURRENT_USER SUPERUSER",
                "COMMENT ON COLUMN block.git_sha IS 'x'"
            })
    void theApplicationMayNot(String statement) throws SQLException {
        assertThatThrownBy(() -> run(db.app(), statement))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(DENIED));
    }

    @Test
    void theApplicationMayNotInstallJars() throws SQLException {
        if (string(db.admin(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'sqlj'")
                .equals("0")) {
            assertThatThrownBy(() -> run(db.app(), "CREATE EXTENSION pljava")).isInstanceOf(SQLException.class);
            return;
        }
        for (String statement : new String[] {
            "SELECT sqlj.install_jar('file:/etc/passwd', 'mine', false)",
            "SELECT sqlj.replace_jar('x'::bytea, 'mine', false)",
            "SELECT sqlj.remove_jar('git_memory', false)",
            "SELECT sqlj.set_classpath('git_memory', '')",
            "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE java AS 'java.lang.System.exit'"
        }) {
            assertThatThrownBy(() -> run(db.app(), statement))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(DENIED));
        }
    }

    @Test
    void nothingThatTheApplicationDefinesComesBetweenTheGuardAndItsTables() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            // As on servers before PostgreSQL 15, and as careless DBAs have it.
            run(own.admin(), "GRANT CREATE ON SCHEMA public TO PUBLIC");
            Connection app = own.app();
            run(app, """
                    CREATE FUNCTION public.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
                    CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never);
                    CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
                    CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
                    CREATE TEMPORARY TABLE agents_tags (agent_id varchar, tag varchar);
                    CREATE TEMPORARY TABLE blocks_agents (agent_id varchar, block_id varchar, block_label varchar);
                    SET search_path = pg_temp, public, pg_catalog
                    """);

            Refusal.otherContent(memory)
                    .endsWithin(() -> run(
                            app,
                            "UPDATE public.block SET value = 'other' WHERE id = 'x' OR id LIKE '" + memory.block()
                                    + "'"));
            Refusal.removed(memory)
                    .endsWithin(() -> run(app, "DELETE FROM public.block WHERE id LIKE '" + memory.block() + "'"));
        }
    }

    @Test
    void aRefusalNamesNoContent() throws SQLException {
        Memory memory = world.write(world.enabled(), "a well kept secret");

        PSQLException refusal = catchThrowableOfType(
                PSQLException.class,
                () -> run(
                        db.app(),
                        "UPDATE block SET value = 'guess', description = 'guess' WHERE id = ?",
                        memory.block()));

        assertThat(String.valueOf(refusal.getServerErrorMessage())).doesNotContain("secret");
        assertThat(refusal.getServerErrorMessage())
                .hasToString(String.valueOf(refusal.getServerErrorMessage()))
                .satisfies(error -> {
                    assertThat(error.getTable()).isEqualTo("block");
                    assertThat(error.getSchema()).isEqualTo("public");
                    assertThat(error.getConstraint()).isEqualTo("git_memory_guard_update");
                });
    }

    @Test
    void anApplicationThatMayReadOnlyItsOwnRowsGetsNoMoreThroughTheGuard() throws SQLException {
        Memory memory = world.write(world.enabled(), "not for everybody");
        String blind = db.createRole("blind", "");
        run(db.admin(), "GRANT USAGE ON SCHEMA public TO " + blind);
        run(db.admin(), "GRANT INSERT ON block, blocks_agents TO " + blind);
        try (Connection connection = db.source(blind).getConnection()) {
            String block = World.block(connection, "system/guess");
            Refusal.of("MG001", memory.agent(), "system/guess", "a git commit", "none")
                    .ends(db, () -> World.link(connection, memory.agent(), block, "system/guess"));
        }
    }

    @Test
    void aReaderMayReadTheViewsAndNothingElse() throws SQLException {
        Memory memory = world.enabled();
        String reader = db.createRole("reader", "IN ROLE git_memory_reader");
        try (Connection connection = db.source(reader).getConnection()) {
            assertThat(string(connection, "SELECT state FROM git_memory.status WHERE agent_id = ?", memory.agent()))
                    .isEqualTo("enabled");
            assertThat(string(connection, "SELECT count(*) FROM git_memory.drift WHERE agent_id = ?", memory.agent()))
                    .isEqualTo("0");
            assertThat(string(connection, "SELECT count(*) FROM git_memory.history WHERE agent_id = ?", memory.agent()))
                    .isEqualTo("0");
            assertThat(string(connection, "SELECT DISTINCT engine FROM git_memory.guard"))
                    .isEqualTo(target.engine().setting());
            for (String statement : new String[] {
                "SELECT * FROM git_memory.file",
                "UPDATE git_memory.repo SET state = 'disabled'",
                "SELECT * FROM block",
                "SELECT * FROM git_memory.facts('x', NULL)"
            }) {
                assertThatThrownBy(() -> run(connection, statement))
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo(DENIED));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "CREATE OR REPLACE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean LANGUAGE sql"
                        + " AS 'SELECT false'",
                "DROP TABLE git_memory.file",
                "DELETE FROM agents",
                "DELETE FROM organizations",
                "UPDATE git_memory.installation SET guard_engine = 'none'",
                "SET ROLE git_memory_owner"
            })
    void aSidecarMayNot(String statement) throws SQLException {
        assertThatThrownBy(() -> run(db.sidecar(), statement))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(DENIED));
    }

    @Test
    void functionsWithTheOwnersRightsHaveAFixedSearchPath() throws SQLException {
        assertThat(GuardedDatabase.strings(
                        db.admin(),
                        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'git_memory'::regnamespace"
                                + " AND prosecdef"
                                + " AND NOT coalesce(array_to_string(proconfig, ' ') LIKE"
                                + " '%search_path=pg_catalog, pg_temp%', false)"))
                .isEmpty();
        assertThat(GuardedDatabase.strings(
                        db.admin(),
                        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'git_memory'::regnamespace"
                                + " AND pg_get_userbyid(proowner) <> 'git_memory_owner'"))
                .isEmpty();
        assertThat(GuardedDatabase.strings(
                        db.admin(),
                        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'git_memory'::regnamespace"
                                + " AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1"))
                .isEmpty();
    }
}
