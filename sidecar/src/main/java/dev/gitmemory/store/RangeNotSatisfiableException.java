package dev.gitmemory.store;

import java.io.IOException;

/** A part was asked for that begins behind the end of its object: whoever asked takes the object for another. */
public final class RangeNotSatisfiableException extends IOException {

    private static final long serialVersionUID = 1L;

    RangeNotSatisfiableException(String key, long offset, long size) {
        super("Can't read '" + key + "' from byte " + offset + " on: it has " + size + " bytes");
    }
}
