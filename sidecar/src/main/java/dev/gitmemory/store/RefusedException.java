package dev.gitmemory.store;

import java.io.IOException;

/**
 * An object was not stored, for certain: the store said so itself, or was never reached. Nothing of the call is under
 * way that might store it yet.
 */
public final class RefusedException extends StoreException {

    private static final long serialVersionUID = 1L;

    public RefusedException(StoreException reason) {
        super(String.valueOf(reason.getMessage()), forClients(reason), reason);
    }

    RefusedException(String message, String forClients, IOException cause) {
        super(message, forClients, cause);
    }
}
