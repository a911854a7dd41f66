package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.service.Steps;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A role that may create in a schema of everybody's search_path, or make one of the sidecar's name, has made functions and
 * operators there whose types fit better than those of PostgreSQL's own: nobody runs them in git-memory's name.
 */
class PlantedFunctionsTest extends SqlTest {

    private static final List<String> FUNCTIONS = List.of(
            "format(text, text)",
            "format(text, text, text)",
            "format(text, name)",
            "format(text, name, name)",
            "format(text, name, regclass)",
            "format(text, regprocedure)",
            "format(text, uuid)",
            "format(text, uuid, bigint)",
            "format(text, bigint, text)",
            "concat(text, text)",
            "concat(text, uuid, text, text, text, text)",
            "concat_ws(text, text, text)",
            "left(varchar, integer)",
            "length(varchar)",
            "replace(varchar, text, text)",
            "quote_ident(varchar)",
            "current_setting(varchar)",
            "set_config(text, varchar, boolean)",
            "to_regclass(varchar)",
            "to_regrole(varchar)",
            "to_regnamespace(varchar)",
            "has_schema_privilege(text, varchar, text)",
            "pg_has_role(name, text, text)",
            "pg_try_advisory_lock(integer)",
            "pg_try_advisory_xact_lock(integer)",
            "pg_advisory_xact_lock(integer, bigint)",
            "jsonb_build_object(text, text)",
            "jsonb_build_object(text, text, text, text)",
            "round(numeric, bigint)",
            "clock_timestamp()",
            "now()");

    private static final List<String> OPERATORS = List.of(
            "= varchar varchar",
            "= varchar text",
            "= text varchar",
            "= name varchar",
            "<> varchar varchar",
            "~~ varchar text",
            "~~ text varchar",
            "|| text integer",
            "|| text bigint",
            "|| varchar text",
            "->> jsonb jsonb",
            "-> jsonb jsonb",
            ">= interval text",
            "> bigint bigint");

    private static void plant(EmbeddedDatabase database, String... schemas) throws SQLException {
        String planter = database.role("planter", "");
        database.execute("CREATE SEQUENCE public.ran", "GRANT USAGE ON SEQUENCE public.ran TO PUBLIC");
        for (String schema : schemas) {
            database.execute(
                    "CREATE SCHEMA IF NOT EXISTS " + schema,
                    "GRANT CREATE, USAGE ON SCHEMA " + schema + " TO " + planter);
            database.execute("GRANT USAGE ON SCHEMA " + schema + " TO PUBLIC");
            plantIn(database, planter, schema);
        }
    }

    private static void plantIn(EmbeddedDatabase database, String planter, String schema) throws SQLException {
        // A sequence remembers also what is rolled back.
        String body = " LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_catalog.nextval('public.ran'::pg_catalog.regclass);"
                + " RAISE EXCEPTION 'planted'; END $$";
        try (Connection connection = database.dataSource(planter).getConnection();
                Statement statement = connection.createStatement()) {
            for (String function : FUNCTIONS) {
                statement.execute("CREATE FUNCTION " + schema + "." + function + " RETURNS text" + body);
            }
            for (String operator : OPERATORS) {
                String[] parts = operator.split(" ", -1);
                String function = schema + ".o" + OPERATORS.indexOf(operator);
                statement.execute(
                        "CREATE FUNCTION %s(%s, %s) RETURNS boolean".formatted(function, parts[1], parts[2]) + body);
                statement.execute("CREATE OPERATOR %s.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %s)"
                        .formatted(schema, parts[0], parts[1], parts[2], function));
            }
        }
    }

    @Test
    void whoMigratesRunsNone() throws SQLException {
        try (EmbeddedDatabase own = EmbeddedDatabase.empty()) {
            plant(own, "public");
            Migrations migrations =
                    new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL).creatingTables();
            assertThat(migrations.preview().pending()).isNotEmpty();
            migrations.migrate();
            assertThat(migrations.pending()).isEmpty();
            migrations.uninstall(true, false);
            assertNoneRan(own);
        }
    }

    private static void assertNoneRan(EmbeddedDatabase database) throws SQLException {
        try (Session session = new Session(database.dataSource())) {
            assertThat(session.value("SELECT is_called FROM public.ran")).isEqualTo("f");
        }
    }

    @Test
    @SuppressWarnings("try") // the sidecar is only there
    void whoCallsProceduresRunsNone() throws SQLException, IOException {
        DatabaseSettings settings = database.sidecarSettings();
        try (Sidecar sidecar = Sidecar.start(settings, store, Steps.NONE)) {
            enabledAgent("a");
            enabledAgent("b");
            String sha = admin.value("CALL git_memory.write_block('a', 'system/persona', 'first')");
            plant(database, "public", Objects.requireNonNull(settings.user()));
            Session superuser = superuser();
            superuser.call("BEGIN");
            assertThat(superuser
                            .refused("CALL git_memory.write_block('a', 'system/persona', 'within')")
                            .state())
                    .isEqualTo("2D000");
            superuser.call("ROLLBACK");
            Stream.of(
                            "write_block('a', 'system/persona', 'second', if_match => '" + sha + "')",
                            "create_block('a', 'notes', 'some', \"limit\" => 100)",
                            "block_at('a', 'system/persona', '" + sha + "')",
                            "diff('a', NULL, '" + sha + "')",
                            "restore_block('a', 'system/persona', '" + sha + "')",
                            "delete_block('a', 'notes')",
                            "detach_block('b', 'block-b')",
                            "attach_block('b', 'block-a')",
                            "verify_agent('a')",
                            "sync_agent('a')",
                            "sync_all()",
                            "verify_all()",
                            "disable_agent('a')",
                            "enable_agent('a')",
                            "disable_agent('b')",
                            "purge_agent('b', 'b')")
                    .forEach(call -> superuser.call("CALL git_memory." + call));
        }
        Session.Refused alone =
                superuser().refused("CALL git_memory.write_block('a', 'system/persona', 'x', wait => '1 ms')");
        assertThat(alone.state()).as(alone.message()).isEqualTo("MG110");
        assertNoneRan(database);
    }

    @Test
    void whatRunsOnItsCallersSearchPathNamesTheSchemaOfEveryFunction() {
        assertThat(superuser()
                        .rows("SELECT p.proname, call[1] AS called FROM pg_proc p,"
                                + " regexp_matches(p.prosrc, '(?<![.\\w])([a-z_]+)\\(', 'g') AS call"
                                + " WHERE p.pronamespace = 'git_memory'::regnamespace"
                                + " AND p.prosqlbody IS NULL"
                                + " AND coalesce(array_to_string(p.proconfig, ' '), '') NOT LIKE '%search_path=pg_catalog, pg_temp%'"
                                + " AND call[1] <> 'extract'"
                                + " AND call[1] IN (SELECT c.proname FROM pg_proc c"
                                + " WHERE c.pronamespace = 'pg_catalog'::regnamespace)"))
                .isEmpty();
    }
}
