package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.testing.Http.Answer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Labels whose files can't be checked out on Windows or macOS: they don't come anew, and stay where they are. */
final class PortableLabelsTest extends SidecarTest {

    private static final List<String> NAMES = List.of(
            "aux",
            "NUL",
            "con/x",
            "12:30 notes",
            "a?b",
            "a*b",
            "a<b",
            "x|y",
            "\"q\"",
            "tail /x",
            "system/Persona",
            "System/x",
            "com\u00b9",
            "CONIN$");

    private static String json(String... members) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        for (int i = 0; i < members.length; i += 2) {
            json.put(members[i], members[i + 1]);
        }
        return json.toString();
    }

    private static void assertRefused(Answer answer, String label) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("label");
        assertThat(answer.text("detail"))
                .startsWith("label '" + label + "' can't come anew: ")
                .contains("Windows")
                .endsWith("; take another name, or allow it by --no-portable-labels");
    }

    private String head(String agentId) {
        return String.valueOf(http.get(gitMemory(agentId)).text("head_sha"));
    }

    private void plainAgent(String agentId, String... labels) {
        application.createAgent(agentId);
        for (int i = 0; i < labels.length; i++) {
            application.createBlock(agentId, "block-" + agentId + i, labels[i], "v" + i);
        }
    }

    private static List<String> texts(JsonNode array, String member) {
        return array.findValuesAsText(member);
    }

    @Test
    void theyAreNotCreatedAndNothingIsRenamedToThem() {
        enabledAgent("new");
        http.post(blocks("new"), json("label", "fine", "value", "v"));
        String head = head("new");
        for (String name : NAMES) {
            assertRefused(http.post(blocks("new"), json("label", name, "value", "v")), name);
            assertRefused(http.patch(blocks("new") + "/fine", json("label", name)), name);
            if (!name.toLowerCase(Locale.ROOT).startsWith("system/")) { // its own, in another case
                assertRefused(http.patch("/v1/blocks/block-new", json("label", name, "value", "w")), name);
            }
        }
        assertThat(head("new")).isEqualTo(head);
        assertThat(application.labels("new")).containsExactly("fine", "system/persona");
        assertThat(http.patch("/v1/blocks/block-new", json("label", "system/PERSONA"))
                        .status())
                .isEqualTo(200);
        assertThat(http.post(blocks("new"), json("label", "system/auxiliary", "value", "v"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void enablingNamesThoseThatAreThereAndEveryLabelThatItRenames() {
        plainAgent("there", "aux", "system/Human", "human", "system/ok");
        Answer enabled = http.post(gitMemory("there") + "/enable", "");
        assertThat(enabled.status()).isEqualTo(200);
        assertThat(texts(enabled.json().get("renamed"), "from")).containsExactly("aux", "human");
        assertThat(texts(enabled.json().get("renamed"), "to")).containsExactly("system/aux", "system/human");
        assertThat(texts(enabled.json().get("not_portable"), "label"))
                .containsExactly("system/Human", "system/aux", "system/human");
        assertThat(texts(enabled.json().get("not_portable"), "reason"))
                .anyMatch(reason -> reason.contains("'aux' means a device there"));
        assertThat(application.labels("there"))
                .containsExactlyInAnyOrder("system/Human", "system/aux", "system/human", "system/ok");

        Answer again = http.post(gitMemory("there") + "/enable", "");
        assertThat(again.json().get("renamed")).isEmpty();
        assertThat(http.get(gitMemory("there")).json().get("not_portable")).hasSize(3);
        assertThat(http.get(gitMemory("there")).json().has("renamed")).isFalse();
        http.post(gitMemory("there") + "/disable", "");
        assertThat(http.get(gitMemory("there")).json().get("not_portable")).isEmpty();
    }

    @Test
    void thoseThatAreThereAreWrittenRenamedAndDeleted() {
        plainAgent("old", "aux", "x|y", "system/Human", "human");
        enable("old");
        assertThat(http.patch(blocks("old") + "/system%2Faux", json("value", "new"))
                        .status())
                .isEqualTo(200);
        assertThat(http.patch(blocks("old") + "/system%2Fhuman", json("description", "twin"))
                        .status())
                .isEqualTo(200);
        assertThat(http.patch(blocks("old") + "/system%2Fhuman", json("label", "system/human2"))
                        .status())
                .isEqualTo(200);
        assertThat(http.delete("/v1/blocks/block-old1").status()).isEqualTo(200);
        assertThat(texts(http.get(gitMemory("old")).json().get("not_portable"), "label"))
                .containsExactly("system/aux");
        assertThat(application.block("old", "system/aux", "value")).isEqualTo("new");
    }

    @Test
    void theyAreAttachedAndComeBackFromHistory() {
        plainAgent("back", "aux");
        enable("back");
        String before = head("back");
        plainAgent("lender", "system/NUL");
        assertThat(http.patch(blocks("back") + "/attach/block-lender0", "").status())
                .isEqualTo(200);
        assertThat(application.labels("back")).containsExactly("system/NUL", "system/aux");

        assertThat(http.delete("/v1/blocks/block-back0").status()).isEqualTo(200);
        assertRefused(http.post(blocks("back"), json("label", "system/aux", "value", "v")), "system/aux");
        assertThat(http.post(gitMemory("back") + "/restore", json("label", "system/aux", "to", before))
                        .status())
                .isEqualTo(200);
        http.delete("/v1/blocks/" + application.block("back", "system/aux", "id"));
        assertThat(http.post(gitMemory("back") + "/restore", json("to", before)).status())
                .isEqualTo(200);
        assertThat(application.labels("back")).containsExactly("system/aux");
        assertThat(http.post(gitMemory("back") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void aSharedBlockIsRenamedForAllOfItsAgentsOrForNone() {
        plainAgent("sa", "system/shared");
        plainAgent("sb", "system/Other");
        application.link("sb", "block-sa0", "system/shared");
        enable("sa");
        enable("sb");
        String head = head("sa");
        assertRefused(http.patch("/v1/blocks/block-sa0", json("label", "system/other")), "system/other");
        assertThat(head("sa")).as("the agent without a twin").isEqualTo(head);
        assertThat(application.labels("sa")).containsExactly("system/shared");
        assertThat(http.patch("/v1/blocks/block-sa0", json("label", "system/another"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void agentsWithoutTheTagAreNotAsked() {
        plainAgent("plain", "persona");
        assertThat(http.post(blocks("plain"), json("label", "aux", "value", "v"))
                        .status())
                .isEqualTo(201);
        assertThat(http.patch(blocks("plain") + "/persona", json("label", "AUX"))
                        .status())
                .isEqualTo(200);
    }
}
