package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.Edit;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Application.SqlRefusal;
import dev.gitmemory.testing.FullStore;
import dev.gitmemory.testing.Http.Answer;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The thirteen faults of the implementation that this one replaces, each as it would show to a user. */
class ReplacedImplementationTest extends SidecarTest {

    private JsonNode inGit(String agentId, String label) {
        return http.get(gitMemory(agentId) + "/blocks/" + label).json();
    }

    private void commitAround(String agentId, Edit edit) throws IOException {
        sidecar.repositories()
                .open(new RepoId(Application.ORGANIZATION, agentId))
                .commit(List.of(Draft.of(new Author(Author.Type.USER, "someone", "Someone"), "By hand", edit)));
    }

    @Test
    void fault01AnEmptyValueIsTheSameInGitAndPostgresql() {
        enabledAgent("f1");
        assertThat(http.patch("/v1/blocks/block-f1", "{\"value\":\"\"}").text("value"))
                .isEmpty();
        assertThat(application.block("f1", "system/persona", "value")).isEmpty();
        assertThat(inGit("f1", "system/persona").get("value").asText()).isEmpty();
    }

    @Test
    void fault02ReadOnlyAndMetadataReachPostgresqlToo() {
        enabledAgent("f2");
        http.patch("/v1/blocks/block-f2", "{\"read_only\":true,\"metadata\":{\"k\":\"v\"}}");
        assertThat(application.block("f2", "system/persona", "read_only")).isEqualTo("t");
        assertThat(application.block("f2", "system/persona", "metadata_")).isEqualTo("{\"k\":\"v\"}");
        assertThat(inGit("f2", "system/persona").get("read_only").asBoolean()).isTrue();
    }

    @Test
    void fault03CreateKeepsReadOnlyAndMetadata() {
        enabledAgent("f3");
        http.post(blocks("f3"), "{\"label\":\"n\",\"value\":\"\",\"read_only\":true,\"metadata\":{\"k\":1}}");
        assertThat(inGit("f3", "n").get("read_only").asBoolean()).isTrue();
        assertThat(inGit("f3", "n").get("metadata").toString()).isEqualTo("{\"k\":1}");
        assertThat(application.block("f3", "n", "read_only")).isEqualTo("t");
        assertThat(application.block("f3", "n", "metadata_")).isEqualTo("{\"k\":1}");
    }

    @Test
    void fault04TakingOverKeepsDescriptionLimitAndMetadata() {
        application.createAgent("f4");
        application.update("INSERT INTO block (id, label, value, description, \"limit\", metadata_, organization_id)"
                + " VALUES ('block-f4', 'persona', 'v', 'd', 123, '{\"k\":1}', 'org-1')");
        application.link("f4", "block-f4", "persona");
        application.tag("f4"); // the tag is there, the repository is not
        sidecar.memory().reconciler().run();
        JsonNode block = inGit("f4", "system/persona");
        assertThat(block.get("description").asText()).isEqualTo("d");
        assertThat(block.get("limit").asInt()).isEqualTo(123);
        assertThat(block.get("metadata").toString()).isEqualTo("{\"k\":1}");
    }

    @Test
    void fault05SyncRemovesWhatGitLostAndBringsReadOnlyAndMetadata() throws IOException {
        enabledAgent("f5");
        http.post(blocks("f5"), "{\"label\":\"gone\",\"value\":\"\"}");
        commitAround("f5", files -> {
            Label persona = Label.of("system/persona");
            String old = String.valueOf(files.read(persona.path()));
            Block block = BlockMarkdown.parse(persona, old).withReadOnly(true).withMetadata(Metadata.of("{\"k\":1}"));
            files.write(persona.path(), BlockMarkdown.rerender(old, block));
            files.delete("gone.md");
        });
        http.post(gitMemory("f5") + "/sync", "");
        assertThat(application.labels("f5")).containsExactly("system/persona");
        assertThat(application.block("f5", "system/persona", "read_only")).isEqualTo("t");
        assertThat(application.block("f5", "system/persona", "metadata_")).isEqualTo("{\"k\":1}");
    }

    @Test
    void fault06ABlockSharedWithAPlainAgentNeverBypassesGitAndIsNotDeletedForAll() {
        application.createAgent("f6-a-plain"); // first by id: an arbitrary owner would be this one
        application.createBlock("f6-a-plain", "block-f6", "system/s", "v");
        application.createAgent("f6-git");
        application.link("f6-git", "block-f6", "system/s");
        enable("f6-git");
        http.patch("/v1/blocks/block-f6", "{\"value\":\"w\"}");
        assertThat(inGit("f6-git", "system/s").get("value").asText()).isEqualTo("w");
        http.delete("/v1/blocks/block-f6");
        assertThat(application.labels("f6-git")).isEmpty();
        assertThat(application.block("f6-a-plain", "system/s", "value")).isEqualTo("w");
    }

    @Test
    void fault07LabelsAreNotRenamedWhereTheRepositoryCouldNotBeMade() throws Exception {
        application.createAgent("f7");
        application.createBlock("f7", "block-f7", "persona", "v");
        try (ObjectStore broken = new FullStore();
                Sidecar other = Sidecar.start(database, broken)) {
            assertThat(other.http().post(gitMemory("f7") + "/enable", "").status())
                    .isEqualTo(503);
        }
        assertThat(application.labels("f7")).containsExactly("persona");
        assertThat(application.query("SELECT 1 FROM agents_tags WHERE agent_id = 'f7'"))
                .isEmpty();
    }

