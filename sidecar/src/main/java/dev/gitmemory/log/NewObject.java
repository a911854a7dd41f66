package dev.gitmemory.log;

import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** A git object that is in no entry yet. */
final class NewObject {

    private final ObjectId id;
    private final int type;
    private final byte[] data;

    /** @param data not copied, must not be changed */
    NewObject(ObjectId id, int type, byte[] data) {
        this.id = id;
        this.type = type;
        this.data = data;
    }

    /**
     * The object with this content.
     *
     * @param type as {@link org.eclipse.jgit.lib.Constants#OBJ_BLOB} and its like
     * @param data not copied, must not be changed
     */
    static NewObject of(int type, byte[] data) {
        return new NewObject(new ObjectInserter.Formatter().idFor(type, data), type, data);
    }

    ObjectId id() {
        return id;
    }

    int type() {
        return type;
    }

    /** Must not be changed. */
    byte[] data() {
        return data;
    }
}
