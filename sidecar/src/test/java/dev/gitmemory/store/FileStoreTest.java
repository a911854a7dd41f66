package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore.Created;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest extends ObjectStoreContract {

    private final Path folder;

    FileStoreTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Override
    ObjectStore newStore() throws IOException {
        return Stores.open(folder.resolve("the store").toUri().toString());
    }

    @Test
    void theContentIsAPlainFileUnderTheKey() throws IOException {
        store.create("org/agent%20x/log/1.bundle", "plain".getBytes(UTF_8));

        assertThat(folder.resolve("the store/org/agent%20x/log/1.bundle")).hasContent("plain");
    }

    @Test
    void anotherProcessSeesTheSameObjects() throws IOException {
        store.create("a/b", "x".getBytes(UTF_8));

        try (ObjectStore other = newStore()) {
            assertThat(other.read("a/b")).asString(UTF_8).isEqualTo("x");
            assertThat(other.create("a/b", new byte[0])).isEqualTo(Created.EXISTED);
            other.create("a/c", "y".getBytes(UTF_8));
        }
        assertThat(store.read("a/c")).asString(UTF_8).isEqualTo("y");
    }

    @Test
    void nothingTemporaryIsLeftAndNothingTemporaryIsListed() throws IOException {
        store.create("a", new byte[1]);
        store.create("a", new byte[1]);
        Path halfWritten = folder.resolve("the store/.git-memory-tmp/half-written");
        assertThat(halfWritten.getParent()).isEmptyDirectory();

        Files.write(halfWritten, new byte[10]);

        assertThat(store.list("", "", 10)).extracting(ObjectStore.Entry::key).containsExactly("a");
        assertThatThrownBy(() -> store.read(".git-memory-tmp/half-written")).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void openingRemovesWhatADeadProcessLeftButNotWhatALivingOneWrites() throws IOException {
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        Path temp = folder.resolve("the store/.git-memory-tmp");
        Path dead = Files.write(temp.resolve("dead"), new byte[1]);
        Path living = Files.write(temp.resolve("living"), new byte[1]);
        Files.setLastModifiedTime(dead, FileTime.from(now.minus(Duration.ofMinutes(16))));
        Files.setLastModifiedTime(living, FileTime.from(now.minus(Duration.ofMinutes(14))));

        FileStore.open(folder.resolve("the store"), Clock.fixed(now, ZoneOffset.UTC), StoreUse.START)
                .close();

        assertThat(dead).doesNotExist();
        assertThat(living).exists();
    }

    @Test
    void anInterruptDoesNotMakeTheOutcomeUnknown() throws IOException {
        Thread.currentThread().interrupt();

        Created created = store.create("interrupted/object", "x".getBytes(UTF_8));
        byte[] read = store.read("interrupted/object");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(created).isEqualTo(Created.STORED);
        assertThat(read).asString(UTF_8).isEqualTo("x");
    }

    @Test
    void anObjectCanNotBeAFolderAsWell() throws IOException {
        store.create("a", new byte[0]);
        store.create("folder/b", new byte[0]);

        assertThatThrownBy(() -> store.create("a/b", new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'a/b'")
                .hasMessageContaining("is an object");
        assertThatThrownBy(() -> store.create("folder", new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'folder'")
                .hasMessageContaining("a folder is in its place");
    }

    @Test
    void aForeignFileThatCanBeNoKeyIsNamed() throws IOException {
        Files.write(folder.resolve("the store/a=zz"), new byte[0]);

        assertThatThrownBy(() -> store.list("", "", 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'a=zz'")
                .hasMessageContaining("move it away");
    }

    @Test
    void aSegmentTooLongForAFileNameIsRefused() {
        assertThatThrownBy(() -> store.create("é".repeat(90), new byte[0]))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("255");
    }

    @Test
    void aFolderThatCanNotBeUsedIsNamedAtOpening() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[0]);

        assertThatThrownBy(() -> Stores.open(file.toUri().toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("must be a folder that this user may write to");
    }

    @Test
    void aFolderThatCanNotBeMadeIsNamedAtOpening() {
        // /proc takes no files from anybody, root included.
        assertThatThrownBy(() -> Stores.open("file:///proc/self/store"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/self/store")
                .hasMessageContaining("can't be used");
    }

    @Test
    void whatOneProcessDeletedAnotherCanCreateAgain() throws IOException {
        store.create("deep/er/object", new byte[0]);
        try (Stream<Path> files = Files.walk(folder.resolve("the store/deep"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }

        assertThat(store.create("deep/er/object", new byte[0])).isEqualTo(Created.STORED);
    }

    @Test
    void whatIsNoRegularFileIsNamedAndNeverOpened() throws Exception {
        store.create("log/1", "x".getBytes(UTF_8));
        Path log = folder.resolve("the store/log");
        assertThat(new ProcessBuilder("mkfifo", log.resolve("2").toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.createSymbolicLink(log.resolve("3"), log.resolve("nothing"));

        for (String key : List.of("log/2", "log/3")) {
            String what = key.equals("log/2") ? "no regular file" : "a symbolic link";
            assertThatThrownBy(() -> store.read(key))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll(key, what, "move it away");
            assertThatThrownBy(() -> store.read(key, 0, 1)).hasMessageContainingAll(key, what, "move it away");
            assertThatThrownBy(() -> store.create(key, new byte[1])).hasMessageContainingAll(key, what, "move it away");
        }
        assertThat(store.list("", "", 10))
                .extracting(ObjectStore.Entry::key)
                .as("who checks the store has to see them")
                .containsExactly("log/1", "log/2", "log/3");
    }

    @Test
    void anEmptyFolderIsInNobodysWay() throws IOException {
        Files.createDirectories(folder.resolve("the store/log/2/empty/too"));

        assertThat(store.read("log/2")).isNull();
        assertThat(store.list("", "", 10)).isEmpty();
        assertThat(store.create("log/2", "x".getBytes(UTF_8))).isEqualTo(Created.STORED);
        assertThat(store.read("log/2")).asString(UTF_8).isEqualTo("x");
    }

    @Test
    void theUriOpensTheSameStore() throws IOException {
        store.create("a", "x".getBytes(UTF_8));

        try (ObjectStore again = Stores.open(store.uri().toString())) {
            assertThat(again.read("a")).asString(UTF_8).isEqualTo("x");
            assertThat(again.uri()).isEqualTo(store.uri());
        }
        assertThat(List.of(store.uri().getScheme())).containsExactly("file");
    }
}
