package dev.gitmemory.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A store failed, or refused a request. The message names the object or the place and says what to do. */
public class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
