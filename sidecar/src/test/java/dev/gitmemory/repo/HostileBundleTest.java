package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.RawBundle;
import java.io.BufferedReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects that ask for more memory than there is are refused by name before they get any, in a process that ends at the
 * first lack of memory; asked for again they are not read again.
 */
final class HostileBundleTest {

    private static final String MAIN = "ce013625030ba8dba906f756967f9e9ca394464a refs/heads/main";
    private static final String ENTRY = "org-1/agent-1/repo.git/log/00000000000000000001.bundle";
    private static final String CHECKPOINT = "org-1/agent-1/repo.git/checkpoint/00000000000000000001.bundle";

    @TempDir
    Path store;

    @Test
    void anObjectThatClaimsTwoGibibytes() throws Exception {
        RawBundle bundle = new RawBundle(MAIN).object(RawBundle.BLOB, Integer.MAX_VALUE - 8L, new byte[300]);
        write(ENTRY, bundle.bytes());

        assertRefused(ENTRY, "an object of its pack claims 2147483639 bytes");
    }

    @Test
    void aBlobThatInflatesToMoreThanAnEntryMayHold() throws Exception {
        write(ENTRY, new RawBundle(MAIN).zeros(RawBundle.BLOB, 700_000_000).bytes());

        assertRefused(ENTRY, "more than 512 MiB together");
    }

    @Test
    void aTreeThatInflatesToMoreThanIsParsed() throws Exception {
        write(ENTRY, new RawBundle(MAIN).zeros(RawBundle.TREE, 200_000_000).bytes());

        assertRefused(ENTRY, "a tree of its pack has 200000000 bytes");
    }

    @Test
    void aPackThatAnnouncesTwoThousandMillionObjects() throws Exception {
        byte[] bytes =
                new RawBundle(MAIN).object(RawBundle.BLOB, 1, new byte[1]).bytes(Integer.MAX_VALUE);
        write(ENTRY, bytes);
        assertRefused(ENTRY, "announces 2147483647 objects");
    }

    @Test
    void aSparseFileOfThreeHundredGigabytes() throws Exception {
        write(ENTRY, new byte[0]);
        try (RandomAccessFile file = new RandomAccessFile(store.resolve(ENTRY).toFile(), "rw")) {
            file.setLength(300L << 30);
        }

        assertRefused(ENTRY, "has 322122547200 bytes");
    }

    @Test
    void aHeaderWithoutAnEnd() throws Exception {
        write(ENTRY, "# v2 git bundle\n".getBytes(StandardCharsets.UTF_8));
        try (RandomAccessFile file = new RandomAccessFile(store.resolve(ENTRY).toFile(), "rw")) {
            file.setLength(100L << 20);
        }

        assertRefused(ENTRY, "its header is too long");
    }

    @Test
    void aCheckpointWithADeltaThatClaimsAGibibyte() throws Exception {
        RawBundle bundle = new RawBundle(MAIN);
        int base = bundle.position();
        bundle.object(RawBundle.BLOB, 1, new byte[1]);
        // Sizes of base and result, and one copy of the base.
        byte[] delta = {1, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 4, (byte) 0x90, 1};
        writeCheckpoint(bundle.delta(bundle.position() - base, delta).bytes());

        assertRefused(CHECKPOINT, "a delta for 1073741824 bytes");
    }

    @Test
    void aCheckpointWithAChainOfMoreDeltasThanWeMake() throws Exception {
        RawBundle bundle = new RawBundle(MAIN);
        int base = bundle.position();
        bundle.zeros(RawBundle.BLOB, 1 << 20);
        for (int i = 0; i < 60; i++) {
            int position = bundle.position();
            // The whole base again, but for what is inserted at the end: each result is another object.
            byte[] delta = {0, 0, 0x40, 0, 0, 0x40, (byte) 0xf0, (byte) 0xff, (byte) 0xff, (byte) 0x0f, 1, (byte) i};
            delta[0] = (byte) 0x80;
            delta[1] = (byte) 0x80;
            delta[3] = (byte) 0x80;
            delta[4] = (byte) 0x80;
            bundle.delta(position - base, delta);
            base = position;
        }
        writeCheckpoint(bundle.bytes());

        assertRefused(CHECKPOINT, "a chain of more than 50 deltas");
    }

    private void writeCheckpoint(byte[] bytes) throws Exception {
        write(CHECKPOINT, bytes);
        write(ENTRY, new RawBundle(MAIN).object(RawBundle.BLOB, 1, new byte[1]).bytes());
    }

    private void write(String key, byte[] bytes) throws Exception {
        Path file = store.resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private void assertRefused(String key, String why) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeapOpening.class.getName(),
                        store.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = out.lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0)).contains("at '" + key + "'", why);
            assertThat(lines.get(1)).isEqualTo(lines.get(0));
            assertThat(lines.get(2)).isEqualTo("0 requests the second time");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
