package dev.gitmemory.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The object store did not take an entry: it refused it, or was never sent it. Nothing is committed, and nothing will be;
 * unless it is an {@link UnknownOutcomeException}.
 */
public class StoreUnavailableException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;

    public StoreUnavailableException(String key, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.key = key;
    }

    /** The key of the entry in the store. */
    public final String key() {
        return key;
    }
}