    @Test
    void fault08AndFault09AWriteIsOneObjectAndReadsNothing() throws Exception {
        application.createAgent("f9");
        application.createBlock("f9", "block-f9", "system/p", "v");
        try (CountingStore counted = new CountingStore(Stores.open("memory:"));
                Sidecar other = Sidecar.start(database, counted)) {
            other.http().post(gitMemory("f9") + "/enable", "");
            for (int i = 0; i < 300; i++) {
                other.http().patch("/v1/blocks/block-f9", "{\"value\":\"" + i + "\"}");
            }
            counted.reset();
            other.http().patch("/v1/blocks/block-f9", "{\"value\":\"301\"}");
            assertThat(counted.creates()).isEqualTo(1);
            assertThat(counted.reads()).isZero();
            assertThat(counted.lists()).isZero();
        }
    }

    @Test
    void fault10HistoryHasAuthorTypeAuthorIdFilesAndSizes() {
        enabledAgent("f10");
        http.patch("/v1/blocks/block-f10", "{\"value\":\"a\\nb\"}", "Git-Memory-Author", "agent:agent-10");
        JsonNode commit =
                http.get(gitMemory("f10") + "/history").json().get("commits").get(0);
        assertThat(commit.get("author_type").asText()).isEqualTo("agent");
        assertThat(commit.get("author_id").asText()).isEqualTo("agent-10");
        assertThat(commit.get("files_changed").get(0).asText()).isEqualTo("system/persona.md");
        assertThat(commit.get("additions").asInt()).isEqualTo(2);
        assertThat(commit.get("deletions").asInt()).isEqualTo(1);
    }

    @Test
    void fault11EnablingAgainNeverOverwritesHistoryAndALostRepositoryIsNotMadeAnew() throws Exception {
        enabledAgent("f11");
        http.patch("/v1/blocks/block-f11", "{\"value\":\"second\"}");
        List<String> before = shas("f11");
        http.post(gitMemory("f11") + "/disable", "");
        application.update("UPDATE block SET value = 'third' WHERE id = 'block-f11'");
        enable("f11");
        assertThat(shas("f11")).hasSize(3).endsWith(before.toArray(String[]::new));

        try (ObjectStore empty = Stores.open("memory:");
                Sidecar other = Sidecar.start(database, empty)) {
            Answer answer = other.http().post(gitMemory("f11") + "/sync", "");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(empty.list("", "", 1)).isEmpty();
            Answer write = other.http().patch("/v1/blocks/block-f11", "{\"value\":\"x\"}");
            assertThat(write.status()).isBetween(400, 499);
            assertThat(empty.list("", "", 1)).isEmpty();
        }
        assertThat(application.block("f11", "system/persona", "value")).isEqualTo("third");
    }

    private List<String> shas(String agentId) {
        return StreamSupport.stream(
                        http.get(gitMemory(agentId) + "/history")
                                .json()
                                .get("commits")
                                .spliterator(),
                        false)
                .map(c -> c.get("sha").asText())
                .toList();
    }

    @Test
    void fault12DescriptionAndMetadataCanBeCleared() {
        enabledAgent("f12");
        http.patch("/v1/blocks/block-f12", "{\"description\":\"d\",\"metadata\":{\"k\":1}}");
        http.patch("/v1/blocks/block-f12", "{\"description\":null,\"metadata\":null}");
        assertThat(application.block("f12", "system/persona", "description")).isNull();
        assertThat(application.block("f12", "system/persona", "metadata_")).isNull();
        assertThat(inGit("f12", "system/persona").get("description").isNull()).isTrue();
    }

    @Test
    void fault13WhatIsInGitIsInPostgresqlBeforeTheAnswerAndAFailureToApplyShowsInTheStatus() throws IOException {
        enabledAgent("f13");
        String sha = http.patch("/v1/blocks/block-f13", "{\"value\":\"now\"}").text("git_sha");
        assertThat(http.get(gitMemory("f13")).text("applied_sha")).isEqualTo(sha);

        commitAround("f13", files -> files.write("system/persona.md", "---\nlimit: many\n---\nx"));
        assertThat(http.patch("/v1/blocks/block-f13", "{\"value\":\"y\"}").status())
                .isEqualTo(409);
        sidecar.memory().reconciler().run();
        assertThat(http.get(gitMemory("f13")).text("last_error")).contains("system/persona.md");
        assertThat(application.block("f13", "system/persona", "value")).isEqualTo("now");

        commitAround("f13", files -> files.write("system/persona.md", "mended"));
        sidecar.memory().reconciler().run();
        assertThat(http.get(gitMemory("f13")).json().get("last_error").isNull()).isTrue();
        assertThat(application.block("f13", "system/persona", "value")).isEqualTo("mended");
    }

    @Test
    void aRefusedWriteShowsItsSqlState() {
        enabledAgent("state");
        try {
            application.update("UPDATE block SET value = 'x' WHERE id = 'block-state'");
        } catch (SqlRefusal e) {
            assertThat(e.sqlState()).isEqualTo("MG003");
            return;
        }
        throw new AssertionError("PostgreSQL let it through");
    }
}
