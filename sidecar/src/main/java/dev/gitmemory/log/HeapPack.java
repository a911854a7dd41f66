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
import org.jspecify.annotations.Nullable;

/**
 * A bundle's bytes on the heap, from which objects are inflated when they are asked for. Where big blobs were left out
 * it is in pieces. Immutable.
 */
final class HeapPack implements ObjectSource {

    /** What is larger than any text is read as a stream: few deflated bytes may stand for many. */
    private static final int LARGEST_WHOLE = 16 << 20;

    private final byte[] bytes;
    private final int begin;
    private final @Nullable HeapPack before;

    /** @param bytes a whole bundle; not copied, must not be changed */
    HeapPack(byte[] bytes) {
        this(bytes, 0, null);
    }

    /**
     * A piece of a bundle.
     *
     * @param bytes not copied, must not be changed
     * @param begin where in the bundle they begin
     * @param before the piece before; null for the first
     */
    HeapPack(byte[] bytes, int begin, @Nullable HeapPack before) {
        this.bytes = bytes;
        this.begin = begin;
        this.before = before;
    }

    @Override
    public ObjectLoader loader(LoggedObject object) throws IOException {
        if (object.size() <= LARGEST_WHOLE) {
            return new ObjectLoader.SmallObject(object.type(), data(object));
        }
        int at = object.offset();
        try {
            HeapPack piece = with(at);
            PackedHeader header = piece.header(at);
            if (header.distance() > 0) {
                throw new MalformedBundleException("it is too large for a delta");
            }
            return new StreamedLoader(object, () -> StreamedLoader.inflated(piece.bytes, header.dataAt()));
        } catch (MalformedBundleException e) {
            throw new CorruptObjectException("Object " + object.name() + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] data(LoggedObject object) throws CorruptObjectException {
        Deque<byte[]> deltas = new ArrayDeque<>();
        Inflater inflater = InflaterCache.get();
        try {
            HeapPack piece = this;
            int at = object.offset();
            PackedHeader header = piece.header(at);
            while (header.distance() > 0) {
                deltas.push(piece.inflate(inflater, header));
                at -= header.distance();
                piece = piece.with(at);
                header = piece.header(at);
            }
            byte[] data = piece.inflate(inflater, header);
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

    private HeapPack with(int at) throws MalformedBundleException {
        HeapPack piece = this;
        while (piece != null && at < piece.begin) {
            piece = piece.before;
        }
        if (piece == null || at - piece.begin >= piece.bytes.length) {
            throw new MalformedBundleException("a delta's base was left out");
        }
        return piece;
    }

    private PackedHeader header(int at) throws MalformedBundleException {
        return PackedHeader.read(bytes, at - begin, bytes.length);
    }

    private byte[] inflate(Inflater inflater, PackedHeader header) throws DataFormatException {
        byte[] data = new byte[header.size()];
        inflater.reset();
        Inflating.exactly(inflater, bytes, header.dataAt(), bytes.length, data);
        return data;
    }
}
