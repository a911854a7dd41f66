package dev.gitmemory.log;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.InflaterCache;

/** The bytes of a pack as they arrive, readable at any place. */
final class ReceivedPack extends ByteArrayOutputStream {

    /** Copies up to {@code length} bytes from {@code at}; answers how many, -1 at the end. */
    int copy(int at, byte[] to, int offset, int length) {
        int n = Math.min(length, count - at);
        if (n <= 0) {
            return -1;
        }
        System.arraycopy(buf, at, to, offset, n);
        return n;
    }

    /** The content of the whole object that begins at {@code at} and has {@code size} bytes. */
    byte[] wholeObject(long at, long size) throws CorruptObjectException {
        int data = Math.toIntExact(at);
        while ((buf[data++] & 0x80) != 0) {
            // the type and the size, which the parser has read
        }
        byte[] content = new byte[Math.toIntExact(size)];
        Inflater inflater = InflaterCache.get();
        try {
            Inflating.exactly(inflater, buf, data, count, content);
            return content;
        } catch (DataFormatException e) {
            throw new CorruptObjectException(
                    "The object at " + at + " of the pack can't be inflated: " + e.getMessage(), e);
        } finally {
            InflaterCache.release(inflater);
        }
    }
}
