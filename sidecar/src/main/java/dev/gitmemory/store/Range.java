package dev.gitmemory.store;

/**
 * Some bytes of an object, which may end before them; for adapters.
 *
 * @param offset of the first one, 0 or more
 * @param length how many, 0 or more
 */
public record Range(long offset, int length) {

    /** @throws IllegalArgumentException if a number is negative */
    public Range {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("Can't read " + length + " bytes from byte " + offset + " on");
        }
    }

    /**
     * How many of the bytes an object has.
     *
     * @param size the object's, in bytes
     * @throws RangeNotSatisfiableException if the object ends before the first one
     */
    public int lengthIn(String key, long size) throws RangeNotSatisfiableException {
        if (offset > size) {
            throw new RangeNotSatisfiableException(key, offset, size);
        }
        return (int) Math.min(length, size - offset);
    }
}
