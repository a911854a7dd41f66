package dev.gitmemory.log;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.InflaterCache;
import org.eclipse.jgit.lib.ObjectId;

/** A git object of the log: its id, and where in the bytes of an entry its deflated content begins. Immutable. */
class LoggedObject extends ObjectId {

    /** About what one costs on the heap with its place in the map, content apart. */
    static final int OVERHEAD_BYTES = 120;

    private static final long serialVersionUID = 1L;

    private final int type;
    private final int size;
    private final int offset;

    @SuppressWarnings("serial") // an ObjectId is serializable, this is never serialized
    private final byte[] entry;

    LoggedObject(AnyObjectId id, int type, int size, byte[] entry, int offset) {
        super(id);
        this.type = type;
        this.size = size;
        this.entry = entry;
        this.offset = offset;
    }

    LoggedObject(LoggedObject other) {
        this(other, other.type, other.size, other.entry, other.offset);
    }

    final int type() {
        return type;
    }

    /** The length of the content. */
    final int size() {
        return size;
    }

    final int offset() {
        return offset;
    }

    /** The content. */
    final byte[] data() throws CorruptObjectException {
        byte[] data = new byte[size];
        Inflater inflater = InflaterCache.get();
        try {
            inflate(inflater, entry, offset, entry.length, data);
            return data;
        } catch (DataFormatException e) {
            throw new CorruptObjectException("Object " + name() + " can't be inflated: " + e.getMessage(), e);
        } finally {
            InflaterCache.release(inflater);
        }
    }

    /**
     * Inflates exactly {@code data.length} bytes.
     *
     * @return how many bytes of {@code from} it took
     */
    static int inflate(Inflater inflater, byte[] from, int begin, int end, byte[] data) throws DataFormatException {
        inflater.setInput(from, begin, end - begin);
        int length = 0;
        // One byte more than expected tells too long a stream, and brings the end of an empty one.
        byte[] beyond = new byte[1];
        while (!inflater.finished()) {
            int n = length < data.length
                    ? inflater.inflate(data, length, data.length - length)
                    : inflater.inflate(beyond);
            if (n > 0 && length == data.length) {
                throw new DataFormatException("it is longer than its header says");
            }
            length += n;
            if (n == 0 && !inflater.finished()) {
                throw new DataFormatException("it is cut short");
            }
        }
        if (length != data.length) {
            throw new DataFormatException("it is shorter than its header says");
        }
        return Math.toIntExact(inflater.getBytesRead());
    }
}
