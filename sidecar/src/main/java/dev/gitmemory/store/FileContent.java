package dev.gitmemory.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Moves bytes between the heap and a file, in pieces: a channel copies each piece outside the heap, and keeps that room. */
final class FileContent {

    private static final int PIECE = 1 << 16;

    private FileContent() {}

    static void write(byte[] content, FileChannel out) throws IOException {
        for (int at = 0; at < content.length; ) {
            at += out.write(ByteBuffer.wrap(content, at, Math.min(PIECE, content.length - at)));
        }
    }

    /** A part that lies within the file; {@code length} is what is taken of the heap. */
    static byte[] read(FileChannel in, long offset, int length) throws IOException {
        byte[] content = new byte[length];
        in.position(offset);
        for (int at = 0; at < length; ) {
            int n = in.read(ByteBuffer.wrap(content, at, Math.min(PIECE, length - at)));
            if (n < 0) {
                throw new EOFException("it became shorter while it was read");
            }
            at += n;
        }
        return content;
    }
}
