package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;

/** A git object of the log: its id, and where it begins in the pack of a bundle. Immutable. */
class LoggedObject extends ObjectId {

    /** About what one costs on the heap with its place in the map, content apart. */
    static final int OVERHEAD_BYTES = 120;

    private static final long serialVersionUID = 1L;

    private final int type;
    private final int size;
    private final int offset;

    @SuppressWarnings("serial") // an ObjectId is serializable, this is never serialized
    private final ObjectSource source;

    LoggedObject(AnyObjectId id, int type, int size, ObjectSource source, int offset) {
        super(id);
        this.type = type;
        this.size = size;
        this.source = source;
        this.offset = offset;
    }

    LoggedObject(LoggedObject other) {
        this(other, other.type, other.size, other.source, other.offset);
    }

    /** The same object, to be had from another source. */
    final LoggedObject in(ObjectSource other) {
        return new LoggedObject(this, type, size, other, offset);
    }

    /** Whether its content is read from the store, from the bundle with this key. */
    final boolean isIn(String bundle) {
        return source instanceof StoredPack stored && stored.isIn(bundle);
    }

    final int type() {
        return type;
    }

    /** The length of the content. */
    final int size() {
        return size;
    }

    /** Where its header begins in the bundle. */
    final int offset() {
        return offset;
    }

    /** The content. */
    final byte[] data() throws IOException {
        return source.data(this);
    }

    /** The content for JGit. */
    final ObjectLoader loader() throws IOException {
        return source.loader(this);
    }
}
