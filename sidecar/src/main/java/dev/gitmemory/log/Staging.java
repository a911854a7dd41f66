package dev.gitmemory.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * New objects on top of a log, for one push or one commit. Nobody else sees them; they get into the log when
 * {@link BundleLog#append} finds them reachable from a ref, and are gone otherwise. Thread-safe.
 */
public final class Staging {

    private final LoggedObjects logged;
    private final Map<AnyObjectId, NewObject> staged = new ConcurrentHashMap<>();

    private final @Nullable Spool spool;

    Staging(LoggedObjects logged) {
        this(logged, null);
    }

    /** @param spool takes the contents of what is inserted; null to keep them on the heap */
    Staging(LoggedObjects logged, @Nullable Spool spool) {
        this.logged = logged;
        this.spool = spool;
    }

    /** Inserts objects into this staging when it is flushed. */
    public ObjectInserter newInserter() {
        return new LogObjectInserter(logged, this);
    }

    /** Reads the objects of the log and of this staging. */
    public ObjectReader newReader() {
        return new LogObjectReader(logged, this, null);
    }

    /** The object with this content, which is copied. */
    NewObject object(int type, byte[] data, int offset, int length) throws IOException {
        return spool == null
                ? NewObject.of(type, Arrays.copyOfRange(data, offset, offset + length))
                : NewObject.spooled(type, data, offset, length, spool);
    }

    @Nullable
    NewObject get(AnyObjectId id) {
        return staged.get(id);
    }

    Iterable<NewObject> objects() {
        return staged.values();
    }

    void add(NewObject object) {
        staged.put(object.id(), object);
    }
}
