package dev.gitmemory.store;

/** What a store is opened for, which decides what must be there and what may be made. */
public enum StoreUse {

    /** Nothing but {@code read} and {@code list}: a folder must be there, and may be mounted read-only. */
    READ,

    /** As {@link #READ}, to find out what {@link #START} would do: a folder that is missing counts as empty. */
    PREVIEW,

    /** Changes to what the store has: a folder must be there, and nothing is made in it before the first write. */
    WRITE,

    /** The same for whoever may begin a new store: a folder that is missing is made, and must be fit to write to. */
    START;

    /** Whether objects may be made and removed. */
    public boolean writes() {
        return this == WRITE || this == START;
    }
}
