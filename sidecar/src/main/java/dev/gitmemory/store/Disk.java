package dev.gitmemory.store;

import java.io.IOException;

/** Watches a {@link FileStore} on its way to the disk; what it throws fails that step, as a full or broken disk would. */
@FunctionalInterface
interface Disk {

    /** What is about to be done to create an object, in this order. */
    enum Step {
        /** Folders that the object needs are made. */
        MAKE_FOLDER,
        /** A temporary file is made. */
        MAKE_FILE,
        /** The content is written to it. */
        WRITE,
        /** The content is made durable. */
        SYNC_FILE,
        /** The file gets the object's name, which is when the object is there. */
        LINK,
        /** The name is made durable. */
        SYNC_FOLDER
    }

    /** Watches nothing. */
    Disk UNWATCHED = step -> {};

    /** A step is about to be done. */
    void reached(Step step) throws IOException;

    /** What is under a name was looked at, to be read or deleted. */
    default void looked() {}
}
