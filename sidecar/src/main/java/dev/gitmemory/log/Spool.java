package dev.gitmemory.log;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written once and read from any place: few are on the heap, many in a temporary file, which goes when
 * this is closed. What an import brings, or a large entry while it is put together, thus costs heap once at most.
 * Thread-safe.
 */
final class Spool extends OutputStream {

    /** So many stay on the heap. */
    static final int ON_HEAP = 16 << 20;

    /** How much is copied at a time: Java holds that much outside of the heap, too. */
    private static final int PIECE = 1 << 20;

    private final int onHeap;
    private Heap heap = new Heap();
    private @Nullable Path path;
    private @Nullable FileChannel file;
    private long size;

    Spool() {
        this(ON_HEAP);
    }

    Spool(int onHeap) {
        this.onHeap = onHeap;
    }

    /** How many bytes were written. */
    synchronized long size() {
        return size;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws IOException if the temporary folder has no room; the message names the file */
    @Override
    public synchronized void write(byte[] from, int offset, int length) throws IOException {
        if (file == null && size + length <= onHeap) {
            heap.write(from, offset, length);
        } else {
            FileChannel to = file == null ? moveToFile() : file;
            append(to, from, offset, length);
        }
        size += length;
    }

    private FileChannel moveToFile() throws IOException {
        Path made = Files.createTempFile("git-memory-spool-", ".tmp");
        path = made;
        FileChannel opened = FileChannel.open(
                made, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        file = opened;
        append(opened, heap.toByteArray(), 0, heap.size());
        heap = new Heap();
        return opened;
    }

    private void append(FileChannel to, byte[] from, int offset, int length) throws IOException {
        try {
            for (int done = 0; done < length; ) {
                done += to.write(ByteBuffer.wrap(from, offset + done, Math.min(PIECE, length - done)));
            }
        } catch (IOException e) {
            throw new IOException(
                    "The temporary file '%s' can't be written after %d bytes: %s; free some space there, or name another folder with -Djava.io.tmpdir"
                            .formatted(path, size, e.getMessage()),
                    e);
        }
    }

    /** The bytes from a place on. */
    synchronized byte[] read(long at, int length) throws IOException {
        if (at < 0 || length < 0 || at + length > size) {
            throw new EOFException("Of %d bytes there are none at %d to %d".formatted(size, at, at + length));
        }
        if (file == null) {
            return heap.read((int) at, length);
        }
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            int n = file.read(ByteBuffer.wrap(bytes, done, Math.min(PIECE, length - done)), at + done);
            if (n < 0) {
                throw new EOFException("The temporary file '%s' was cut short".formatted(path));
            }
            done += n;
        }
        return bytes;
    }

    /** All bytes. */
    synchronized byte[] readAll() throws IOException {
        return read(0, Math.toIntExact(size));
    }

    /** Forgets everything. */
    @Override
    public synchronized void close() throws IOException {
        heap = new Heap();
        size = 0;
        if (file != null) {
            file.close();
        }
    }

    private static final class Heap extends ByteArrayOutputStream {

        byte[] read(int at, int length) {
            return Arrays.copyOfRange(buf, at, at + length);
        }
    }
}
