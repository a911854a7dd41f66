package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gitmemory.service.Reconciler;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.Http.Answer;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The application moves an agent to another organisation, or makes it anew there: its repository is the former one's. */
class MovedAgentTest extends SqlTest {

    private static final List<String> VIEWS = List.of("status", "history", "requests");

    private static String cause(String agentId) {
        return "Agent " + agentId + " is of organisation 'org-2', but its repository is of 'org-1'";
    }

    private void move(String agentId, String organization) {
        application.update(
                "INSERT INTO organizations (id, name) VALUES (?, 'Two') ON CONFLICT DO NOTHING", organization);
        assertThat(application.update("UPDATE agents SET organization_id = ? WHERE id = ?", organization, agentId))
                .as("the application's table is its own")
                .isEqualTo(1);
    }

    /** As the application does: its links go with the agent. */
    private void makeAnew(String agentId) {
        application.update("DELETE FROM agents_tags WHERE agent_id = ?", agentId);
        application.update("DELETE FROM agents WHERE id = ?", agentId);
        application.createAgent(agentId);
        move(agentId, "org-2");
        application.createBlock(agentId, "block-new-" + agentId, "persona", "I am another one");
        application.tag(agentId);
    }

    private Map<String, List<Map<String, @Nullable String>>> everything(String agentId) {
        return Map.of(
                "rows",
                application.query(
                        "SELECT b.*, l.block_label FROM block b JOIN blocks_agents l ON l.block_id = b.id"
                                + " WHERE l.agent_id = ?",
                        agentId),
                "commits",
                application.query("SELECT * FROM git_memory.commit WHERE agent_id = ?", agentId),
                "files",
                application.query("SELECT * FROM git_memory.file WHERE agent_id = ?", agentId));
    }

    private List<String> objects() throws IOException {
        return store.list("", "", 1000).stream().map(ObjectStore.Entry::key).toList();
    }

    private @Nullable String lastError(String agentId) {
        return column("SELECT last_error FROM git_memory.status WHERE agent_id = ?", agentId)
                .get(0);
    }

    private @Nullable String state(String agentId) {
        return column("SELECT state FROM git_memory.status WHERE agent_id = ?", agentId)
                .get(0);
    }

    private Session reader(String... organizations) throws SQLException {
        String role = role("");
        for (String organization : organizations) {
            superuser().call("SELECT git_memory.show_organization(?, ?)", role, organization);
        }
        return session(role);
    }

    private void assertRefused(String agentId, String... calls) {
        for (String call : calls) {
            assertThat(admin.refused(call, agentId)).as(call).satisfies(refused -> {
                assertThat(refused.state()).isEqualTo("MG103");
                assertThat(refused.message())
                        .contains(cause(agentId), "Nothing was changed", "organization_id back to 'org-1'", "NEW-ID");
            });
        }
    }

    @Test
    void anAgentThatWasMovedIsRefusedUntilItIsMovedBackAndNothingChanges() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("c1");
        move("c1", "org-2");
        Map<String, List<Map<String, @Nullable String>>> before = everything("c1");
        List<String> objects = objects();
        assertRefused(
                "c1",
                "CALL git_memory.write_block(?, 'system/persona', 'x')",
                "CALL git_memory.create_block(?, 'system/new', 'x')",
                "CALL git_memory.delete_block(?, 'system/persona')",
                "CALL git_memory.restore_block(?, 'system/persona', 'HEAD')",
                "CALL git_memory.enable_agent(?)",
                "CALL git_memory.sync_agent(?)",
                "CALL git_memory.verify_agent(?)",
                "CALL git_memory.block_at(?, 'system/persona')");
        for (String path : List.of("/git-memory/history", "/git-memory/blocks")) {
            Answer answer = sidecar.http().get("/v1/agents/c1" + path);
            assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        }
        Answer status = sidecar.http().get("/v1/agents/c1/git-memory");
        assertThat(status.text("organization_id")).isEqualTo("org-1");
        assertThat(status.text("last_error")).contains(cause("c1"));
        assertThat(status.text("state")).isEqualTo("failed");
        assertThat(state("c1")).isEqualTo("failed");
        assertThat(everything("c1")).isEqualTo(before);
        assertThat(objects()).isEqualTo(objects);

