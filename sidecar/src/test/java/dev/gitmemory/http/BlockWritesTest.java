package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.testing.Application.SqlRefusal;
import dev.gitmemory.testing.Http.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockWritesTest extends SidecarTest {

    @Test
    void aWriteLandsInGitThenInPostgresqlWithItsShaAndTheSameWriteAroundGitIsRefused() {
        enabledAgent("write");
        Answer written = http.patch(blocks("write") + "/system%2Fpersona", "{\"value\":\"I know better now\"}");

        assertThat(written.status()).isEqualTo(200);
        String sha = written.text("git_sha");
        assertThat(sha).matches("[0-9a-f]{40}");
        assertThat(written.header("ETag")).isEqualTo('"' + sha + '"');
        assertThat(application.block("write", "system/persona", "value")).isEqualTo("I know better now");
        assertThat(application.block("write", "system/persona", "git_sha")).isEqualTo(sha);
        assertThat(http.get(gitMemory("write") + "/blocks/system/persona?at=" + sha)
                        .text("value"))
                .isEqualTo("I know better now");

        assertThatThrownBy(() -> application.update("UPDATE block SET value = 'x' WHERE id = 'block-write'"))
                .isInstanceOf(SqlRefusal.class)
                .extracting(e -> ((SqlRefusal) e).sqlState())
                .isEqualTo("MG003");
        assertThat(application.block("write", "system/persona", "value")).isEqualTo("I know better now");
    }

    @Test
    void historyTellsWhoWroteWhatAndHowMuch() {
        enabledAgent("history");
        http.patch(
                blocks("history") + "/system%2Fpersona",
                "{\"value\":\"one\\ntwo\\n\"}",
                "Git-Memory-Author",
                "agent:agent-7");
        JsonNode commits = http.get(gitMemory("history") + "/history?label=system/persona")
                .json()
                .get("commits");

        assertThat(commits).hasSize(2);
        JsonNode newest = commits.get(0);
        assertThat(newest.get("message").asText()).isEqualTo("Update system/persona");
        assertThat(newest.get("author_type").asText()).isEqualTo("agent");
        assertThat(newest.get("author_id").asText()).isEqualTo("agent-7");
        assertThat(newest.get("files_changed").get(0).asText()).isEqualTo("system/persona.md");
        assertThat(newest.get("additions").asInt()).isEqualTo(2);
        assertThat(newest.get("deletions").asInt()).isEqualTo(1);
        assertThat(newest.get("parent_sha").asText())
                .isEqualTo(commits.get(1).get("sha").asText());
        assertThat(newest.get("timestamp").asText()).endsWith("Z");
    }

    @Test
    void historyIsReadInPages() {
        enabledAgent("pages");
        for (int i = 0; i < 5; i++) {
            http.patch(blocks("pages") + "/system%2Fpersona", "{\"value\":\"" + i + "\"}");
        }
        List<String> shas = new ArrayList<>();
        String next = "";
        while (next != null) {
            Answer page = http.get(gitMemory("pages") + "/history?limit=2" + next);
            page.json().get("commits").forEach(c -> shas.add(c.get("sha").asText()));
            next = page.text("next") == null ? null : "&before=" + page.text("next");
        }
        assertThat(shas).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void aBlockIsCreatedWithAllItsFieldsAndDeletedAgain() {
        enabledAgent("create");
        Answer created = http.post(
                blocks("create"),
                "{\"label\":\"system/project\",\"value\":\"v\",\"description\":\"d\",\"limit\":77,\"read_only\":true,"
                        + "\"metadata\":{\"n\":1.50},\"tags\":[\"b\",\"a\"],\"hidden\":true}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().get("metadata").get("n").asText()).isEqualTo("1.5");
        assertThat(created.json().get("tags")).hasSize(2);
        assertThat(created.json().get("hidden").asBoolean()).isTrue();
        assertThat(application.block("create", "system/project", "limit")).isEqualTo("77");
        assertThat(application.block("create", "system/project", "read_only")).isEqualTo("t");
        assertThat(application.block("create", "system/project", "description")).isEqualTo("d");
        assertThat(application.block("create", "system/project", "metadata_")).isEqualTo("{\"n\":1.50}");
        assertThat(application.block("create", "system/project", "id")).isEqualTo(created.text("id"));

        assertThat(http.delete("/v1/blocks/" + created.text("id")).status()).isEqualTo(200);
        assertThat(http.get("/v1/blocks/" + created.text("id")).status()).isEqualTo(404);
        assertThat(application.labels("create")).containsExactly("system/persona");
        assertThat(http.get(gitMemory("create") + "/blocks/system/project").status())
                .isEqualTo(404);
        assertThat(http.get(gitMemory("create") + "/blocks/system/project?at=" + created.text("git_sha"))
                        .text("value"))
                .isEqualTo("v");
    }

    @Test
    void absentKeepsNullClearsAndEmptyIsAValue() {
        enabledAgent("null");
        String persona = blocks("null") + "/system%2Fpersona";
        http.patch(persona, "{\"description\":\"d\",\"metadata\":{\"a\":1}}");
        assertThat(http.patch(persona, "{\"value\":\"v\"}").text("description")).isEqualTo("d");

        http.patch(persona, "{\"description\":\"\"}");
        assertThat(application.block("null", "system/persona", "description")).isEmpty();

        http.patch(persona, "{\"description\":null,\"metadata\":null,\"value\":\"\"}");
        assertThat(application.block("null", "system/persona", "description")).isNull();
        assertThat(application.block("null", "system/persona", "metadata_")).isNull();
        assertThat(application.block("null", "system/persona", "value")).isEmpty();
        JsonNode inGit = http.get(gitMemory("null") + "/blocks/system/persona").json();
        assertThat(inGit.get("description").isNull()).isTrue();
        assertThat(inGit.get("metadata")).isEmpty();
        assertThat(inGit.get("value").asText()).isEmpty();
    }

    @Test
    void aRenameKeepsTheBlocksIdAndItsTags() {
        enabledAgent("rename");
        http.patch("/v1/blocks/block-rename", "{\"tags\":[\"kept\"]}");
        Answer renamed = http.patch("/v1/blocks/block-rename", "{\"label\":\"system/self\",\"value\":\"new\"}");

        assertThat(renamed.status()).isEqualTo(200);
        assertThat(application.labels("rename")).containsExactly("system/self");
        assertThat(application.block("rename", "system/self", "id")).isEqualTo("block-rename");
        assertThat(renamed.json().get("tags").get(0).asText()).isEqualTo("kept");
        assertThat(renamed.text("git_sha")).isEqualTo(application.block("rename", "system/self", "git_sha"));
    }

    @Test
    void fieldsThatPostgresqlAloneKeepsMakeNoCommit() {
        enabledAgent("extras");
        String before = http.get(gitMemory("extras")).text("head_sha");
        Answer answer =
                http.patch("/v1/blocks/block-extras", "{\"hidden\":true,\"tags\":[\"t\"],\"project_id\":\"p\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("hidden").asBoolean()).isTrue();
        assertThat(answer.text("project_id")).isEqualTo("p");
        assertThat(http.get(gitMemory("extras")).text("head_sha")).isEqualTo(before);
    }

    @Test
    void aWriteThatChangesNothingMakesNoCommit() {
        enabledAgent("same");
        String before = http.get(gitMemory("same")).text("head_sha");
        Answer answer = http.patch("/v1/blocks/block-same", "{\"value\":\"I am same\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("git_sha")).isEqualTo(application.block("same", "system/persona", "git_sha"));
        assertThat(http.get(gitMemory("same")).text("head_sha")).isEqualTo(before);
    }

    @Test
    void ifMatchLetsOnlyTheOneWriteThatSawTheNewestBlock() {
        enabledAgent("etag");
        String etag = String.valueOf(http.get("/v1/blocks/block-etag").header("ETag"));
        assertThat(http.patch("/v1/blocks/block-etag", "{\"value\":\"1\"}", "If-Match", etag)
                        .status())
                .isEqualTo(200);
        Answer stale = http.patch("/v1/blocks/block-etag", "{\"value\":\"2\"}", "If-Match", etag);

        assertThat(stale.status()).isEqualTo(412);
        assertThat(application.block("etag", "system/persona", "value")).isEqualTo("1");
        assertThat(http.delete("/v1/blocks/block-etag", "If-Match", etag).status())
                .isEqualTo(412);
        assertThat(http.patch("/v1/blocks/block-etag", "{\"value\":\"3\"}", "If-Match", "*")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void agentsWithoutTheTagAreWrittenInPostgresqlAlone() {
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "old");
        Answer answer = http.patch(blocks("plain") + "/persona", "{\"value\":\"new\",\"metadata\":{\"a\":1}}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("git_sha").isNull()).isTrue();
        assertThat(application.block("plain", "persona", "value")).isEqualTo("new");
        assertThat(http.get(gitMemory("plain")).text("state")).isEqualTo("disabled");
        assertThat(http.post(blocks("plain"), "{\"label\":\"b\",\"value\":\"\"}")
                        .status())
                .isEqualTo(201);
        assertThat(application.update("UPDATE block SET value = 'by sql' WHERE id = 'block-plain'"))
                .isEqualTo(1);
        assertThat(http.delete("/v1/blocks/block-plain").status()).isEqualTo(200);
        assertThat(application.labels("plain")).containsExactly("b");
    }

    @Test
    void lettasAddressesAnswerWithATrailingSlashTooAndListsArePlainArrays() {
        enabledAgent("letta");
        Answer created = http.post("/v1/blocks/", "{\"label\":\"loose\",\"value\":\"v\"}");
        assertThat(created.status()).isEqualTo(200);
        assertThat(http.get("/v1/blocks/?label=loose").json().get(0).get("id").asText())
                .isEqualTo(created.text("id"));
        assertThat(http.get(blocks("letta") + "/").json().isArray()).isTrue();
        assertThat(http.get(blocks("letta") + "/system%2Fpersona/").text("id")).isEqualTo("block-letta");

        Answer attached = http.patch(blocks("letta") + "/attach/" + created.text("id"), "");
        assertThat(attached.status()).isEqualTo(200);
        assertThat(attached.json().get("memory").get("blocks")).hasSize(2);
        assertThat(http.get(gitMemory("letta") + "/blocks/loose").text("value")).isEqualTo("v");
        assertThat(application.block("letta", "loose", "git_sha")).isNotNull();

        assertThat(http.patch(blocks("letta") + "/detach/" + created.text("id"), "")
                        .status())
                .isEqualTo(200);
        assertThat(http.get(gitMemory("letta") + "/blocks/loose").status()).isEqualTo(404);
        assertThat(http.get("/v1/blocks/" + created.text("id"))
                        .json()
                        .get("git_sha")
                        .isNull())
                .isTrue();
    }
}
