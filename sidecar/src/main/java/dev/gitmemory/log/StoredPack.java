package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.jspecify.annotations.Nullable;

/**
 * A bundle's bytes in the store, from which big blobs are read, piece by piece, when they are asked for. When the bundle
 * has been deleted a blob is looked for where it is now, in the newest checkpoint. Immutable.
 */
final class StoredPack implements ObjectSource {

    /** How much is read at a time. */
    private static final int PIECE = 1 << 20;

    /** Finds where an object is now. */
    @FunctionalInterface
    interface Finder {
        @Nullable
        LoggedObject find(AnyObjectId id) throws IOException;
    }

    private final ObjectStore store;
    private final String key;
    private final Finder finder;

    StoredPack(ObjectStore store, String key, Finder finder) {
        this.store = store;
        this.key = key;
        this.finder = finder;
    }

    /** Whether it is in the bundle with this key. */
    boolean isIn(String bundle) {
        return key.equals(bundle);
    }

    @Override
    public byte[] data(LoggedObject object) throws IOException {
        try (InputStream in = stream(object)) {
            byte[] data = in.readNBytes(object.size());
            if (data.length != object.size()) {
                throw new EOFException("Object " + object.name() + " ends after " + data.length + " of " + object.size()
                        + " bytes in '" + key + "'");
            }
            return data;
        }
    }

    @Override
    public ObjectLoader loader(LoggedObject object) {
        return new StreamedLoader(object, () -> stream(object));
    }

    private InputStream stream(LoggedObject object) throws IOException {
        byte[] first = store.read(key, object.offset(), PIECE);
        if (first == null) {
            LoggedObject elsewhere = finder.find(object);
            if (elsewhere == null || elsewhere.isIn(key)) {
                throw new CorruptLogException(
                        key, "this object is missing, and blob " + object.name() + " with it; put it back", null);
            }
            return elsewhere.loader().openStream();
        }
        PackedHeader header = PackedHeader.read(first, 0, first.length);
        Pieces pieces = new Pieces(object.offset(), first, header.dataAt());
        return StreamedLoader.inflated(pieces);
    }

    /** The bytes of the bundle from a place on. */
    private final class Pieces extends InputStream {

        private long next;
        private byte[] piece;
        private int at;

        Pieces(long offset, byte[] first, int at) {
            this.next = offset + first.length;
            this.piece = first;
            this.at = at;
        }

        @Override
        public int read() throws IOException {
            return fill() ? piece[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, to, offset, n);
            at += n;
            return n;
        }

        private boolean fill() throws IOException {
            if (at == piece.length) {
                byte[] read = store.read(key, next, PIECE);
                if (read == null) {
                    throw new IOException("'" + key + "' was deleted while it was read; read again");
                }
                piece = read;
                at = 0;
                next += read.length;
            }
            return piece.length > 0;
        }
    }
}
