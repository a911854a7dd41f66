package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.FolderCopy;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running sidecar does when the folder of its store is taken away, emptied, or replaced under it. */
final class ReplacedStoreTest {

    private static final String BLOCK = "/v1/agents/a/core-memory/blocks/system%2Fp";

    private final Path root;
    private final Path away;
    private final EmbeddedDatabase database = EmbeddedDatabase.migrated();
    private final ObjectStore store;
    private final Sidecar sidecar;
    private final Http http;

    ReplacedStoreTest(@TempDir Path folder) throws Exception {
        root = folder.resolve("store");
        away = folder.resolve("away");
        store = Stores.open(root.toUri().toString());
        sidecar = Sidecar.start(database, store);
        http = sidecar.http();
    }

    @BeforeEach
    void anAgentWithTwoWrites() {
        Application application = new Application(database.dataSource());
        application.createAgent("a");
        application.createBlock("a", "block-a", "system/p", "before");
        assertThat(http.post("/v1/agents/a/git-memory/enable", "").status()).isEqualTo(200);
        assertThat(write("one").status()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        sidecar.close();
        store.close();
    }

    @Test
    void aStoreThatIsTakenAwayTakesNoWritesUntilItIsBack() throws IOException {
        Files.move(root, away);

        assertRefused("the store's folder is gone");
        assertThat(root).doesNotExist();

        Files.move(away, root);
        assertGoesOn();
    }

    @Test
    void anEmptyFolderInItsPlaceTakesNoWrites() throws IOException {
        Files.move(root, away);
        Files.createDirectories(root.resolve(".git-memory-tmp"));

        assertRefused("another folder is in the place of the store's");
        assertThat(objects()).isEmpty();

        Files.delete(root.resolve(".git-memory-tmp"));
        Files.delete(root);
        Files.move(away, root);
        assertGoesOn();
    }

    @Test
    void anOlderCopyInItsPlaceTakesNoWrites() throws IOException {
        FolderCopy.copy(root, away);
        assertThat(write("two").status()).isEqualTo(200);
        Path newer = Files.move(root, root.resolveSibling("newer"));
        Files.move(away, root);
        List<Path> older = objects();

        assertRefused("another folder is in the place of the store's");
        assertThat(objects()).isEqualTo(older);

        Files.move(root, away);
        Files.move(newer, root);
        assertGoesOn();
    }

    @Test
    void aStoreWhoseNewestEntriesWereRemovedTakesNoWrites() throws IOException {
        assertThat(write("two").status()).isEqualTo(200);
        Path newest = objects().get(objects().size() - 1);
        Files.move(newest, away);

        assertRefused("it was emptied, or replaced by an older copy");
        assertThat(newest).doesNotExist();

        Files.move(away, newest);
        assertGoesOn();
    }

    private void assertRefused(String why) {
        Http.Answer answer = write("lost");
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.text("detail"))
                .contains(why)
                .contains("nothing was written")
                .doesNotContain(root.toString());
        assertThat(http.get(BLOCK).text("value")).as("its rows").isNotEqualTo("lost");
    }

    private void assertGoesOn() throws IOException {
        assertThat(write("after").status()).isEqualTo(200);
        assertThat(sidecar.memory().verify("a")).isEmpty();
        StockGit.restore(objects().get(0).resolveSibling("."), root.resolveSibling("restored"))
                .fsck();
    }

    private Http.Answer write(String value) {
        return http.patch(BLOCK, "{\"value\": \"" + value + "\"}");
    }

    private List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".bundle"))
                    .sorted()
                    .toList();
        }
    }
}
