package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Http.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedBlocksTest extends SidecarTest {

    private void shared(String blockId, String... agents) {
        application.createAgent(agents[0]);
        application.createBlock(agents[0], blockId, "system/shared", "old");
        for (String agent : List.of(agents).subList(1, agents.length)) {
            application.createAgent(agent);
            application.link(agent, blockId, "system/shared");
        }
    }

    private String inGit(String agentId) {
        return String.valueOf(
                http.get(gitMemory(agentId) + "/blocks/system/shared").text("value"));
    }

    @Test
    void aBlockOfTwoEnabledAgentsIsCommittedForEachBeforeItsRowChanges() {
        shared("block-two", "two-a", "two-b");
        enable("two-b");
        enable("two-a");
        Answer answer = http.patch(blocks("two-b") + "/system%2Fshared", "{\"value\":\"new\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(inGit("two-a")).isEqualTo("new");
        assertThat(inGit("two-b")).isEqualTo("new");
        assertThat(application.block("two-b", "system/shared", "value")).isEqualTo("new");
        assertThat(application.block("two-b", "system/shared", "git_sha"))
                .as("the SHA is of the first owner by id")
                .isEqualTo(http.get(gitMemory("two-a")).text("head_sha"));
        assertThat(http.post(gitMemory("two-a") + "/verify", "").json().get("differences"))
                .isEmpty();
        assertThat(http.post(gitMemory("two-b") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void aBlockOfAnEnabledAndAPlainAgentAlwaysGoesThroughGit() {
        shared("block-mixed", "mixed-plain", "mixed-git");
        enable("mixed-git");
        Answer byPlainAgent = http.patch(blocks("mixed-plain") + "/system%2Fshared", "{\"value\":\"new\"}");

        assertThat(byPlainAgent.status()).isEqualTo(200);
        assertThat(byPlainAgent.text("git_sha")).isNotNull();
        assertThat(inGit("mixed-git")).isEqualTo("new");
    }

    @Test
    void deletingABlockTakesItFromGitsAgentsAndLeavesItToThePlainOnes() {
        shared("block-kept", "kept-plain", "kept-git");
        enable("kept-git");
        assertThat(http.delete("/v1/blocks/block-kept").status()).isEqualTo(200);

        assertThat(application.labels("kept-git")).isEmpty();
        assertThat(application.labels("kept-plain")).containsExactly("system/shared");
        assertThat(application.block("kept-plain", "system/shared", "git_sha")).isNull();
        assertThat(http.get(gitMemory("kept-git") + "/blocks/system/shared").status())
                .isEqualTo(404);
    }

    @Test
    void attachingAndDetachingMakeCommitsAndKeepTheOneRow() {
        shared("block-move", "move-b");
        enable("move-b");
        application.createAgent("move-a");
        enable("move-a");
        assertThat(http.patch(blocks("move-a") + "/attach/block-move", "").status())
                .isEqualTo(200);
        assertThat(inGit("move-a")).isEqualTo("old");
        assertThat(application.block("move-b", "system/shared", "git_sha"))
                .isEqualTo(http.get(gitMemory("move-a")).text("head_sha"));

        http.patch("/v1/blocks/block-move", "{\"value\":\"new\"}");
        assertThat(http.patch(blocks("move-a") + "/detach/block-move", "").status())
                .isEqualTo(200);
        assertThat(application.labels("move-a")).isEmpty();
        assertThat(inGit("move-b")).isEqualTo("new");
        assertThat(application.block("move-b", "system/shared", "git_sha"))
                .isEqualTo(http.get(gitMemory("move-b")).text("head_sha"));
    }

    @Test
    void disablingOneOwnerLeavesTheOtherInGitsCare() {
        shared("block-off", "off-a", "off-b");
        enable("off-a");
        enable("off-b");
        assertThat(http.post(gitMemory("off-a") + "/disable", "").text("state")).isEqualTo("disabled");
        assertThat(http.post(gitMemory("off-b") + "/verify", "").json().get("differences"))
                .isEmpty();
        http.patch("/v1/blocks/block-off", "{\"value\":\"new\"}");
        assertThat(inGit("off-b")).isEqualTo("new");
        assertThat(inGit("off-a")).isEqualTo("old");
    }

    @Test
    void renamingASharedBlockRenamesItForEveryOwner() {
        shared("block-ren", "ren-a", "ren-b");
        enable("ren-a");
        enable("ren-b");
        assertThat(http.patch("/v1/blocks/block-ren", "{\"label\":\"system/other\"}")
                        .status())
                .isEqualTo(200);
        assertThat(application.labels("ren-a")).containsExactly("system/other");
        assertThat(application.labels("ren-b")).containsExactly("system/other");
        assertThat(http.get(gitMemory("ren-b") + "/blocks/system/other").text("value"))
                .isEqualTo("old");
        assertThat(http.post(gitMemory("ren-a") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void aRenameThatOneOwnerRefusesIsCommittedForNone() {
        shared("block-half", "half-a", "half-b");
        application.createBlock("half-b", "block-half-2", "system/taken", "t");
        enable("half-a");
        enable("half-b");
        String head = http.get(gitMemory("half-a")).text("head_sha");
        assertThat(http.patch("/v1/blocks/block-half", "{\"label\":\"system/taken\"}")
                        .status())
                .isEqualTo(409);
        assertThat(http.get(gitMemory("half-a")).text("head_sha")).isEqualTo(head);
        assertThat(http.patch("/v1/blocks/block-half", "{\"value\":\"still writable\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.post(gitMemory("half-a") + "/verify", "").json().get("differences"))
                .isEmpty();
    }

    @Test
    void aRenameThatWouldCollideForAPlainAgentIsRefusedBeforeItIsCommitted() {
        shared("block-col", "col-git", "col-plain");
        application.createBlock("col-plain", "block-col-2", "system/taken", "t");
        enable("col-git");
        assertThat(http.patch("/v1/blocks/block-col", "{\"label\":\"system/taken\"}")
                        .status())
                .isEqualTo(409);
        assertThat(inGit("col-git")).isEqualTo("old");
        assertThat(application.labels("col-git")).containsExactly("system/shared");
    }

    @Test
    void enablingAnAgentThatSharesABlockOfGitsKeepsTheLabelThatGitHas() {
        application.createAgent("keep-a");
        enable("keep-a");
        Answer created = http.post(blocks("keep-a"), "{\"label\":\"notes\",\"value\":\"v\"}");
        application.createAgent("keep-b");
        http.patch(blocks("keep-b") + "/attach/" + created.text("id"), "");
        enable("keep-b");
        assertThat(application.labels("keep-b")).containsExactly("notes");
        assertThat(http.patch(blocks("keep-b") + "/notes", "{\"value\":\"w\"}").status())
                .isEqualTo(200);
        assertThat(http.get(gitMemory("keep-a") + "/blocks/notes").text("value"))
                .isEqualTo("w");
    }

    @Test
    void aBlockThatGitCantHaveIsLeftOutAndHoldsUpNothingElse() {
        application.createAgent("held-1");
        application.createBlock("held-1", "block-held-1", "../up", "v");
        application.tag("held-1");
        application.createAgent("held-2");
        application.createBlock("held-2", "block-held-2", "ok", "v");
        application.tag("held-2");
        sidecar.memory().reconciler().run();
        assertThat(http.get(gitMemory("held-1")).text("state")).isEqualTo("enabled");
        assertThat(http.get(gitMemory("held-1")).json().at("/left_out/0/reason").asText())
                .contains("../up");
        assertThat(http.get(gitMemory("held-2")).text("state")).isEqualTo("enabled");
    }

    @Test
    void agentsThatShareABlockAndAreTaggedBySqlAreTakenOverTogether() {
        application.createAgent("wait-1");
        application.createBlock("wait-1", "block-wait", "shared", "v");
        application.createAgent("wait-2");
        application.link("wait-2", "block-wait", "shared");
        application.tag("wait-1");
        application.tag("wait-2");
        sidecar.memory().reconciler().run();
        sidecar.memory().reconciler().run();

        for (String agent : List.of("wait-1", "wait-2")) {
            assertThat(http.get(gitMemory(agent)).text("state")).as(agent).isEqualTo("enabled");
            assertThat(http.get(gitMemory(agent)).json().get("last_error").isNull())
                    .as(agent)
                    .isTrue();
            assertThat(http.post(gitMemory(agent) + "/verify", "").json().get("differences"))
                    .isEmpty();
        }
    }
}
