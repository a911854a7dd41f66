package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Immutable objects under string keys: the few operations of object storage that the log needs.
 *
 * <p>Objects are created once and never change. A key is one or more segments joined by {@code /}; a segment is not
 * empty, not {@code .} or {@code ..}, and holds no control characters. Reads see every create that returned before
 * them, in this process or another. All methods may be called from any thread.
 *
 * <p>An {@link IOException} from {@link #create} leaves it open whether the object was stored, or may be stored yet: that
 * it can be read says that it was, that it can't be read says nothing. Only {@link NotSentException} and
 * {@link RefusedException} say that nothing was stored, and that nothing will be.
 */
public interface ObjectStore extends AutoCloseable {

    /** What became of a {@link #create}. */
    enum Created {
        /** The object was stored durably by this call. */
        STORED,
        /** An object was there before; it was left as it is. */
        EXISTED
    }

    /** An object's key and its size in bytes. */
    record Entry(String key, long size) {}

    /**
     * Stores an object under a key that has none: of any number of racing calls exactly one stores. When it returns
     * {@link Created#STORED} the object survives a crash of this machine.
     *
     * @throws InvalidKeyException if the key is not of the form above; nothing was stored
     * @throws NotSentException if the store was not asked
     * @throws RefusedException if the store was asked, and certainly has not stored it
     * @throws IOException if the outcome is unknown; the message names the key
     */
    Created create(String key, byte[] content) throws IOException;

    /**
     * The whole object, or null when there is none.
     *
     * @throws ObjectTooLargeException if it has more bytes than may be held at once; none of them was read
     * @throws IOException if the store can't be read; the message names the key
     */
    byte @Nullable [] read(String key) throws IOException;

    /**
     * A part of an object: {@code length} bytes from {@code offset} on, fewer where the object ends before, or null when
     * there is no object.
     *
     * @param offset 0 to the object's size, in bytes
     * @param length 0 or more, in bytes
     * @throws RangeNotSatisfiableException if the object ends before {@code offset}
     * @throws IllegalArgumentException if a number is negative
     * @throws IOException if the store can't be read; the message names the key
     */
    byte @Nullable [] read(String key, long offset, int length) throws IOException;

    /**
     * The entries whose key begins with {@code prefix} and is greater than {@code startAfter}, in ascending order of
     * their keys' UTF-8 bytes, at most {@code limit} of them.
     *
     * @param prefix empty for all
     * @param startAfter empty to begin with the first; need not exist
     * @param limit 1 or more
     */
    List<Entry> list(String prefix, String startAfter, int limit) throws IOException;

    /**
     * Whether an object is certainly not there, as far as that can be told without a request: false from a store
     * elsewhere.
     *
     * @throws InvalidKeyException if the key is not of the form above
     */
    default boolean isKnownToLack(String key) throws InvalidKeyException {
        return false;
    }

    /**
     * What tells an object that was put in the place of another from that one, as far as that can be told without a
     * request: null from a store elsewhere, and where there is no object.
     *
     * @throws InvalidKeyException if the key is not of the form above
     */
    default @Nullable Object identity(String key) throws InvalidKeyException {
        return null;
    }

    /** Removes an object; no error when there is none. */
    void delete(String key) throws IOException;

    /**
     * By when a request that this thread begins now is over. Who sends several requests for one purpose takes it once,
     * and sends all of them {@link Deadline#during} it: then they take no longer together than one may.
     */
    default Deadline deadline() {
        return Deadline.current();
    }

    /** Where this store is, as the setting {@code store} spells it; without secrets. */
    URI uri();

    @Override
    void close();
}
