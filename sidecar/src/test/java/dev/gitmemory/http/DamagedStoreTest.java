package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.FaultyDisk;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of a storage that is damaged, full or has things in it that do not belong there. */
final class DamagedStoreTest {

    private static final String ONE = "/v1/agents/damaged/core-memory/blocks/system%2Fp";
    private static final String OTHER = "/v1/agents/whole/core-memory/blocks/system%2Fp";

    private final Path folder;
    private final FaultyDisk disk = new FaultyDisk();
    private final EmbeddedDatabase database = EmbeddedDatabase.migrated();

    DamagedStoreTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void twoAgents() throws Exception {
        Application application = new Application(database.dataSource());
        onAStart(http -> {
            for (String agent : new String[] {"damaged", "whole"}) {
                application.createAgent(agent);
                application.createBlock(agent, "block-" + agent, "system/p", "before");
                assertThat(http.post("/v1/agents/" + agent + "/git-memory/enable", "")
                                .status())
                        .isEqualTo(200);
            }
        });
    }

    @Test
    void anEntryWithAnotherBitStopsItsAgentOnly() throws Exception {
        Path entry = entry();
        byte[] content = Files.readAllBytes(entry);
        byte[] damaged = content.clone();
        damaged[damaged.length - 40] ^= 4;
        Files.write(entry, damaged);

        onAStart(http -> {
            assertOnlyTheOtherCanBeWritten(http, "00000000000000000001.bundle", "put the object as it was back");
            Files.write(entry, content);
            assertThat(write(http, ONE).status()).as("once it is back").isEqualTo(200);
        });
    }

    @Test
    void anEntryCutShortStopsItsAgentOnly() throws Exception {
        Path entry = entry();
        byte[] content = Files.readAllBytes(entry);
        Files.write(entry, Arrays.copyOf(content, content.length / 2));

        onAStart(http -> {
            assertOnlyTheOtherCanBeWritten(http, "00000000000000000001.bundle", "put the object as it was back");
            Files.write(entry, content);
            assertThat(write(http, ONE).status()).as("once it is back").isEqualTo(200);
        });
    }

    @Test
    void aForeignFileStopsItsAgentOnly() throws Exception {
        Path foreign = Files.writeString(entry().resolveSibling("notes.txt"), "not an entry");

        onAStart(http -> {
            assertOnlyTheOtherCanBeWritten(http, "notes.txt", "move it away");
            Files.delete(foreign);
            assertThat(write(http, ONE).status()).as("once it is gone").isEqualTo(200);
        });
    }

    @Test
    void aPipeInTheLogsWayStopsItsAgentOnlyUntilItIsGone() throws Exception {
        onAStart(http -> {
            assertThat(http.get("/v1/agents/damaged/git-memory/history").status())
                    .as("its log is open")
                    .isEqualTo(200);
            Path pipe = entry().resolveSibling("00000000000000000002.bundle");
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
            assertOnlyTheOtherCanBeWritten(http, "00000000000000000002.bundle", "no regular file");
            Files.delete(pipe);
            assertThat(http.patch(ONE, "{\"value\": \"again\"}").status())
                    .as("once it is gone")
                    .isEqualTo(200);
        });
    }

    @Test
    void whatSystemsLeaveInTheLogStopsNobody() throws Exception {
        Files.writeString(entry().resolveSibling(".DS_Store"), "of a Mac");
        Files.writeString(entry().resolveSibling("Thumbs.db"), "of Windows");

        onAStart(http -> {
            assertThat(write(http, ONE).status()).isEqualTo(200);
            assertThat(http.get("/v1/agents/damaged/git-memory/history").status())
                    .isEqualTo(200);
        });
    }

    @Test
    void aForeignFileElsewhereBelowTheRootStopsNobody() throws Exception {
        Files.writeString(folder.resolve("README.txt"), "whose store this is");
        Files.writeString(Files.createDirectories(folder.resolve("lost+found")).resolve("x"), "");

        onAStart(http -> {
            assertThat(write(http, ONE).status()).isEqualTo(200);
            assertThat(write(http, OTHER).status()).isEqualTo(200);
        });
    }

    @Test
    void onAFullDiskWritesAreRefusedAndReadsGoOn() throws Exception {
        onAStart(http -> {
            disk.fill();
            Http.Answer answer = write(http, ONE);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("5");
            assertThat(answer.text("detail"))
                    .contains("repo.git/log/00000000000000000002.bundle")
                    .contains("No space left on device; make room on this disk")
                    .contains("nothing is committed")
                    .doesNotContain(folder.toString(), "Exception");
            assertThat(http.get(ONE).text("value")).isEqualTo("before");

            disk.mend();
            assertThat(write(http, ONE).status()).isEqualTo(200);
            assertThat(http.get("/v1/agents/damaged/git-memory/history").json().get("commits"))
                    .hasSize(2);
        });
    }

    private void assertOnlyTheOtherCanBeWritten(Http http, String object, String whatToDo) {
        Http.Answer answer = write(http, ONE);
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.text("detail"))
                .contains("damaged/repo.git/log/" + object)
                .contains(whatToDo)
                .doesNotContain(folder.toString(), "Exception");
        assertThat(http.get("/v1/agents/damaged/git-memory").body()).doesNotContain(folder.toString());
        assertThat(http.get("/v1/agents/damaged/git-memory/history").status()).isEqualTo(503);
        assertThat(http.get(ONE).text("value")).as("its rows").isEqualTo("before");
        assertThat(write(http, OTHER).status()).as("the other agent").isEqualTo(200);
    }

    private static Http.Answer write(Http http, String block) {
        return http.patch(block, "{\"value\": \"after\"}");
    }

    private Path entry() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith("damaged/repo.git/log/00000000000000000001.bundle"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What is done with a sidecar. */
    @FunctionalInterface
    private interface Visit {
        void with(Http http) throws Exception;
    }

    /** Starts a sidecar, which knows nothing but what the storage holds. */
    private void onAStart(Visit visit) throws Exception {
        try (ObjectStore store = disk.open(folder);
                Sidecar sidecar = Sidecar.start(database, store)) {
            visit.with(sidecar.http());
        }
    }
}
