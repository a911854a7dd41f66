package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Agents whose files were read by the first edition of the rules, in which front matter that is no YAML was value. */
class ReadAnewTest extends SidecarTest {

    private static final String LABEL = "system/persona";
    private static final String FILE = "---\ndescription: Tea: green\nlimit: 5000\nread_only: true\n---\nbody\n";

    private Application superuser;

    @BeforeAll
    void connect() {
        superuser = new Application(database.dataSource());
    }

    private void commit(String agentId, String label, String file) throws IOException {
        sidecar.repositories()
                .open(new RepoId("org-1", agentId))
                .commit(List.of(Draft.of(
                        new Author(Author.Type.USER, "u", "u"),
                        "By a client",
                        files -> files.write(label + ".md", file))));
        assertThat(http.post(gitMemory(agentId) + "/sync", "").status()).isEqualTo(200);
    }

    /** What an earlier version had made of the file: a row that is the whole file. */
    private void asBefore(String file, String... agents) throws SQLException {
        database.execute("""
                DO $do$
                BEGIN
                    SET CONSTRAINTS ALL DEFERRED;
                    UPDATE git_memory.file
                       SET digest = git_memory.digest('%1$s', NULL, 100000, false, NULL)
                     WHERE agent_id = ANY ('{%2$s}') AND label = '%3$s';
                    UPDATE block
                       SET value = '%1$s', description = NULL, "limit" = 100000, read_only = false
                     WHERE id IN (SELECT block_id FROM blocks_agents WHERE agent_id = ANY ('{%2$s}') AND block_label = '%3$s');
                    UPDATE git_memory.repo SET reading = 1 WHERE agent_id = ANY ('{%2$s}');
                END
                $do$
                """.formatted(file, String.join(",", agents), LABEL));
        assertThat(superuser.query(
                        "SELECT 1 FROM git_memory.drift WHERE agent_id = ANY (string_to_array(?, ','))",
                        String.join(",", agents)))
                .isEmpty();
    }

    private void assertReadAnew(String agentId, String label) {
        assertThat(application.block(agentId, label, "value")).isEqualTo("body\n");
        assertThat(application.block(agentId, label, "description")).isEqualTo("Tea: green");
        assertThat(application.block(agentId, label, "limit")).isEqualTo("5000");
        assertThat(application.block(agentId, label, "read_only")).isEqualTo("t");
        assertCurrent(agentId);
    }

