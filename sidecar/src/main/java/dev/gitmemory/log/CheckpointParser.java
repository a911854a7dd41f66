package dev.gitmemory.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.transport.PackedObjectInfo;

/** Finds the objects of a checkpoint's pack: resolves every delta once, to learn and to check each id. */
final class CheckpointParser extends HeapPackParser {

    private final byte[] bytes;
    private final int begin;
    private final ObjectSource source;
    private final DeltaLimits deltas;
    private final List<LoggedObject> objects = new ArrayList<>();

    private CheckpointParser(byte[] bytes, int begin) {
        super(nothing(), new ByteArrayInputStream(bytes, begin, bytes.length - begin));
        this.bytes = bytes;
        this.begin = begin;
        this.source = new HeapPack(bytes);
        this.deltas = new DeltaLimits(bytes, begin);
    }

    /** Nothing may be referred to that is not in the pack. */
    private static LogObjectDatabase nothing() {
        LoggedObjects none = new LoggedObjects();
        return new LogObjectDatabase(none, new Staging(none));
    }

    /**
     * The objects of the pack that is in {@code bytes} from {@code begin} to the end.
     *
     * @throws MalformedBundleException if the checksum is wrong or anything is not as it should be
     */
    static List<LoggedObject> objects(byte[] bytes, int begin) throws MalformedBundleException {
        // First of all: behind a damaged size a parser would ask for gigabytes.
        long count = PackCodec.check(bytes, begin);
        CheckpointParser parser = new CheckpointParser(bytes, begin);
        parser.setCheckObjectCollisions(false);
        parser.setCheckEofAfterPackFooter(true);
        parser.setMaxObjectSizeLimit(BundleLog.LARGEST_ENTRY_BYTES);
        try {
            parser.parse(NullProgressMonitor.INSTANCE);
        } catch (MalformedBundleException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new MalformedBundleException("its pack can't be parsed: " + e.getMessage(), e);
        }
        if (parser.objects.size() != count) {
            throw new MalformedBundleException(
                    "its pack holds " + parser.objects.size() + " objects and announces " + count);
        }
        return parser.objects;
    }

    @Override
    protected void onBeginWholeObject(long position, int type, long size) throws IOException {
        PackLimits.checkSize(type, size, left(position));
    }

    @Override
    protected void onBeginOfsDelta(long position, long basePosition, long size) throws IOException {
        PackLimits.checkSize(Constants.OBJ_OFS_DELTA, size, left(position));
        deltas.check(position, basePosition);
    }

    @Override
    protected void onBeginRefDelta(long position, AnyObjectId base, long size) throws IOException {
        throw new MalformedBundleException("its pack holds a delta that names its base by its id");
    }

    private long left(long position) {
        return bytes.length - begin - position;
    }

    @Override
    int copy(int at, byte[] to, int offset, int length) {
        int n = Math.min(length, bytes.length - begin - at);
        if (n <= 0) {
            return -1;
        }
        System.arraycopy(bytes, begin + at, to, offset, n);
        return n;
    }

    @Override
    protected void onInflatedObjectData(PackedObjectInfo object, int type, byte[] data) {
        add(object, type, data.length);
    }

    @Override
    protected void onEndWholeObject(PackedObjectInfo object) {
        if (object.getType() == Constants.OBJ_BLOB) {
            add(object, Constants.OBJ_BLOB, Math.toIntExact(object.getFullSize()));
        }
    }

    @Override
    protected void onStoreStream(byte[] raw, int position, int length) {
        // It is on the heap.
    }

    private void add(PackedObjectInfo object, int type, int size) {
        objects.add(new LoggedObject(object, type, size, source, begin + Math.toIntExact(object.getOffset())));
    }
}
