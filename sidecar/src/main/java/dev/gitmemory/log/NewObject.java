package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** A git object that is in no entry yet; its content is on the heap or in a {@link Spool}. */
final class NewObject {

    /** Where the content is. */
    @FunctionalInterface
    private interface Content {
        byte[] data() throws IOException;
    }

    private final ObjectId id;
    private final int type;
    private final int size;
    private final Content content;

    /** @param data not copied, must not be changed */
    NewObject(ObjectId id, int type, byte[] data) {
        this(id, type, data.length, () -> data);
    }

    private NewObject(ObjectId id, int type, int size, Content content) {
        this.id = id;
        this.type = type;
        this.size = size;
        this.content = content;
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

    /** The object with this content, which is put into {@code spool} and read from there. */
    static NewObject spooled(int type, byte[] data, int offset, int length, Spool spool) throws IOException {
        ObjectId id = new ObjectInserter.Formatter().idFor(type, data, offset, length);
        synchronized (spool) {
            long at = spool.size();
            spool.write(data, offset, length);
            return new NewObject(id, type, length, () -> spool.read(at, length));
        }
    }

    ObjectId id() {
        return id;
    }

    int type() {
        return type;
    }

    /** The length of the content. */
    int size() {
        return size;
    }

    /** The content; must not be changed. */
    byte[] data() throws IOException {
        return content.data();
    }
}
