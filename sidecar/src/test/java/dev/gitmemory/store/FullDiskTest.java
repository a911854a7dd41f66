package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of a megabyte, which a process may mount in a namespace of its own where the system lets it. */
final class FullDiskTest {

    private final Path folder;

    FullDiskTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeAll
    static void needNamespaces() throws IOException, InterruptedException {
        int exitCode;
        try {
            exitCode = new ProcessBuilder("unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt")
                    .start()
                    .waitFor();
        } catch (IOException e) {
            exitCode = -1; // there is no such program here
        }
        assumeTrue(exitCode == 0, "this system lets nobody mount a file system in a namespace (unshare -rm)");
    }

    @Test
    void aFullDiskIsNamedAndWhatIsThereStaysReadable() throws Exception {
        List<String> told = run("mount -t tmpfs -o size=1m none '" + folder + "'", StoreUse.START);

        assertThat(told).hasSize(3);
        assertThat(told.get(0))
                .matches("Can't store 'object/\\d+' in '" + folder
                        + "': No space left on device; make room on this disk");
        assertThat(told.get(1)).matches("readable: (\\d+) of \\1");
        assertThat(told.get(2)).isEqualTo("with room: STORED");
    }

    @Test
    void aReadOnlyFolderIsNamedWhenItIsOpened() throws Exception {
        assertNamedAsReadOnly(run("mount -t tmpfs -o size=1m,ro none '" + folder + "'", StoreUse.START));
    }

    @Test
    void aReadOnlyFolderWithAStoreInItIsNamedWhenItIsOpened() throws Exception {
        assertNamedAsReadOnly(run(readOnlyStore(), StoreUse.START));
    }

    @Test
    void aReadOnlyFolderIsNamedAtTheFirstWriteOfWhoeverOpensOnlyWhatIsThere() throws Exception {
        assertThat(run(readOnlyStore(), StoreUse.WRITE))
                .contains("Can't store 'object/0' in '" + folder + "': Read-only file system; mount it for writing");
    }

    private String readOnlyStore() {
        return "mount -t tmpfs -o size=1m none '%1$s' && mkdir -p '%1$s/.git-memory-tmp' '%1$s/object' && mount -o remount,ro '%1$s'"
                .formatted(folder);
    }

    private void assertNamedAsReadOnly(List<String> told) {
        assertThat(told)
                .containsExactly("The store's folder '" + folder
                        + "' can't be used: Read-only file system; mount it for writing");
    }

    /** What the process said that mounted a file system so and then ran on it. */
    private List<String> run(String mount, StoreUse use) throws IOException, InterruptedException {
        Path out = Files.createTempFile("full-disk", ".out");
        try {
            new ProcessBuilder(
                            "unshare",
                            "-rm",
                            "sh",
                            "-c",
                            mount + " && exec \"$0\" \"$@\"",
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            FullDiskProcess.class.getName(),
                            folder.toString(),
                            use.name())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start()
                    .waitFor();
            return Files.readAllLines(out, UTF_8);
        } finally {
            Files.delete(out);
        }
    }
}
