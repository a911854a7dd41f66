package dev.gitmemory.store;

/** Some bytes of an object, which may end before them. */
record Range(long offset, int length) {

    Range {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("Can't read " + length + " bytes from byte " + offset + " on");
        }
    }

    /**
     * How many of the bytes an object has.
     *
     * @param size the object's, in bytes
     */
    int lengthIn(String key, long size) throws RangeNotSatisfiableException {
        if (offset > size) {
            throw new RangeNotSatisfiableException(key, offset, size);
        }
        return (int) Math.min(length, size - offset);
    }
}
