package dev.gitmemory.log;

import java.util.List;

/** A bundle, encoded and understood. */
final class Bundle {

    private final BundleHeader header;
    private final byte[] bytes;
    private final Placement placement;

    /**
     * @param bytes the bundle as it is stored; not copied, must not be changed
     * @param objects the objects of its pack, as slices of {@code bytes}
     */
    Bundle(BundleHeader header, byte[] bytes, List<LoggedObject> objects) {
        this(header, bytes, Placement.heap(bytes, List.copyOf(objects)));
    }

    private Bundle(BundleHeader header, byte[] bytes, Placement placement) {
        this.header = header;
        this.bytes = bytes;
        this.placement = placement;
    }

    /** The same bundle, with its big blobs in the store: what is kept of it then takes little heap. */
    Bundle placed(ObjectSource stored) {
        int packEnd = bytes.length - PackCodec.TRAILER;
        return new Bundle(header, bytes, Placement.of(bytes, placement.objects(), packEnd, stored));
    }

    BundleHeader header() {
        return header;
    }

    /** Must not be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** How many bytes its objects keep on the heap. */
    long heapBytes() {
        return placement.heapBytes();
    }

    List<LoggedObject> objects() {
        return placement.objects();
    }
}
