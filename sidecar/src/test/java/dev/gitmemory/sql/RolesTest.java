package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may call what, in whose name, and who sees which organisation. */
class RolesTest extends SqlTest {

    private static final String DENIED = "42501";

    @Test
    void anApplicationMayCallNothingAndReadNothingUnlessItWasAllowedTo() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        String role = database.role();
        Session app = session(role);
        List<String> statements = List.of(
                "CALL git_memory.write_block('a', 'system/persona', 'x')",
                "SELECT git_memory.submit_write_block('a', 'system/persona', 'x')",
                "SELECT git_memory.await_request(gen_random_uuid())",
                "SELECT git_memory.withdraw_request(gen_random_uuid())",
                "SELECT git_memory.take_request(1, '1 day')",
                "SELECT git_memory.post_request('write_block', 'a', '{}')",
                "SELECT * FROM git_memory.request",
                "SELECT * FROM git_memory.requests",
                "INSERT INTO git_memory.request (kind, arguments, role_name, login_name) VALUES ('sync_all', '{}', 'x', 'x')",
                "SELECT git_memory.allow('" + role + "', 'write_block')",
                "SELECT git_memory.show_organization('" + role + "', 'org-1')");
        statements.forEach(s -> assertThat(app.refused(s).state()).as(s).isEqualTo(DENIED));

