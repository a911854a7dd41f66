package dev.gitmemory.log;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** Reads the objects of a log, then those of a staging, then those that an inserter has not flushed yet. */
final class LogObjectReader extends ObjectReader {

    private final LoggedObjects logged;
    private final @Nullable Staging staging;
    private final @Nullable LogObjectInserter inserter;

    LogObjectReader(LoggedObjects logged, @Nullable Staging staging, @Nullable LogObjectInserter inserter) {
        this.logged = logged;
        this.staging = staging;
        this.inserter = inserter;
    }

    @Override
    public ObjectReader newReader() {
        return new LogObjectReader(logged, staging, inserter);
    }

    @Override
    public boolean has(AnyObjectId id, int typeHint) {
        return logged.has(id) || findNew(id) != null;
    }

    @Override
    public ObjectLoader open(AnyObjectId id, int typeHint) throws IOException {
        LoggedObject object = logged.get(id);
        if (object != null) {
            checkType(id, object.type(), typeHint);
            return object.loader();
        }
        NewObject fresh = findNew(id);
        if (fresh == null) {
            throw missing(id, typeHint);
        }
        checkType(id, fresh.type(), typeHint);
        return new ObjectLoader.SmallObject(fresh.type(), fresh.data());
    }

    @Override
    public long getObjectSize(AnyObjectId id, int typeHint) throws IOException {
        LoggedObject object = logged.get(id);
        if (object != null) {
            checkType(id, object.type(), typeHint);
            return object.size();
        }
        NewObject fresh = findNew(id);
        if (fresh == null) {
            throw missing(id, typeHint);
        }
        checkType(id, fresh.type(), typeHint);
        return fresh.size();
    }

    @Override
    public boolean isNotLargerThan(AnyObjectId id, int typeHint, long size) throws IOException {
        return getObjectSize(id, typeHint) <= size;
    }

    @Override
    public Collection<ObjectId> resolve(AbbreviatedObjectId abbreviation) {
        Set<ObjectId> found = new LinkedHashSet<>(logged.startingWith(abbreviation));
        if (staging != null) {
            staging.objects().forEach(o -> addIfMatches(found, abbreviation, o));
        }
        if (inserter != null) {
            inserter.unflushed().forEach(o -> addIfMatches(found, abbreviation, o));
        }
        return found;
    }

    private static void addIfMatches(Set<ObjectId> found, AbbreviatedObjectId abbreviation, NewObject object) {
        if (abbreviation.prefixCompare(object.id()) == 0) {
            found.add(object.id());
        }
    }

    @Override
    public Set<ObjectId> getShallowCommits() {
        return Set.of();
    }

    @Override
    public @Nullable ObjectInserter getCreatedFromInserter() {
        return inserter;
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private @Nullable NewObject findNew(AnyObjectId id) {
        NewObject staged = staging == null ? null : staging.get(id);
        return staged == null && inserter != null ? inserter.unflushed(id) : staged;
    }

    private static void checkType(AnyObjectId id, int type, int typeHint) throws IncorrectObjectTypeException {
        if (typeHint != OBJ_ANY && typeHint != type) {
            throw new IncorrectObjectTypeException(id.copy(), typeHint);
        }
    }

    private static MissingObjectException missing(AnyObjectId id, int typeHint) {
        return typeHint == OBJ_ANY
                ? new MissingObjectException(id.copy(), "object of any type")
                : new MissingObjectException(id.copy(), typeHint);
    }
}
