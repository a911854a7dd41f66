package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.internal.storage.pack.BinaryDelta;
import org.eclipse.jgit.lib.InflaterCache;
import org.eclipse.jgit.lib.ObjectLoader;

/** A bundle's bytes on the heap, from which objects are inflated when they are asked for. Immutable. */
final class HeapPack implements ObjectSource {

    private final byte[] bytes;

    /** @param bytes not copied, must not be changed; objects' offsets are places in it */
    HeapPack(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public ObjectLoader loader(LoggedObject object) throws IOException {
        return new ObjectLoader.SmallObject(object.type(), data(object));
    }

    @Override
    public byte[] data(LoggedObject object) throws CorruptObjectException {
        Deque<byte[]> deltas = new ArrayDeque<>();
        Inflater inflater = InflaterCache.get();
        try {
            PackedHeader header = PackedHeader.read(bytes, object.offset(), bytes.length);
            while (header.baseAt() >= 0) {
                deltas.push(inflate(inflater, header));
                header = PackedHeader.read(bytes, header.baseAt(), bytes.length);
            }
            byte[] data = inflate(inflater, header);
            while (!deltas.isEmpty()) {
                data = BinaryDelta.apply(data, deltas.pop());
            }
            return data;
        } catch (MalformedBundleException | DataFormatException | RuntimeException e) {
            throw new CorruptObjectException("Object " + object.name() + " can't be read: " + e.getMessage(), e);
        } finally {
            InflaterCache.release(inflater);
        }
    }

    private byte[] inflate(Inflater inflater, PackedHeader header) throws DataFormatException {
        byte[] data = new byte[header.size()];
        inflater.reset();
        Inflating.exactly(inflater, bytes, header.dataAt(), bytes.length, data);
        return data;
    }
}
