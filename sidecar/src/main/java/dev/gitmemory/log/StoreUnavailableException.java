package dev.gitmemory.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The object store failed while an entry was being written, and when asked afterwards it did not have the entry.
 *
 * <p>Nothing is committed. A request that is still on its way may yet arrive: the entry then is an ordinary commit that
 * every process sees, on top of the head that it was made for; if anything else has taken its number meanwhile, the
 * store refuses it. It never comes in twice.
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
