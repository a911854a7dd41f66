package dev.gitmemory.log;

import java.io.IOException;

/** An object that must be there is not, or not any more: a checkpoint has taken its place, or somebody removed it. */
final class VanishedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;

    VanishedException(String key) {
        super("'" + key + "' is missing");
        this.key = key;
    }

    /** When nothing has taken its place. */
    CorruptLogException corrupt() {
        return new CorruptLogException(key, "this object is missing, though there is a later one; put it back", this);
    }
}