        move("c1", "org-1");
        assertThat(write("c1", "system/persona", "back")).containsEntry("block_id", "block-c1");
        assertThat(block("c1", "system/persona", "value")).isEqualTo("back");
        assertThat(state("c1")).isEqualTo("enabled");
        assertThat(admin.call("CALL git_memory.verify_agent('c1')")).containsEntry("differences", "0");
    }

    @Test
    void aBlockThatAMovedAgentSharesIsRefusedForAll() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        assertThat(sidecar).isNotNull();
        enabledAgent("c1");
        application.createAgent("other");
        admin.call("CALL git_memory.enable_agent('other')");
        admin.call("CALL git_memory.attach_block('other', 'block-c1')");
        move("c1", "org-2");
        List<String> objects = objects();
        assertThat(admin.refused("CALL git_memory.write_block('other', 'system/persona', 'x')")
                        .message())
                .contains(cause("c1"));
        assertThat(objects()).isEqualTo(objects);
        assertThat(block("c1", "system/persona", "value")).isEqualTo("I am c1");
    }

    @Test
    void theReconcilerSaysItOnceAndThatItIsOver() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("c1");
        database.execute("UPDATE git_memory.repo SET in_flight_at = NULL");
        move("c1", "org-2");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(Reconciler.class);
        lines.start();
        logger.addAppender(lines);
        try {
            Reconciler reconciler = sidecar.memory().reconciler();
            reconciler.run();
            reconciler.run();
            assertThat(reconciler.figures().failing()).isEqualTo(1);
            assertThat(lastError("c1")).contains(cause("c1"));
            assertThat(admin.value("SELECT remark FROM git_memory.status WHERE agent_id = 'c1'"))
                    .contains("org-2", "org-1");
            assertThat(said(lines))
                    .filteredOn(line -> line.contains(cause("c1")))
                    .hasSize(1);
        } finally {
            logger.detachAppender(lines);
        }
        move("c1", "org-1");
        Sidecar next = sidecar(); // one that has no pause to wait for
        next.memory().reconciler().run();
        assertThat(lastError("c1")).isNull();
        assertThat(next.memory().reconciler().figures().failing()).isZero();
    }

    private static List<String> said(ListAppender<ILoggingEvent> lines) {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void anAgentThatWasMadeAnewElsewhereDoesNotGetTheFormerOnesRepository() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("d1");
        makeAnew("d1");
        List<String> objects = objects();
        sidecar.memory().reconciler().run();
        assertThat(lastError("d1")).contains(cause("d1"));
        assertRefused(
                "d1",
                "CALL git_memory.enable_agent(?)",
                "CALL git_memory.write_block(?, 'persona', 'x')",
                "CALL git_memory.block_at(?, 'system/persona')");
        assertThat(objects()).isEqualTo(objects);
        assertThat(application.query("SELECT * FROM git_memory.commit WHERE agent_id = 'd1'"))
                .hasSize(1);

        admin.call("CALL git_memory.disable_agent('d1')");
        application.update("UPDATE block SET value = 'my own' WHERE id = 'block-new-d1'");
        assertThat(admin.refused("CALL git_memory.enable_agent('d1')").message())
                .contains(cause("d1"));
        admin.call("CALL git_memory.purge_agent('d1', 'd1')");
        assertThat(objects()).as("the former one's").allMatch(key -> key.startsWith("org-1/"));
        assertThat(block("d1", "persona", "value")).isEqualTo("my own");
    }

    @Test
    void neitherOrganisationSeesWhatIsTheOthers() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        enabledAgent("stays");
        enabledAgent("c1");
        enabledAgent("d1");
        move("c1", "org-2");
        makeAnew("d1");
        sidecar.memory().reconciler().run();
        assertRefused("c1", "CALL git_memory.write_block(?, 'system/persona', 'x')");
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        Session one = reader("org-1");
        Session two = reader("org-2");
        Session both = reader("org-1", "org-2");
        for (String view : Stream.concat(VIEWS.stream(), Stream.of("drift")).toList()) {
            String sql = "SELECT DISTINCT agent_id FROM git_memory." + view + " ORDER BY 1";
            assertThat(one.rows(sql)).as(view).containsExactly(Map.of("agent_id", "stays"));
            assertThat(two.rows(sql)).as(view).isEmpty();
            assertThat(both.rows(sql)).as(view).contains(Map.of("agent_id", "c1"));
        }
        assertThat(one.rows("SELECT DISTINCT agent_id FROM git_memory.drift_shown()"))
                .containsExactly(Map.of("agent_id", "stays"));
    }

    @Test
    void anAgentThatGitHasNothingOfMayBeMoved() throws SQLException, IOException {
        Sidecar sidecar = sidecar();
        application.createAgent("new");
        database.execute("INSERT INTO git_memory.repo (agent_id, organization_id, state, last_error)"
                + " VALUES ('new', 'org-1', 'pending', 'an attempt that failed')");
        move("new", "org-2");
        application.createBlock("new", "block-new", "persona", "I am new");
        application.tag("new");
        sidecar.memory().reconciler().run();
        assertThat(admin.call("SELECT organization_id, state, last_error FROM git_memory.status"))
                .containsEntry("organization_id", "org-2")
                .containsEntry("state", "enabled")
                .containsEntry("last_error", null);
        assertThat(write("new", "system/persona", "x")).containsEntry("block_id", "block-new");
        assertThat(objects()).allMatch(key -> key.startsWith("org-2/new/"));
    }
}
