package dev.gitmemory.log;

import org.eclipse.jgit.lib.Constants;

/**
 * What stands before the deflated bytes of an object in a pack.
 *
 * @param type of the object, or {@link Constants#OBJ_OFS_DELTA}
 * @param size of the content, or of the delta, in bytes
 * @param dataAt where the deflated bytes begin
 * @param distance how far before this object the delta's base begins; 0 for a whole object
 */
record PackedHeader(int type, int size, int dataAt, int distance) {

    /** @throws MalformedBundleException if it ends before it is complete, or is of a kind that we don't write */
    static PackedHeader read(byte[] bytes, int begin, int end) throws MalformedBundleException {
        int at = begin;
        int b = next(bytes, at++, end);
        int type = (b >> 4) & 7;
        long size = b & 15;
        for (int shift = 4; (b & 0x80) != 0; shift += 7) {
            if (shift > 31) {
                throw new MalformedBundleException("an object of its pack is too big");
            }
            b = next(bytes, at++, end);
            size |= (long) (b & 0x7f) << shift;
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new MalformedBundleException("an object of its pack has " + size + " bytes, that is too big");
        }
        if (type != Constants.OBJ_OFS_DELTA) {
            if (type < Constants.OBJ_COMMIT || type > Constants.OBJ_TAG) {
                throw new MalformedBundleException("its pack holds an object of type " + type);
            }
            return new PackedHeader(type, (int) size, at, 0);
        }
        b = next(bytes, at++, end);
        long distance = b & 0x7f;
        while ((b & 0x80) != 0) {
            b = next(bytes, at++, end);
            distance = ((distance + 1) << 7) | (b & 0x7f);
            if (distance > Integer.MAX_VALUE) {
                break;
            }
        }
        if (distance < 1 || distance > Integer.MAX_VALUE) {
            throw new MalformedBundleException("a delta of its pack has no base");
        }
        return new PackedHeader(type, (int) size, at, (int) distance);
    }

    private static int next(byte[] bytes, int at, int end) throws MalformedBundleException {
        if (at >= end) {
            throw new MalformedBundleException("its pack holds fewer objects than it announces");
        }
        return bytes[at] & 0xff;
    }
}
