package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may write to a store's folder puts links into it, beforehand and at the worst moment: none leads anywhere. */
final class FileStoreLinksTest {

    private static final String KEY = "org/agent/repo.git/log/1";
    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    private final Path root;
    private final Path outside;
    private final Swaps swaps = new Swaps();
    private final ObjectStore store;

    FileStoreLinksTest(@TempDir Path folder) throws IOException {
        root = folder.resolve("store");
        outside = folder.resolve("outside");
        store = FileStore.start(root, swaps, Clock.systemUTC());
    }

    /** Puts a link in a folder's place at one step. */
    private final class Swaps implements Disk {

        private @Nullable Step at;
        private boolean whenLooked;
        private Path place = root;

        @Override
        public void reached(Step step) {
            if (step == at) {
                swap(place);
                at = null;
            }
        }

        @Override
        public void looked() {
            if (whenLooked) {
                swap(place);
                whenLooked = false;
            }
        }
    }

    private void swap(Path place) {
        try {
            Files.move(place, place.resolveSibling(place.getFileName() + ".away"));
            Files.createSymbolicLink(place, outside);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void swapBack(Path place) throws IOException {
        Files.delete(place);
        Files.move(place.resolveSibling(place.getFileName() + ".away"), place);
    }

    /** The same files behind the link as there are in the store, so that following it would find them. */
    @BeforeEach
    void anObjectAndSomethingOutside() throws IOException {
        store.create(KEY, CONTENT);
        for (String inner : new String[] {"", "log/", "repo.git/log/", "agent/repo.git/log/"}) {
            Path file = outside.resolve(inner + "1");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "secret");
        }
    }

    private List<String> outsideNames() throws IOException {
        try (Stream<Path> files = Files.walk(outside)) {
            return files.map(file -> outside.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"org", "org/agent", "org/agent/repo.git", "org/agent/repo.git/log"})
    void aLinkAtAnyLevelIsRefusedByAllRequestsAndNamed(String level) throws IOException {
        List<String> before = outsideNames();
        swap(root.resolve(level));

        String name = "at '" + level + "'";
        assertThatThrownBy(() -> store.read(KEY))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> store.read(KEY, 0, 3)).hasMessageContaining(name);
        assertThatThrownBy(() -> store.list("org/agent/repo.git/log/", "", 9)).hasMessageContaining(name);
        assertThatThrownBy(() -> store.delete(KEY)).hasMessageContaining(name);
        assertThatThrownBy(() -> store.create(KEY, CONTENT)).hasMessageContaining(name);
        assertThatThrownBy(() -> store.create(KEY + "1", CONTENT))
                .hasMessageContaining(name)
                .hasMessageContaining("symbolic link");
        assertThat(outsideNames()).isEqualTo(before);

        swapBack(root.resolve(level));
        assertThat(store.read(KEY)).isEqualTo(CONTENT);
    }

    @Test
    void aLinkIsListedAsAnObjectWithoutContentWhateverItLeadsTo() throws IOException {
        Files.createSymbolicLink(root.resolve("org/agent/repo.git/log/2"), outside.resolve("1"));
        Files.createSymbolicLink(root.resolve("org/folder"), outside);

        assertThat(store.list("", "", 9))
                .containsExactly(
                        new ObjectStore.Entry(KEY, CONTENT.length),
                        new ObjectStore.Entry("org/agent/repo.git/log/2", 0),
                        new ObjectStore.Entry("org/folder", 0));
        assertThatThrownBy(() -> store.read("org/agent/repo.git/log/2"))
                .hasMessageContaining("symbolic link")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> store.delete("org/agent/repo.git/log/2")).hasMessageContaining("symbolic link");
        assertThat(outside.resolve("1")).hasContent("secret");
    }

    @Test
    void whatWasLookedAtIsReadThoughALinkHasTakenItsFoldersPlace() throws IOException {
        swaps.place = root.resolve("org/agent");
        swaps.whenLooked = true;

        assertThat(store.read(KEY)).isEqualTo(CONTENT);

        assertThat(Files.isSymbolicLink(swaps.place)).isTrue();
    }

    @Test
    void aLinkThatTakesTheObjectsOwnPlaceIsNotRead() {
        swaps.place = root.resolve(KEY);
        swaps.whenLooked = true;

        assertThatThrownBy(() -> store.read(KEY))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(KEY);
    }

    @Test
    void whatWasLookedAtIsDeletedThoughALinkHasTakenItsFoldersPlace() throws IOException {
        List<String> before = outsideNames();
        swaps.place = root.resolve("org/agent/repo.git/log");
        swaps.whenLooked = true;

        store.delete(KEY);

        assertThat(outsideNames()).isEqualTo(before);
        assertThat(root.resolve("org/agent/repo.git/log.away/1")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(names = {"MAKE_FOLDER", "MAKE_FILE", "WRITE", "SYNC_FILE", "LINK"})
    void aLinkThatComesWhileAnObjectIsCreatedGetsNothing(Disk.Step step) throws IOException {
        List<String> before = outsideNames();
        swaps.place = root.resolve("org/agent/repo.git/log");
        swaps.at = step;

        assertThatThrownBy(() -> store.create("org/agent/repo.git/log/2", CONTENT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("symbolic link");

        assertThat(outsideNames()).isEqualTo(before);
        swapBack(swaps.place);
        assertThat(store.read("org/agent/repo.git/log/2")).isNull();
        assertThat(store.create("org/agent/repo.git/log/2", CONTENT)).isEqualTo(ObjectStore.Created.STORED);
    }

    @Test
    void aLinkInPlaceOfTheFolderForFilesThatAreWrittenGetsNothing() throws IOException {
        List<String> before = outsideNames();
        swap(root.resolve(TempFiles.FOLDER));

        assertThatThrownBy(() -> store.create("org/agent/repo.git/log/2", CONTENT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(TempFiles.FOLDER);

        assertThat(outsideNames()).isEqualTo(before);
    }

    @Test
    void theStoresOwnFolderMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(root.resolveSibling("link"), root);

        try (ObjectStore linked = FileStore.open(link, Clock.systemUTC(), StoreUse.START)) {
            assertThat(linked.read(KEY)).isEqualTo(CONTENT);
            assertThat(linked.create("org/b", CONTENT)).isEqualTo(ObjectStore.Created.STORED);
        }
        assertThat(store.read("org/b")).isEqualTo(CONTENT);
    }
}
