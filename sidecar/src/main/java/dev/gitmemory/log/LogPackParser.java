package dev.gitmemory.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.transport.PackLock;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.PackedObjectInfo;
import org.jspecify.annotations.Nullable;

/**
 * Takes a pack that a client sends apart into whole objects. JGit's parser reads and validates the pack, resolves its
 * deltas and hands over every object but the blobs that come whole, which it only hashes; those are cut out of the raw
 * bytes at the end. The pack is held in memory: limit its size where it comes in.
 */
final class LogPackParser extends PackParser {

    private final LogObjectInserter into;
    private final ReceivedPack pack = new ReceivedPack();
    private final List<PackedObjectInfo> wholeBlobs = new ArrayList<>();
    private int readAt;

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
    protected ObjectTypeAndSize seekDatabase(PackedObjectInfo object, ObjectTypeAndSize info) throws IOException {
        readAt = Math.toIntExact(object.getOffset());
        return readObjectHeader(info);
    }

    @Override
    protected ObjectTypeAndSize seekDatabase(UnresolvedDelta delta, ObjectTypeAndSize info) throws IOException {
        readAt = Math.toIntExact(delta.getOffset());
        return readObjectHeader(info);
    }

    @Override
    protected int readDatabase(byte[] to, int position, int length) {
        int n = pack.copy(readAt, to, position, length);
        readAt += Math.max(n, 0);
        return n;
    }

    /** What is read again comes from the heap, where it has not changed. */
    @Override
    protected boolean checkCRC(int expected) {
        return true;
    }

    /** The base of a thin pack's delta is in the log already. */
    @Override
    protected boolean onAppendBase(int type, byte[] data, PackedObjectInfo info) {
        return false;
    }

    @Override
    protected void onPackHeader(long objectCount) {
        // Nothing depends on it.
    }

    @Override
    protected void onPackFooter(byte[] hash) {
        // JGit has compared it.
    }

    @Override
    protected void onEndThinPack() {
        // Nothing was appended.
    }

    @Override
    protected void onBeginWholeObject(long position, int type, long size) {
        // Taken when it ends.
    }

    @Override
    protected void onBeginOfsDelta(long position, long basePosition, long size) {
        // Taken when it is resolved.
    }

    @Override
    protected void onBeginRefDelta(long position, AnyObjectId base, long size) {
        // Taken when it is resolved.
    }

    @Override
    protected void onObjectHeader(Source source, byte[] raw, int position, int length) {
        // Part of what onStoreStream gets.
    }

    @Override
    protected void onObjectData(Source source, byte[] raw, int position, int length) {
        // Part of what onStoreStream gets.
    }
}
