package dev.gitmemory.log;

import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.PackedObjectInfo;

/**
 * JGit's parser over a pack that is on the heap, where it is read again to resolve deltas: it reads and validates the
 * pack and hands over every object but the blobs that come whole, which it only hashes.
 */
abstract class HeapPackParser extends PackParser {

    private int readAt;

    HeapPackParser(ObjectDatabase database, InputStream in) {
        super(database, in);
    }

    /** Copies up to {@code length} bytes of the pack from {@code at}; answers how many, -1 at the end. */
    abstract int copy(int at, byte[] to, int offset, int length);

    @Override
    protected final ObjectTypeAndSize seekDatabase(PackedObjectInfo object, ObjectTypeAndSize info) throws IOException {
        readAt = Math.toIntExact(object.getOffset());
        return readObjectHeader(info);
    }

    @Override
    protected final ObjectTypeAndSize seekDatabase(UnresolvedDelta delta, ObjectTypeAndSize info) throws IOException {
        readAt = Math.toIntExact(delta.getOffset());
        return readObjectHeader(info);
    }

    @Override
    protected final int readDatabase(byte[] to, int position, int length) {
        int n = copy(readAt, to, position, length);
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
    protected void onBeginWholeObject(long position, int type, long size) throws IOException {
        // Taken when it ends.
    }

    @Override
    protected void onBeginOfsDelta(long position, long basePosition, long size) throws IOException {
        // Taken when it is resolved.
    }

    @Override
    protected void onBeginRefDelta(long position, AnyObjectId base, long size) throws IOException {
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
