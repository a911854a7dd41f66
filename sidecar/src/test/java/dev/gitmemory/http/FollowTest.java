package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.CountingStore;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one sidecar has written another shows at once, for one small request a read. */
class FollowTest extends SidecarTest {

    private CountingStore counted;
    private Sidecar other;
    private Http reader;

    @BeforeAll
    void startAnother() throws IOException, SQLException {
        counted = new CountingStore(store);
        other = Sidecar.start(database, counted);
        reader = other.http();
    }

    @AfterAll
    void stopTheOther() {
        other.close();
    }

    /** An agent that both sidecars have in memory. */
    private void agent(String agentId) {
        enabledAgent(agentId);
        assertThat(reader.get(gitMemory(agentId) + "/history").status()).isEqualTo(200);
        counted.reset();
    }

    private String write(String agentId, String value) {
        Http.Answer answer = http.patch(blocks(agentId) + "/system%2Fpersona", "{\"value\": \"%s\"}".formatted(value));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().get("git_sha").asText();
    }

    @Test
    void statusHistoryAndBlocksShowTheOthersWriteAtOnce() {
        agent("a");
        for (int i = 1; i <= 3; i++) {
            String sha = write("a", "write " + i);

            assertThat(reader.get(gitMemory("a")).json().get("head_sha").asText())
                    .isEqualTo(sha);
            String next = write("a", "again " + i);
            assertThat(reader.get(gitMemory("a") + "/history")
                            .json()
                            .get("commits")
                            .get(0)
                            .get("sha")
                            .asText())
                    .isEqualTo(next);
            write("a", "once more " + i);
            assertThat(reader.get(gitMemory("a") + "/blocks")
                            .json()
                            .get(0)
                            .get("value")
                            .asText())
                    .isEqualTo("once more " + i);
            write("a", "last " + i);
            assertThat(reader.get(gitMemory("a") + "/blocks/system%2Fpersona?at=main")
                            .json()
                            .get("value")
                            .asText())
                    .isEqualTo("last " + i);
        }
    }

    @Test
    void aReadCostsOneRequestWhenThereIsNothingNew() {
        agent("b");

        reader.get(gitMemory("b"));
        assertThat(List.of(counted.reads(), counted.lists())).containsExactly(1L, 0L);
        reader.get(gitMemory("b") + "/history");
        assertThat(List.of(counted.reads(), counted.lists())).containsExactly(2L, 0L);
        reader.get(gitMemory("b") + "/blocks");
        assertThat(List.of(counted.reads(), counted.lists())).containsExactly(3L, 0L);
    }

    @Test
    void aWriteAndItsConditionAreJudgedByTheOthersNewestWrite() {
        agent("c");
        String first = write("c", "one");
        String second = write("c", "two");

        Http.Answer stale = reader.send(
                "PATCH", blocks("c") + "/system%2Fpersona", "{\"value\": \"three\"}", "If-Match", "\"" + first + "\"");
        Http.Answer fresh = reader.send(
                "PATCH", blocks("c") + "/system%2Fpersona", "{\"value\": \"three\"}", "If-Match", "\"" + second + "\"");

        assertThat(stale.status()).isEqualTo(412);
        assertThat(fresh.status()).isEqualTo(200);
        assertThat(http.get(gitMemory("c")).json().get("head_sha"))
                .isEqualTo(fresh.json().get("git_sha"));
    }

    @Test
    void aCommitThatNobodyHasAppliedIsSeenByReadsThatPromiseGit() throws IOException {
        agent("d");
        Author author = new Author(Author.Type.USER, "pat", "Pat");
        sidecar.repositories()
                .open(new RepoId(Application.ORGANIZATION, "d"))
                .commit(List.of(Draft.of(author, "Push", files -> files.write("system/pushed.md", "by a push\n"))));

        assertThat(reader.get(gitMemory("d") + "/blocks/system%2Fpushed")
                        .json()
                        .get("value")
                        .asText())
                .isEqualTo("by a push\n");
        assertThat(reader.post(gitMemory("d") + "/verify", "").json().get("differences"))
                .isNotEmpty();
        assertThat(reader.post(gitMemory("d") + "/sync", "").status()).isEqualTo(200);
        assertThat(application.block("d", "system/pushed", "value")).isEqualTo("by a push\n");
    }
}