        superuser().call("SELECT git_memory.allow(?, 'write_block')", role);
        assertThat(app.call("CALL git_memory.write_block('a', 'system/persona', 'allowed')"))
                .containsEntry("block_id", "block-a");
        String request = app.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'again')");
        assertThat(app.value("SELECT git_memory.await_request(?::uuid)", request))
                .contains("git_sha");
        assertThat(column("SELECT DISTINCT author_id FROM git_memory.history WHERE seq > 1"))
                .containsExactly(role);
        statements.stream()
                .filter(s -> !s.contains("write_block('a'") || s.contains("post"))
                .filter(s -> !s.contains("_request(gen"))
                .forEach(s -> assertThat(app.refused(s).state()).as(s).isEqualTo(DENIED));
        assertThat(app.refused("CALL git_memory.delete_block('a', 'system/persona')")
                        .state())
                .isEqualTo(DENIED);
        assertThat(app.refused("CALL git_memory.disable_agent('a')").state()).isEqualTo(DENIED);

        superuser().call("SELECT git_memory.disallow(?, 'write_block')", role);
        assertThat(app.refused("CALL git_memory.write_block('a', 'system/persona', 'x')")
                        .state())
                .isEqualTo(DENIED);
        Session.Refused twice = superuser().refused("SELECT git_memory.disallow(?, 'write_block')", role);
        assertThat(twice.state()).isEqualTo("P0002");
        assertThat(twice.message()).contains("role \"" + role + "\" has not been allowed write_block");
        assertThat(superuser()
                        .refused("SELECT git_memory.allow(?, 'own_request')", role)
                        .state())
                .isEqualTo("42883");
    }

    @Test
    void whatWasAllowedIsStillAllowedWhenTheProceduresAreMadeAnew() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        String role = database.role();
        superuser().call("SELECT git_memory.allow(?, 'write_block', 'delete_block')", role);
        superuser().call("SELECT git_memory.disallow(?, 'delete_block')", role);
        database.execute(
                "DROP PROCEDURE git_memory.write_block",
                "DROP FUNCTION git_memory.submit_write_block",
                "DELETE FROM git_memory.flyway_schema_history WHERE script IN ('R__11_submit.sql', 'R__12_procedures.sql')");
        new Migrations(database.dataSource(), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        Session app = session(role);
        assertThat(app.call("CALL git_memory.write_block('a', 'system/persona', 'still')"))
                .containsEntry("block_id", "block-a");
        assertThat(app.refused("CALL git_memory.delete_block('a', 'system/persona')")
                        .state())
                .isEqualTo(DENIED);
        assertThat(admin.call("CALL git_memory.verify_agent('a')")).containsEntry("differences", "0");
    }

    @Test
    void theStateOfARequestIsForThoseWhoMayHaveItsResult() throws SQLException {
        String role = database.role();
        superuser().call("SELECT git_memory.allow(?, 'write_block')", role);
        Session app = session(role);
        String state = "SELECT state FROM git_memory.request_state(?::uuid)";
        String others = admin.value("SELECT git_memory.submit_sync_all()");
        String own = app.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'x')");
        assertThat(app.refused(state, others).state()).isEqualTo("MG102");
        assertThat(app.value(state, own)).isEqualTo("queued");
        assertThat(admin.value(state, others)).isEqualTo("queued");
        assertThat(admin.value(state, own)).isEqualTo("queued");
    }

    @Test
    void theNumberOfARequestIsForThoseWhoMayHaveItsResult() throws SQLException {
        application.createAgent("a");
        String role = database.role();
        superuser().call("SELECT git_memory.allow(?, 'write_block')", role);
        superuser().call("SELECT git_memory.show_organization(?, 'org-1')", role);
        Session app = session(role);
        String others = admin.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'x')");
        String own = app.value("SELECT git_memory.submit_write_block('a', 'system/persona', 'y')");
        Session reader = session(role("IN ROLE git_memory_reader"));
        Session sidecar = session(database.sidecarRole());
        for (String state : List.of("queued", "taken", "done", "failed", "withdrawn", "queued")) {
            database.execute("UPDATE git_memory.request SET state = CASE WHEN state = 'taken' OR '" + state
                    + "' <> 'taken' OR seq = (SELECT min(seq) FROM git_memory.request) THEN '" + state
                    + "' ELSE state END");
            for (Session stranger : List.of(reader, sidecar)) {
                assertThat(stranger.rows("SELECT id FROM git_memory.requests WHERE agent_id = 'a'"))
                        .as(state)
                        .hasSize(2)
                        .allSatisfy(row -> assertThat(row).containsEntry("id", null));
                assertThat(stranger.rows("SELECT FROM git_memory.requests WHERE id = ?::uuid", others))
                        .isEmpty();
            }
            assertThat(app.rows("SELECT id FROM git_memory.requests WHERE id IS NOT NULL"))
                    .singleElement()
                    .satisfies(row -> assertThat(row).containsEntry("id", own));
            assertThat(admin.rows("SELECT id FROM git_memory.requests ORDER BY submitted_at"))
                    .extracting(row -> row.get("id"))
                    .containsExactly(others, own);
        }
        assertThat(superuser().rows("SELECT FROM git_memory.requests WHERE id IS NOT NULL"))
                .hasSize(2);
    }

    @Test
    void anAdminCallsButGrantsAndForgesNothing() {
        List.of(
                        "SELECT git_memory.allow('" + adminRole + "', 'write_block')",
                        "SELECT git_memory.show_organization('" + adminRole + "', 'org-1')",
                        "SELECT git_memory.post_request('write_block', 'a', '{}')",
                        "SELECT git_memory.take_request(1, '1 day')",
                        "SELECT git_memory.own_request(gen_random_uuid())",
                        "UPDATE git_memory.request SET role_name = 'somebody'",
                        "SELECT * FROM git_memory.request",
                        "INSERT INTO git_memory.reader_organization VALUES ('x', 'y')")
                .forEach(s -> assertThat(admin.refused(s).state()).as(s).isEqualTo(DENIED));
    }

    @Test
    void theAuthorIsTheRoleThatCallsWhateverItSaysOfItself() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        String group = role("IN ROLE git_memory_admin");
        String member = role("IN ROLE " + group);
        Session session = session(member);
        session.call("SET ROLE " + group);
        session.call("SET application_name = 'somebody else'");
        session.call("CALL git_memory.write_block('a', 'system/persona', 'x')");
        assertThat(application
                        .row("SELECT author_type, author_id, author_name FROM git_memory.history WHERE seq = 2")
                        .values())
                .containsExactly("user", group, group + " (" + member + ")");
        assertThat(session.refused("SET ROLE postgres").state()).isEqualTo(DENIED);
        assertThat(session.refused("SELECT set_config('role', 'postgres', false)")
                        .state())
                .isEqualTo(DENIED);

        // A function of the owner's rights in between does not lend its owner's name.
        database.execute(
                "CREATE FUNCTION lend(v text) RETURNS uuid LANGUAGE sql SECURITY DEFINER"
                        + " AS 'SELECT git_memory.submit_write_block(''a'', ''system/persona'', v)'",
                "GRANT EXECUTE ON FUNCTION lend TO PUBLIC");
        String request = session.value("SELECT lend('lent')");
        session.value("SELECT git_memory.await_request(?::uuid)", request);
        assertThat(column("SELECT author_id FROM git_memory.history WHERE seq = 3"))
                .containsExactly(group);
    }

    @Test
    void aRequestIsSeenByWhoMadeItAndByAdminsOnly() throws SQLException {
        String role = database.role();
        superuser().call("SELECT git_memory.allow(?, 'write_block')", role);
        String own = session(role).value("SELECT git_memory.submit_write_block('a', 'l', 'v')");
        String others = admin.value("SELECT git_memory.submit_write_block('a', 'l', 'v')");
        Session app = session(role);
        assertThat(app.refused("SELECT git_memory.await_request(?::uuid, '1 ms')", others)
                        .state())
                .isEqualTo("MG102");
        assertThat(app.refused("SELECT git_memory.withdraw_request(?::uuid)", others)
                        .state())
                .isEqualTo("MG102");
        assertThat(app.refused("SELECT git_memory.request_result(?::uuid)", others)
                        .state())
                .isEqualTo("MG102");
        assertThat(admin.value("SELECT git_memory.withdraw_request(?::uuid)", own))
                .isEqualTo("t");
    }

    @Test
    void anOrganisationSeesItsOwnAndNothingOfOthers() throws SQLException, IOException {
        sidecar();
        enabledAgent("ours");
        application.update("INSERT INTO organizations (id, name) VALUES ('org-2', 'Two')");
        application.createAgent("theirs");
        application.update("UPDATE agents SET organization_id = 'org-2' WHERE id = 'theirs'");
        application.createBlock("theirs", "block-theirs", "persona", "secret");
        admin.call("CALL git_memory.enable_agent('theirs')");
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");

        String role = role("");
        superuser().call("SELECT git_memory.show_organization(?, 'org-1')", role);
        Session reader = session(role);
        for (String view : List.of("status", "history", "drift", "requests")) {
            assertThat(reader.rows("SELECT agent_id FROM git_memory." + view))
                    .as(view)
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row).containsEntry("agent_id", "ours"));
        }
        assertThat(reader.rows("SELECT DISTINCT agent_id FROM git_memory.drift"))
                .hasSize(1);

        // What leaks rows through a function that the planner would rather call first.
        superuser().call("GRANT CREATE ON SCHEMA public TO " + role);
        reader.call("CREATE FUNCTION public.leak(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001"
                + " AS 'BEGIN RAISE NOTICE ''%'', t; RETURN true; END'");
        for (String view : List.of("status", "history", "drift", "requests")) {
            reader.rows("SELECT * FROM git_memory." + view + " WHERE public.leak(agent_id)");
        }
        assertThat(reader.notices()).contains("ours").doesNotContain("theirs");
        for (String hidden : List.of(
                "git_memory.repo",
                "git_memory.commit",
                "git_memory.file",
                "git_memory.reader_organization",
                "git_memory.visible_organization",
                "git_memory.guard",
                "block")) {
            assertThat(reader.refused("SELECT * FROM " + hidden).state())
                    .as(hidden)
                    .isEqualTo(DENIED);
        }
        assertThat(reader.refused("SELECT git_memory.show_organization(?, 'org-2')", role)
                        .state())
                .isEqualTo(DENIED);

        for (String asks : List.of("expected_sha('block-theirs')", "is_tagged('theirs')")) {
            assertThat(reader.refused("SELECT git_memory." + asks).state())
                    .as(asks)
                    .isEqualTo(DENIED);
        }

        // A role sees what the roles that it is a member of see.
        Session member = session(role("IN ROLE " + role));
        assertThat(member.rows("SELECT agent_id FROM git_memory.status")).hasSize(1);

        superuser().call("SELECT git_memory.hide_organization(?, 'org-1')", role);
        assertThat(reader.refused("SELECT * FROM git_memory.status").state()).isEqualTo(DENIED);
        assertThat(session(role("IN ROLE git_memory_reader")).rows("SELECT DISTINCT agent_id FROM git_memory.status"))
                .hasSize(2);
        assertThat(superuser().rows("SELECT DISTINCT agent_id FROM git_memory.drift"))
                .hasSize(2);
    }

    @Test
    void whoSharesABlockHearsOfAnAgentOfAnotherOrganisationButNotWhich() throws SQLException, IOException {
        sidecar();
        enabledAgent("ours");
        application.createAgent("theirs");
        application.link("theirs", "block-ours", "system/persona");
        application.createBlock("theirs", "block-theirs", "system/taken", "x");
        application.update("INSERT INTO organizations (id, name) VALUES ('org-2', 'Two')");
        application.update("UPDATE agents SET organization_id = 'org-2' WHERE id = 'theirs'");
        String rename =
                "CALL git_memory.write_block('ours', 'system/persona', changes => '{\"label\": \"system/taken\"}')";
        assertThat(admin.refused(rename).message())
                .contains("Another agent shares this block")
                .doesNotContain("theirs");
        application.update("UPDATE agents SET organization_id = 'org-1' WHERE id = 'theirs'");
        assertThat(admin.refused(rename).message()).contains("Agent theirs shares this block");
    }

    @Test
    void aRoleWithTheViewsAndWithoutAnOrganisationSeesNothing() throws SQLException, IOException {
        sidecar();
        enabledAgent("a");
        String role = role("");
        superuser().call("SELECT git_memory.show_organization(?, 'org-none')", role);
        Session reader = session(role);
        for (String view : List.of("status", "history", "drift", "requests")) {
            assertThat(reader.rows("SELECT * FROM git_memory." + view)).as(view).isEmpty();
        }
    }
}
