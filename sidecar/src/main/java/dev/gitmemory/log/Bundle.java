package dev.gitmemory.log;

import java.util.List;

/** A bundle, encoded and understood. */
final class Bundle {

    private final BundleHeader header;
    private final byte[] bytes;
    private final List<LoggedObject> objects;

    /**
     * @param bytes the bundle as it is stored; not copied, must not be changed
     * @param objects the objects of its pack, as slices of {@code bytes}
     */
    Bundle(BundleHeader header, byte[] bytes, List<LoggedObject> objects) {
        this.header = header;
        this.bytes = bytes;
        this.objects = List.copyOf(objects);
    }

    BundleHeader header() {
        return header;
    }

    /** Must not be changed. */
    byte[] bytes() {
        return bytes;
    }

    List<LoggedObject> objects() {
        return objects;
    }
}
