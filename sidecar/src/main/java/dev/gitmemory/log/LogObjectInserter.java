package dev.gitmemory.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.transport.PackParser;
import org.jspecify.annotations.Nullable;

/** Keeps new objects to itself until it is flushed, which hands them to its {@link Staging}. */
final class LogObjectInserter extends ObjectInserter {

    private final LoggedObjects logged;
    private final Staging staging;
    private final Map<AnyObjectId, NewObject> unflushed = new LinkedHashMap<>();

    LogObjectInserter(LoggedObjects logged, Staging staging) {
        this.logged = logged;
        this.staging = staging;
    }

    @Override
    public ObjectId insert(int type, byte[] data, int offset, int length) throws IOException {
        return add(staging.object(type, data, offset, length));
    }

    @Override
    public ObjectId insert(int type, long length, InputStream in) throws IOException {
        byte[] data = in.readNBytes(Math.toIntExact(length));
        if (data.length != length) {
            throw new EOFException("An object ended after " + data.length + " of " + length + " bytes");
        }
        return add(staging.object(type, data, 0, data.length));
    }

    /** Takes an object without copying it. */
    ObjectId add(NewObject object) {
        if (!logged.has(object.id())) {
            unflushed.putIfAbsent(object.id(), object);
        }
        return object.id();
    }

    @Override
    public PackParser newPackParser(InputStream in) {
        return new LogPackParser(new LogObjectDatabase(logged, staging), in, this);
    }

    @Override
    public ObjectReader newReader() {
        return new LogObjectReader(logged, staging, this);
    }

    @Nullable
    NewObject unflushed(AnyObjectId id) {
        return unflushed.get(id);
    }

    Collection<NewObject> unflushed() {
        return unflushed.values();
    }

    @Override
    public void flush() {
        unflushed.values().forEach(staging::add);
        unflushed.clear();
    }

    @Override
    public void close() {
        unflushed.clear();
    }
}