    private void assertCurrent(String agentId) {
        assertThat(superuser.row("SELECT reading, state, last_error FROM git_memory.repo WHERE agent_id = ?", agentId))
                .containsEntry("reading", "2")
                .containsEntry("state", "enabled")
                .containsEntry("last_error", null);
        assertThat(http.post(gitMemory(agentId) + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    private List<java.util.Map<String, String>> overwritten(String agentId) {
        return List.copyOf(superuser.query(
                "SELECT value, description, git_sha FROM git_memory.overwritten WHERE agent_id = ? ORDER BY id",
                agentId));
    }

    @Test
    void rowAndLedgerAreReadAnewOnceAndTheFormerRowIsKept() throws SQLException, IOException {
        enabledAgent("one");
        http.post(blocks("one"), "{\"label\": \"system/other\", \"value\": \"stays\"}");
        commit("one", LABEL, FILE);
        String sha = application.block("one", LABEL, "git_sha");
        asBefore(FILE, "one");

        sidecar.memory().reconciler().run();

        assertReadAnew("one", LABEL);
        assertThat(application.block("one", LABEL, "git_sha")).isEqualTo(sha);
        assertThat(overwritten("one")).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("value", FILE)
                .containsEntry("description", null)
                .containsEntry("git_sha", sha));
        String row = application.block("one", LABEL, "xmin");
        sidecar.memory().reconciler().run();
        assertThat(application.block("one", LABEL, "xmin")).isEqualTo(row);
        assertThat(overwritten("one")).hasSize(1);
    }

    @Test
    void aWriteThatComesFirstReadsThemAnew() throws SQLException, IOException {
        enabledAgent("writer");
        http.post(blocks("writer"), "{\"label\": \"system/other\", \"value\": \"stays\"}");
        commit("writer", LABEL, FILE);
        asBefore(FILE, "writer");

        assertThat(http.patch(blocks("writer") + "/system%2Fother", "{\"value\": \"new\"}")
                        .status())
                .isEqualTo(200);

        assertReadAnew("writer", LABEL);
        assertThat(overwritten("writer")).hasSize(1);
    }

    @Test
    void aWriteToSuchABlockChangesOneFieldAndNoOther() throws SQLException, IOException {
        enabledAgent("patched");
        commit("patched", LABEL, FILE);
        asBefore(FILE, "patched");

        assertThat(http.patch(blocks("patched") + "/system%2Fpersona", "{\"limit\": 6000}")
                        .status())
                .isEqualTo(200);

        assertThat(application.block("patched", LABEL, "value")).isEqualTo("body\n");
        assertThat(application.block("patched", LABEL, "description")).isEqualTo("Tea: green");
        assertThat(application.block("patched", LABEL, "limit")).isEqualTo("6000");
        assertCurrent("patched");
    }

    @Test
    void allOwnersOfASharedBlockAreReadAnewTogether() throws SQLException, IOException {
        enabledAgent("share-a");
        application.createAgent("share-b");
        enable("share-b");
        http.patch(blocks("share-b") + "/attach/block-share-a", "");
        commit("share-a", LABEL, FILE);
        asBefore(FILE, "share-a", "share-b");

        sidecar.memory().reconciler().run();

        assertReadAnew("share-a", LABEL);
        assertReadAnew("share-b", LABEL);
        assertThat(overwritten("share-a").size() + overwritten("share-b").size())
                .isEqualTo(1);
    }

    @Test
    void aFileThatCantBeReadEvenNowStaysValue() throws SQLException, IOException {
        String file = "---\ndescription: four\n----\nbody\n";
        enabledAgent("unclosed");
        commit("unclosed", LABEL, file);
        asBefore(file, "unclosed");

        sidecar.memory().reconciler().run();

        assertThat(application.block("unclosed", LABEL, "value")).isEqualTo(file);
        assertThat(overwritten("unclosed")).isEmpty();
        assertCurrent("unclosed");
    }

    @Test
    void anOlderSidecarIsRefusedBeforeItCommitsAndTheApplicationIsNot() throws SQLException {
        enabledAgent("newer");
        try (Connection connection = database.dataSource(database.sidecarRole()).getConnection();
                Statement older = connection.createStatement()) {
            for (String reading : List.of("", "1")) {
                older.execute("SET git_memory.reading = '" + reading + "'");
                for (String column : List.of("in_flight_at = now()", "applied_sha = NULL")) {
                    assertThatThrownBy(() ->
                                    older.execute("UPDATE git_memory.repo SET " + column + " WHERE agent_id = 'newer'"))
                            .isInstanceOfSatisfying(SQLException.class, refusal -> assertThat(refusal.getSQLState())
                                    .isEqualTo("MG112"))
                            .hasMessageContaining("this sidecar is older", "\"newer\"");
                }
            }
            older.execute("UPDATE git_memory.repo SET in_flight_at = NULL WHERE agent_id = 'newer'");
            older.execute("SET git_memory.reading = '3'");
            older.execute("UPDATE git_memory.repo SET in_flight_at = now() WHERE agent_id = 'newer'");
        }
        application.update("DELETE FROM agents_tags WHERE agent_id = 'newer'");
        application.update("UPDATE block SET value = 'own again' WHERE id = 'block-newer'");
        assertThat(application.block("newer", LABEL, "value")).isEqualTo("own again");
    }
}
