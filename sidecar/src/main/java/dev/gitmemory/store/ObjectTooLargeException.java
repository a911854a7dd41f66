package dev.gitmemory.store;

/** An object has more bytes than may be held on the heap at once; nothing of it was read. */
public final class ObjectTooLargeException extends StoreException {

    /** No object of a log is larger: 1 GiB. */
    public static final long LARGEST_BYTES = 1L << 30;

    private static final long serialVersionUID = 1L;

    private ObjectTooLargeException(String message) {
        super(message, null);
    }

    /**
     * The most that an object may have that is read as a whole: what one process has written with half of a heap, another
     * one reads with the same heap.
     */
    public static long most() {
        return Math.min(LARGEST_BYTES, Runtime.getRuntime().maxMemory() / 5 * 3);
    }

    /**
     * Checks a size before anything is read.
     *
     * @throws ObjectTooLargeException if an object of {@code size} bytes may not be read as a whole
     */
    public static void requireReadable(String key, long size) throws ObjectTooLargeException {
        if (size > LARGEST_BYTES) {
            throw new ObjectTooLargeException(
                    "'%s' has %d bytes, and no object of a log has more than %d".formatted(key, size, LARGEST_BYTES));
        }
        if (size > most()) {
            throw new ObjectTooLargeException(
                    "'%s' has %d bytes, and this process can hold %d at once; if it should be so large, give the process more heap (-Xmx)"
                            .formatted(key, size, most()));
        }
    }
}
