package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Application.SqlRefusal;
import dev.gitmemory.testing.Http.Answer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecycleTest extends SidecarTest {

    private JsonNode inGit(String agentId, String label) {
        return http.get(gitMemory(agentId) + "/blocks/" + label).json();
    }

    @Test
    void enablingMovesEveryFieldToGitUnderOneCommitAndPrefixesLabels() {
        application.createAgent("on");
        application.update(
                "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, version)"
                        + " VALUES ('block-on', 'persona', E'line\\r\\nline', 'Who I am', 321, true, '{\"k\":[1,2.0]}', 'org-1', 4)");
        application.link("on", "block-on", "persona");
        application.createBlock("on", "block-on-2", "system/human", "");
        Answer status = http.post(gitMemory("on") + "/enable", "");

        assertThat(status.status()).isEqualTo(200);
        assertThat(status.text("state")).isEqualTo("enabled");
        assertThat(status.json().get("commits").asInt()).isEqualTo(1);
        assertThat(status.text("applied_sha")).isEqualTo(status.text("head_sha"));
        assertThat(application.labels("on")).containsExactly("system/human", "system/persona");
        assertThat(application.block("on", "system/persona", "git_sha")).isEqualTo(status.text("head_sha"));
        JsonNode persona = inGit("on", "system/persona");
        assertThat(persona.get("value").asText()).isEqualTo("line\r\nline");
        assertThat(persona.get("description").asText()).isEqualTo("Who I am");
        assertThat(persona.get("limit").asInt()).isEqualTo(321);
        assertThat(persona.get("read_only").asBoolean()).isTrue();
        assertThat(persona.get("metadata").toString()).isEqualTo("{\"k\":[1,2.0]}");
        assertThat(application.query("SELECT 1 FROM agents_tags WHERE agent_id = 'on'"))
                .hasSize(1);
    }

    @Test
    void enablingTwiceChangesNothing() {
        enabledAgent("twice");
        String head = http.get(gitMemory("twice")).text("head_sha");
        enable("twice");
        assertThat(http.get(gitMemory("twice")).text("head_sha")).isEqualTo(head);
    }

    @Test
    void anAgentWithoutBlocksCanBeEnabledAndGetsItsFirstBlockThroughGit() {
        application.createAgent("empty");
        enable("empty");
        assertThat(http.post(blocks("empty"), "{\"label\":\"system/first\",\"value\":\"v\"}")
                        .status())
                .isEqualTo(201);
        assertThat(inGit("empty", "system/first").get("value").asText()).isEqualTo("v");
    }

    @Test
    void disablingKeepsTheRepositoryAndLeavesTheRowsToSql() {
        enabledAgent("off");
        Answer off = http.post(gitMemory("off") + "/disable", "");

        assertThat(off.text("state")).isEqualTo("disabled");
        assertThat(off.text("head_sha")).isNotNull();
        assertThat(application.block("off", "system/persona", "git_sha")).isNull();
        assertThat(application.update("UPDATE block SET value = 'by sql' WHERE id = 'block-off'"))
                .isEqualTo(1);
        assertThat(inGit("off", "system/persona").get("value").asText()).isEqualTo("I am off");
    }

    @Test
    void enablingAgainPutsWhatChangedMeanwhileOnTopOfTheOldHistory() {
        enabledAgent("again");
        http.post(gitMemory("again") + "/disable", "");
        application.update("UPDATE block SET value = 'by sql' WHERE id = 'block-again'");
        application.createBlock("again", "block-again-2", "human", "new");
        enable("again");

        JsonNode commits = http.get(gitMemory("again") + "/history").json().get("commits");
        assertThat(commits).hasSize(2);
        assertThat(inGit("again", "system/persona").get("value").asText()).isEqualTo("by sql");
        assertThat(inGit("again", "system/human").get("value").asText()).isEqualTo("new");
        assertThat(http.get(gitMemory("again") + "/blocks/system/persona?at="
                                + commits.get(1).get("sha").asText())
                        .text("value"))
                .isEqualTo("I am again");
    }

    @Test
    void labelsThatGitHasAlreadyKeepTheirNamesWhenAnAgentIsEnabledAgain() {
        enabledAgent("names");
        http.post(blocks("names"), "{\"label\":\"skills/knots\",\"value\":\"v\"}");
        http.post(gitMemory("names") + "/disable", "");
        enable("names");
        assertThat(application.labels("names")).containsExactly("skills/knots", "system/persona");
    }

    @Test
    void aFileThatCantBeABlockHoldsUpTheAgentUntilItIsGoneAndNoLonger() throws IOException {
        enabledAgent("odd");
        commitAround("odd", files -> files.write("folder.md/x.md", "v"));
        assertThat(http.post(gitMemory("odd") + "/sync", "").status()).isEqualTo(409);
        commitAround("odd", files -> files.delete("folder.md/x.md"));
        assertThat(http.post(gitMemory("odd") + "/sync", "").status()).isEqualTo(200);
        assertThat(http.patch("/v1/blocks/block-odd", "{\"value\":\"w\"}").status())
                .isEqualTo(200);
    }

    @Test
    void aTagByPlainSqlIsTakenOverByTheNextPassAndFailsClosedUntilThen() {
        application.createAgent("tagged");
        application.createBlock("tagged", "block-tagged", "persona", "v");
        application.tag("tagged");
        assertThat(http.get(gitMemory("tagged")).text("state")).isEqualTo("pending");
        assertThatThrownBy(() -> application.update("UPDATE block SET value = 'x' WHERE id = 'block-tagged'"))
                .isInstanceOf(SqlRefusal.class)
                .extracting(e -> ((SqlRefusal) e).sqlState())
                .isEqualTo("MG005");

        sidecar.memory().reconciler().run();
        assertThat(http.get(gitMemory("tagged")).text("state")).isEqualTo("enabled");
        assertThat(application.labels("tagged")).containsExactly("system/persona");
    }

    @Test
    void aWriteToATaggedAgentThatNobodyTookOverTakesItOverFirst() {
        application.createAgent("eager");
        application.createBlock("eager", "block-eager", "system/persona", "v");
        application.tag("eager");
        Answer answer = http.patch("/v1/blocks/block-eager", "{\"value\":\"w\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(inGit("eager", "system/persona").get("value").asText()).isEqualTo("w");
    }

    @Test
    void blocksThatCantBeFilesAreAllNamedAndStayAsTheyAre() {
        application.createAgent("illegal");
        application.createBlock("illegal", "block-i1", "ok", "v");
        application.createBlock("illegal", "block-i2", "system/ok", "v");
        application.createBlock("illegal", "block-i3", "../up", "v");
        Answer answer = http.post(gitMemory("illegal") + "/enable", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("left_out")).hasSize(2);
        assertThat(answer.json().get("left_out").toString()).contains("system/ok", "../up");
        assertThat(application.labels("illegal")).containsExactlyInAnyOrder("../up", "ok", "system/ok");
        assertThat(inGit("illegal", "system/ok").get("git_sha").asText())
                .isEqualTo(application.block("illegal", "system/ok", "git_sha"));
    }

    /** What a push by a person does: commits that did not come through this interface. */
    private void commitAround(String agentId, dev.gitmemory.repo.Edit edit) throws IOException {
        sidecar.repositories()
                .open(new RepoId(Application.ORGANIZATION, agentId))
                .commit(List.of(Draft.of(new Author(Author.Type.USER, "someone", "Someone"), "By hand", edit)));
    }

    @Test
    void syncRebuildsRowsFromGitRemovalsAndEveryFieldIncluded() throws IOException {
        enabledAgent("sync");
        application.update("INSERT INTO agents_tags (agent_id, tag) VALUES ('sync', 'other')");
        http.post(blocks("sync"), "{\"label\":\"system/gone\",\"value\":\"v\"}");
        commitAround("sync", files -> {
            Label persona = Label.of("system/persona");
            String old = String.valueOf(files.read(persona.path()));
            Block block = BlockMarkdown.parse(persona, old)
                    .withReadOnly(true)
                    .withMetadata(dev.gitmemory.block.Metadata.of("{\"m\":1}"))
                    .withDescription("by hand")
                    .withLimit(9999);
            files.write(persona.path(), BlockMarkdown.rerender(old, block));
            files.delete("system/gone.md");
            files.write("notes/new.md", "just text");
            files.write("README.txt", "no block");
        });
        Answer verified = http.post(gitMemory("sync") + "/verify", "");
        assertThat(verified.json().get("differences")).isNotEmpty();
        assertThat(http.post(gitMemory("sync") + "/sync", "").status()).isEqualTo(200);

        assertThat(application.labels("sync")).containsExactly("notes/new", "system/persona");
        assertThat(application.block("sync", "system/persona", "read_only")).isEqualTo("t");
        assertThat(application.block("sync", "system/persona", "description")).isEqualTo("by hand");
        assertThat(application.block("sync", "system/persona", "limit")).isEqualTo("9999");
        assertThat(application.block("sync", "system/persona", "metadata_")).isEqualTo("{\"m\":1}");
        assertThat(application.block("sync", "notes/new", "value")).isEqualTo("just text");
        assertThat(application.query("SELECT 1 FROM block WHERE label = 'system/gone'"))
                .isEmpty();
        assertThat(http.post(gitMemory("sync") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void gitMvKeepsTheBlocksIdAndTags() throws IOException {
        enabledAgent("mv");
        http.patch("/v1/blocks/block-mv", "{\"tags\":[\"kept\"]}");
        commitAround("mv", files -> {
            files.write("system/self.md", String.valueOf(files.read("system/persona.md")));
            files.delete("system/persona.md");
        });
        http.post(gitMemory("mv") + "/sync", "");
        assertThat(application.block("mv", "system/self", "id")).isEqualTo("block-mv");
        assertThat(http.get("/v1/blocks/block-mv").json().get("tags")).hasSize(1);
    }

    @Test
    void syncPutsGitsContentBackWhereTheGuardWasSwitchedOff() throws SQLException {
        enabledAgent("drift");
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-drift'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
        JsonNode differences =
                http.post(gitMemory("drift") + "/verify", "").json().get("differences");
        assertThat(differences).hasSize(1);
        assertThat(differences.get(0).get("label").asText()).isEqualTo("system/persona");
        assertThat(differences.get(0).get("kind").asText()).isEqualTo("content");

        http.post(gitMemory("drift") + "/sync", "");
        assertThat(application.block("drift", "system/persona", "value")).isEqualTo("I am drift");
    }

    @Test
    void syncAndVerifyOfAnAgentThatIsNotGitsSaySo() {
        application.createAgent("none");
        assertThat(http.post(gitMemory("none") + "/sync", "").status()).isEqualTo(409);
        assertThat(http.post(gitMemory("none") + "/verify", "").status()).isEqualTo(409);
    }
}
