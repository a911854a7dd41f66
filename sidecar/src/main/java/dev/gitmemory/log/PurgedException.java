package dev.gitmemory.log;

import java.io.IOException;

/** The repository was purged: what it held was removed for good, and nothing can be written to it ever again. */
public final class PurgedException extends IOException {

    private static final long serialVersionUID = 1L;

    PurgedException(String key) {
        super("The repository was purged: what it held was removed for good ('" + key + "' says so)");
    }
}
