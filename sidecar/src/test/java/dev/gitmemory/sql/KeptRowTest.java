package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.sql.Session.Refused;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where PostgreSQL leaves a row as it was without a word, nobody is told that it follows git. */
class KeptRowTest extends SqlTest {

    private void ignore(String what) throws SQLException {
        database.execute(
                "CREATE FUNCTION ignore() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
                "CREATE TRIGGER ignore BEFORE " + what + " FOR EACH ROW EXECUTE FUNCTION ignore()");
    }

    private void assertInGitOnly(Sidecar sidecar, Refused written) {
        assertThat(written.state()).isEqualTo("MG103");
        assertThat(written.message())
                .startsWith("The write is in git, and PostgreSQL can't follow git for agent iris")
                .contains("PostgreSQL did not change", "row-level security", "trigger");
        sidecar.memory().reconciler().run();
        assertThat(admin.value("SELECT last_error FROM git_memory.status WHERE agent_id = 'iris'"))
                .contains("PostgreSQL did not change");
        Refused synced = admin.refused("CALL git_memory.sync_agent('iris')");
        assertThat(synced.state()).isEqualTo("MG103");
        assertThat(synced.message()).contains("PostgreSQL did not change");
    }

    private void assertFollowsAgain() {
        admin.call("CALL git_memory.sync_agent('iris')");
        assertThat(admin.call("SELECT last_error FROM git_memory.status WHERE agent_id = 'iris'"))
                .containsEntry("last_error", null);
        assertThat(admin.call("CALL git_memory.verify_agent('iris')")).containsEntry("differences", "0");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void aTriggerThatIgnoresAnUpdateIsNamed() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        ignore("UPDATE ON block");
        assertInGitOnly(sidecar, admin.refused("CALL git_memory.write_block('iris', 'system/persona', 'new')"));
        assertThat(block("iris", "system/persona", "value")).isEqualTo("I am iris");
        database.execute("DROP TRIGGER ignore ON block");
        assertFollowsAgain();
        assertThat(block("iris", "system/persona", "value")).isEqualTo("new");
    }

    @Test
    void soIsRowLevelSecurity() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        database.execute(
                "ALTER TABLE block ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY all_may_read ON block FOR SELECT USING (true)");
        assertInGitOnly(sidecar, admin.refused("CALL git_memory.write_block('iris', 'system/persona', 'new')"));
        database.execute("ALTER TABLE block DISABLE ROW LEVEL SECURITY");
        assertFollowsAgain();
    }

    @Test
    void withTheRightsThatOperationsNamesPoliciesAreInNobodysWay() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        for (String table : List.of("agents", "agents_tags", "block", "blocks_agents", "blocks_tags")) {
            database.execute(
                    "ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY",
                    "CREATE POLICY all_of_it ON " + table + " FOR ALL TO git_memory_sidecar USING (true)");
        }
        database.execute("ALTER ROLE git_memory_owner BYPASSRLS");
        try {
            write("iris", "system/persona", "new");
            admin.call("CALL git_memory.create_block('iris', 'note', 'v')");
            admin.call("CALL git_memory.delete_block('iris', 'note')");
            assertFollowsAgain();
            assertThat(block("iris", "system/persona", "value")).isEqualTo("new");
        } finally {
            database.execute("ALTER ROLE git_memory_owner NOBYPASSRLS"); // all databases of the server have it
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"block", "blocks_agents"})
    void soIsATriggerThatIgnoresANewRowOrLink(String table) throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        ignore("INSERT ON " + table);
        assertInGitOnly(sidecar, admin.refused("CALL git_memory.create_block('iris', 'note', 'v')"));
        database.execute("DROP FUNCTION ignore CASCADE");
        assertFollowsAgain();
        assertThat(application.labels("iris")).containsExactly("note", "system/persona");
    }

    @Test
    void aRowThatATriggerKeepsFromBeingDeletedStaysWithoutItsAgent() throws SQLException, IOException {
        sidecar();
        enabledAgent("iris");
        ignore("DELETE ON block");
        admin.call("CALL git_memory.delete_block('iris', 'system/persona')");
        assertThat(application.labels("iris")).isEmpty();
        assertThat(column("SELECT git_sha FROM block WHERE id = 'block-iris'")).containsExactly((String) null);
        assertFollowsAgain();
    }

    @Test
    void aTriggerThatKeepsALinkIsNamed() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("iris");
        ignore("DELETE ON blocks_agents");
        assertInGitOnly(sidecar, admin.refused("CALL git_memory.detach_block('iris', 'block-iris')"));
        database.execute("DROP FUNCTION ignore CASCADE");
        assertFollowsAgain();
        assertThat(application.labels("iris")).isEmpty();
    }
}
