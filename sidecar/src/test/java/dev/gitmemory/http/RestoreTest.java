package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gitmemory.testing.Http;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a commit changed, and going back to one by a new commit. */
class RestoreTest extends SidecarTest {

    private String head(String agentId) {
        return String.valueOf(http.get(gitMemory(agentId)).text("head_sha"));
    }

    private Http.Answer restore(String agentId, String body) {
        return http.post(gitMemory(agentId) + "/restore", body);
    }

    private void write(String agentId, String label, String value) {
        Http.Answer answer =
                http.patch(blocks(agentId) + "/" + label.replace("/", "%2F"), "{\"value\": \"" + value + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private void verified(String agentId) {
        assertThat(http.post(gitMemory(agentId) + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void aBlockIsPutBackByANewCommitAndEverythingElseStays() {
        enabledAgent("one");
        String before = head("one");
        http.post(blocks("one"), "{\"label\": \"system/other\", \"value\": \"other\"}");
        write("one", "system/persona", "changed");
        Http.Answer restored =
                restore("one", "{\"label\": \"system/persona\", \"to\": \"" + before.substring(0, 8) + "\"}");
        assertThat(restored.status()).as(restored.body()).isEqualTo(200);
        assertThat(restored.text("value")).isEqualTo("I am one");
        assertThat(restored.text("git_sha")).isEqualTo(head("one")).isNotEqualTo(before);
        assertThat(application.labels("one")).containsExactly("system/other", "system/persona");
        assertThat(restore("one", "{\"label\": \"system/persona\", \"to\": \"HEAD\"}")
                        .text("git_sha"))
                .isEqualTo(head("one"));
        verified("one");
    }

    @Test
    void allOfAnAgentIsPutBackAndWhatWasNotThereGoes() {
        enabledAgent("all");
        http.post(blocks("all"), "{\"label\": \"system/gone\", \"value\": \"comes back\", \"read_only\": true}");
        String before = head("all");
        http.delete("/v1/blocks/" + application.block("all", "system/gone", "id"));
        http.post(blocks("all"), "{\"label\": \"system/later\", \"value\": \"goes\"}");
        write("all", "system/persona", "changed");
        Http.Answer restored = restore("all", "{\"to\": \"" + before + "\"}");
        assertThat(restored.status()).as(restored.body()).isEqualTo(200);
        assertThat(restored.text("state")).isEqualTo("enabled");
        assertThat(application.labels("all")).containsExactly("system/gone", "system/persona");
        assertThat(application.block("all", "system/gone", "value")).isEqualTo("comes back");
        assertThat(application.block("all", "system/persona", "value")).isEqualTo("I am all");
        List<String> messages = new ArrayList<>();
        http.get(gitMemory("all") + "/history")
                .json()
                .get("commits")
                .forEach(c -> messages.add(c.get("message").asText()));
        assertThat(messages).hasSize(6).startsWith("Restore all blocks to " + before.substring(0, 10));
        verified("all");
    }

    @Test
    void aSharedBlockIsPutBackForAllOfItsAgents() {
        enabledAgent("s1");
        application.createAgent("s2");
        enable("s2");
        String id = String.valueOf(application.block("s1", "system/persona", "id"));
        http.patch(blocks("s2") + "/attach/" + id, "");
        String before = head("s2");
        write("s1", "system/persona", "changed for both");
        assertThat(restore("s2", "{\"label\": \"system/persona\", \"to\": \"" + before + "\"}")
                        .text("value"))
                .isEqualTo("I am s1");
        verified("s1");
        verified("s2");

        write("s1", "system/persona", "changed again");
        assertThat(restore("s2", "{\"to\": \"" + before + "\"}").status()).isEqualTo(200);
        assertThat(application.block("s1", "system/persona", "value")).isEqualTo("I am s1");
        verified("s1");
        verified("s2");
    }

    @Test
    void badRestoresChangeNothing() {
        enabledAgent("bad");
        application.createAgent("untagged");
        String head = head("bad");
        assertThat(restore("bad", "{}").status()).isEqualTo(400);
        assertThat(restore("bad", "{\"to\": 7}").status()).isEqualTo(400);
        assertThat(restore("bad", "{\"to\": \"HEAD\", \"label\": []}").status()).isEqualTo(400);
        assertThat(restore("bad", "{\"to\": \"ffffffff\"}").status()).isEqualTo(404);
        assertThat(restore("bad", "{\"to\": \"HEAD\", \"label\": \"system/none\"}")
                        .status())
                .isEqualTo(404);
        assertThat(restore("bad", "{\"to\": \"HEAD\", \"label\": \"../x\"}").status())
                .isEqualTo(422);
        assertThat(restore("nobody", "{\"to\": \"HEAD\"}").status()).isEqualTo(404);
        assertThat(restore("untagged", "{\"to\": \"HEAD\"}").status()).isEqualTo(409);
        assertThat(head("bad")).isEqualTo(head);
    }

    @Test
    void aDiffIsWhatGitPrints() {
        enabledAgent("diff");
        String before = head("diff");
        write("diff", "system/persona", "changed");
        http.post(blocks("diff"), "{\"label\": \"system/new\", \"value\": \"new\"}");
        JsonNode all = http.get(gitMemory("diff") + "/diff?from=" + before).json();
        assertThat(all.get("from").asText()).isEqualTo(before);
        assertThat(all.get("to").asText()).isEqualTo(head("diff"));
        assertThat(all.get("files")).hasSize(2);
        JsonNode one = http.get(gitMemory("diff") + "/diff?label=system/persona&from=" + before + "&to=HEAD")
                .json()
                .get("files");
        assertThat(one).hasSize(1);
        assertThat(one.get(0).get("path").asText()).isEqualTo("system/persona.md");
        assertThat(one.get(0).get("change").asText()).isEqualTo("modified");
        assertThat(one.get(0).get("patch").asText()).contains("-I am diff", "+changed");
        assertThat(http.get(gitMemory("diff") + "/diff").status()).isEqualTo(400);
        assertThat(http.get(gitMemory("diff") + "/diff?from=ffffffff").status()).isEqualTo(404);
    }
}
