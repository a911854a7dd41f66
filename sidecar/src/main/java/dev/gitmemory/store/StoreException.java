package dev.gitmemory.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A store failed, or refused a request. The message names the object or the place and says what to do. */
public class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String forClients;

    public StoreException(String message, @Nullable Throwable cause) {
        this(message, message, cause);
    }

    /** @param forClients the message without what is only of the machine that the store is on, such as its folder */
    public StoreException(String message, String forClients, @Nullable Throwable cause) {
        super(message, cause);
        this.forClients = forClients;
    }

    /** The message of a failure, for those who may not know where on this machine the store is. */
    public static String forClients(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof StoreException store) {
                text = text.replace(String.valueOf(store.getMessage()), store.forClients);
            }
        }
        return text;
    }
}
