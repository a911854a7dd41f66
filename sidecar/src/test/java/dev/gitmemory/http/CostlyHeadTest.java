package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.HostileMetadata;
import dev.gitmemory.testing.Http.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Metadata that was committed before it was bounded: it is read, and applied where that is possible, and can be mended. */
class CostlyHeadTest extends SidecarTest {

    private static final String PERSONA = "/system%2Fpersona";

    /** Commits a file as it was once written, and answers the commit. */
    private String commit(String agentId, String metadata) throws IOException {
        MemoryRepository repository = sidecar.repositories().open(new RepoId("org-1", agentId));
        String file = "---\ndescription: null\nlimit: 5000\nmetadata: " + metadata + "\n---\nas before";
        repository.commit(List.of(Draft.of(
                new Author(Author.Type.USER, "u", "u"), "Before", files -> files.write("system/persona.md", file))));
        return Objects.requireNonNull(repository.head()).sha();
    }

    @Test
    void whatPostgresCanHoldIsAppliedAndStaysUntilSomebodyWritesMetadata() throws IOException {
        enabledAgent("slow");
        String sha = commit("slow", HostileMetadata.numbers("1e131071", 10));
        assertThat(http.post(gitMemory("slow") + "/sync", "").status()).isEqualTo(200);
        assertThat(application.block("slow", "system/persona", "git_sha")).isEqualTo(sha);

        assertThat(http.patch(blocks("slow") + PERSONA, "{\"value\":\"new\"}").status())
                .isEqualTo(200);
        assertThat(application.block("slow", "system/persona", "metadata_")).contains("1e131071");
        assertThat(http.post(gitMemory("slow") + "/verify", "").json().get("differences"))
                .isEmpty();

        assertThat(http.patch(blocks("slow") + PERSONA, "{\"metadata\":{}}").status())
                .isEqualTo(200);
        Answer restored =
                http.post(gitMemory("slow") + "/restore", "{\"label\":\"system/persona\",\"to\":\"" + sha + "\"}");
        assertThat(restored.status()).isEqualTo(422);
        assertThat(restored.text("detail"))
                .contains("'system/persona' can't be restored", "131072 digits", "nothing was written");
        assertThat(http.post(gitMemory("slow") + "/restore", "{\"to\":\"" + sha + "\"}")
                        .status())
                .isEqualTo(422);
        assertThat(new Application(database.dataSource()).query("SELECT * FROM git_memory.drift"))
                .isEmpty();
    }

    @Test
    void whatPostgresCantHoldIsNamedWithTheWayOutAndThatHelps() throws IOException {
        enabledAgent("stuck");
        http.post(blocks("stuck"), "{\"label\":\"notes\",\"value\":\"n\"}");
        commit("stuck", HostileMetadata.numbers("1e131071", 9000));

        Answer synced = http.post(gitMemory("stuck") + "/sync", "");
        assertThat(synced.status()).isEqualTo(409);
        assertThat(synced.text("detail"))
                .contains(
                        "git's 'system/persona'",
                        "metadata is too long",
                        "write other metadata for the block, or null");
        assertThat(http.get(gitMemory("stuck") + "/blocks/system/persona").text("value"))
                .isEqualTo("as before");
        String head = http.get(gitMemory("stuck")).text("head_sha");
        Answer unmended = http.patch(blocks("stuck") + PERSONA, "{\"value\":\"new\"}");
        assertThat(unmended.status()).isEqualTo(422);
        assertThat(unmended.text("field")).isEqualTo("metadata");
        assertThat(http.get(gitMemory("stuck")).text("head_sha"))
                .as("not committed")
                .isEqualTo(head);
        Answer other = http.patch(blocks("stuck") + "/notes", "{\"value\":\"m\"}");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text("detail")).contains("The write is in git", "git's 'system/persona'", "or null");

        assertThat(http.patch(blocks("stuck") + PERSONA, "{\"metadata\":null}").status())
                .isEqualTo(200);
        assertThat(application.block("stuck", "notes", "value")).isEqualTo("m");
        assertThat(http.post(gitMemory("stuck") + "/verify", "").json().get("differences"))
                .isEmpty();
    }
}
