package dev.gitmemory.postgres;

/** What was to be read or written at once does not fit into the heap of this process. Nothing was written. */
public final class OutOfHeapException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OutOfHeapException(Throwable cause) {
        super(text(), cause);
    }

    /** What is said of a lack of memory, wherever it shows. */
    public static String text() {
        return "What was to be read or written at once does not fit into the memory of this process (a heap of %d MiB). Ask for less, make the blocks smaller, or give the process more (-Xmx)"
                .formatted(Runtime.getRuntime().maxMemory() >> 20);
    }
}
