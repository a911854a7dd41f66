package dev.gitmemory.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.transport.PackLock;
import org.eclipse.jgit.transport.PackedObjectInfo;
import org.jspecify.annotations.Nullable;

/**
 * Takes a pack that a client sends apart into whole objects. JGit's parser reads and validates the pack, resolves its
 * deltas and hands over every object but the blobs that come whole, which it only hashes; those are cut out of the raw
 * bytes at the end. The pack is held in memory: limit its size where it comes in.
 */
final class LogPackParser extends HeapPackParser {

    private final LogObjectInserter into;
    private final ReceivedPack pack = new ReceivedPack();
    private final List<PackedObjectInfo> wholeBlobs = new ArrayList<>();

    LogPackParser(ObjectDatabase database, InputStream in, LogObjectInserter into) {
        super(database, in);
        this.into = into;
    }

    @Override
    public @Nullable PackLock parse(ProgressMonitor receiving, ProgressMonitor resolving) throws IOException {
        super.parse(receiving, resolving);
        for (PackedObjectInfo blob : wholeBlobs) {
            byte[] content = pack.wholeObject(blob.getOffset(), blob.getFullSize());
            into.add(new NewObject(blob.copy(), Constants.OBJ_BLOB, content));
        }
        return null;
    }

    @Override
    protected void onStoreStream(byte[] raw, int position, int length) {
        pack.write(raw, position, length);
    }

    @Override
    protected void onInflatedObjectData(PackedObjectInfo object, int type, byte[] data) {
        into.add(new NewObject(object.copy(), type, data));
    }

    @Override
    protected void onEndWholeObject(PackedObjectInfo object) {
        if (object.getType() == Constants.OBJ_BLOB) {
            wholeBlobs.add(object);
        }
    }

    @Override
    int copy(int at, byte[] to, int offset, int length) {
        return pack.copy(at, to, offset, length);
    }
}
