package dev.gitmemory.store;

/**
 * A request that was not sent to the store: its time was over before its turn had come, or another store is in its
 * place. The store does not know of it.
 */
public final class NotSentException extends StoreException {

    private static final long serialVersionUID = 1L;

    public NotSentException(String message) {
        super(message, null);
    }

    NotSentException(String message, String forClients) {
        super(message, forClients, null);
    }
}
