package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore.Created;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a full or broken disk makes of creating an object, step by step. */
final class FileStoreDiskTest {

    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    private final FaultyDisk disk = new FaultyDisk();
    private final Path folder;
    private final ObjectStore store;

    FileStoreDiskTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.store = disk.open(folder);
        store.create("before/object", CONTENT);
    }

    @ParameterizedTest
    @EnumSource(names = {"MAKE_FOLDER", "MAKE_FILE", "WRITE", "SYNC_FILE", "LINK"})
    void onAFullDiskNothingIsStoredAndNothingIsLeftBehind(Disk.Step step) throws IOException {
        disk.breakAt(step, "No space left on device");

        assertThatThrownBy(() -> store.create("a/b", CONTENT))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Can't store 'a/b' in '" + folder + "': No space left on device; make room on this disk");

        assertThat(store.read("a/b")).isNull();
        assertThat(store.list("", "", 10)).extracting(ObjectStore.Entry::key).containsExactly("before/object");
        assertThat(store.read("before/object")).isEqualTo(CONTENT);
        try (Stream<Path> temporary = Files.list(folder.resolve(TempFiles.FOLDER))) {
            assertThat(temporary).isEmpty();
        }
        disk.mend();
        assertThat(store.create("a/b", CONTENT)).isEqualTo(Created.STORED);
        assertThat(store.read("a/b")).isEqualTo(CONTENT);
    }

    @Test
    void aDiskThatBreaksDownWhileItNamesTheFileMayHaveDoneSo() {
        disk.breakAt(Disk.Step.LINK, "Input/output error");

        assertThatThrownBy(() -> store.create("a/b", CONTENT)).isExactlyInstanceOf(StoreException.class);
    }

    @Test
    void whoMeetsAnObjectWhoseNameIsNotDurableMakesItDurable() throws IOException {
        disk.breakAt(Disk.Step.SYNC_FOLDER, "Input/output error");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> store.create("a/b", CONTENT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("'a/b'")
                    .hasMessageContaining("Input/output error");
        }
        assertThat(store.read("a/b")).as("the outcome was unknown").isEqualTo(CONTENT);
        disk.mend();

        assertThat(store.create("a/b", CONTENT)).isEqualTo(Created.EXISTED);

        assertThat(disk.reached()).containsExactly(Disk.Step.SYNC_FOLDER);
    }

    @ParameterizedTest
    @CsvSource({
        "Disk quota exceeded, make room on this disk",
        "Read-only file system, mount it for writing",
        "Permission denied, give this user the right to read and write there"
    })
    void whatToDoIsSaid(String reason, String advice) {
        disk.breakAt(Disk.Step.MAKE_FILE, reason);

        assertThatThrownBy(() -> store.create("a/b", CONTENT)).hasMessageEndingWith(": " + reason + "; " + advice);
    }
}
