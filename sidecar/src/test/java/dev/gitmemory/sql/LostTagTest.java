package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tag and ledger that say different things, which takes a superuser or a restored backup: the tag says what is wanted, and
 * without anybody's help the ledger comes to it.
 */
class LostTagTest extends SqlTest {

    private Sidecar sidecar;

    @BeforeEach
    void start() throws SQLException, IOException {
        sidecar = sidecar();
    }

    /** Changes tags as somebody does who has switched the triggers off. */
    private void behindTheTriggersBack(String sql) throws SQLException {
        database.execute(
                "ALTER TABLE agents_tags DISABLE TRIGGER USER", sql, "ALTER TABLE agents_tags ENABLE TRIGGER USER");
        for (String trigger : column(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'agents_tags'::regclass" + " AND NOT tgisinternal")) {
            database.execute("ALTER TABLE agents_tags ENABLE ALWAYS TRIGGER " + trigger);
        }
        assertThat(column("SELECT DISTINCT trigger_state FROM git_memory.guard WHERE trigger_name IS NOT NULL"))
                .containsExactly("ok");
    }

    private void loseTag(String agentId) throws SQLException {
        behindTheTriggersBack("DELETE FROM agents_tags WHERE agent_id = '" + agentId + "'");
    }

    private List<String> state(String agentId) {
        return column("SELECT state || ' ' || tagged FROM git_memory.status WHERE agent_id = ?", agentId).stream()
                .map(String::valueOf)
                .toList();
    }

    @Test
    void anAgentWhoseTagIsGoneWithoutTheLedgersKnowingIsShownAndGivenBack() throws SQLException, IOException {
        enabledAgent("iris");
        write("iris", "system/persona", "from git");
        loseTag("iris");
        assertThat(admin.rows("SELECT agent_id, expected, found FROM git_memory.drift"))
                .singleElement()
                .satisfies(drift -> assertThat(drift)
                        .containsEntry("agent_id", "iris")
                        .containsEntry("found", "no tag")
                        .extractingByKey("expected")
                        .asString()
                        .contains("git-memory-enabled"));
        assertThat(admin.value("SELECT remark FROM git_memory.status WHERE agent_id = 'iris'"))
                .contains("the tag is gone", "put the tag", "back first");
        database.execute("UPDATE block SET value = 'written meanwhile' WHERE id = 'block-iris'");

        sidecar.memory().reconciler().run();
        assertThat(state("iris")).containsExactly("disabled false");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(block("iris", "system/persona", "value")).isEqualTo("written meanwhile");
        assertThat(block("iris", "system/persona", "git_sha")).isNull();
        assertThat(column("SELECT remark FROM git_memory.status WHERE agent_id = 'iris'"))
                .containsOnlyNulls();
        sidecar.memory().reconciler().run();
        assertThat(sidecar.memory().reconciler().figures().letGo())
                .as("how often it was let go")
                .isEqualTo(1);

        admin.call("CALL git_memory.enable_agent('iris')");
        assertThat(messages("iris"))
                .containsExactly(
                        "Enable git memory for iris", "Update system/persona", "Enable again git memory for iris");
        assertThat(block("iris", "system/persona", "value")).isEqualTo("written meanwhile");
    }

    @Test
    void aTagThatIsPutBackInTimeKeepsTheAgentAndSyncMendsItsRows() throws SQLException {
        enabledAgent("iris");
        write("iris", "system/persona", "from git");
        loseTag("iris");
        behindTheTriggersBack("INSERT INTO agents_tags (agent_id, tag) VALUES ('iris', 'git-memory-enabled')");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        sidecar.memory().reconciler().run();
        assertThat(state("iris")).containsExactly("enabled true");
        assertThat(messages("iris")).hasSize(2);
    }

    @Test
    void aSharedBlockStaysWithTheOwnerThatHasItsTag() throws SQLException, IOException {
        enabledAgent("iris");
        application.createAgent("ivo");
        application.link("ivo", "block-iris", "system/persona");
        admin.call("CALL git_memory.enable_agent('ivo')");
        String before = block("iris", "system/persona", "git_sha");
        loseTag("iris");

        sidecar.memory().reconciler().run();
        assertThat(state("iris")).containsExactly("disabled false");
        assertThat(state("ivo")).containsExactly("enabled true");
        assertThat(block("ivo", "system/persona", "git_sha")).isNotNull().isNotEqualTo(before);
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        write("iris", "system/persona", "through the one without the tag");
        assertThat(messages("ivo")).hasSize(2);
        assertThat(messages("iris")).hasSize(1);
    }

    @Test
    void aTagThatCameWithoutTheLedgersKnowingIsShownAndTakenOver() throws SQLException, IOException {
        application.createAgent("iris");
        application.createBlock("iris", "block-iris", "persona", "plain");
        behindTheTriggersBack("INSERT INTO agents_tags (agent_id, tag) VALUES ('iris', 'git-memory-enabled')");
        assertThat(state("iris")).containsExactly("pending true");
        assertThat(admin.rows("SELECT agent_id, label, expected FROM git_memory.drift"))
                .singleElement()
                .satisfies(drift -> assertThat(drift)
                        .containsEntry("label", "persona")
                        .containsEntry("expected", "git_sha pending"));

        sidecar.memory().reconciler().run();
        assertThat(state("iris")).containsExactly("enabled true");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        assertThat(messages("iris")).containsExactly("Enable git memory for iris");
    }

    @Test
    void aDeletedAgentWhoseTagWentBehindTheTriggersBackIsLetGoToo() throws SQLException, IOException {
        enabledAgent("iris");
        behindTheTriggersBack("DELETE FROM agents_tags WHERE agent_id = 'iris'");
        database.execute("DELETE FROM agents WHERE id = 'iris'");
        sidecar.memory().reconciler().run();
        assertThat(state("iris")).containsExactly("deleted false");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
        admin.call("CALL git_memory.purge_agent('iris', 'iris')");
        assertThat(state("iris")).containsExactly("purged false");
    }
}
