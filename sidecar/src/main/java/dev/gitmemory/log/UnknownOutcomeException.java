package dev.gitmemory.log;

import org.jspecify.annotations.Nullable;

/**
 * The object store failed while an entry was being written, and has it or not: it could not be asked afterwards, or does not
 * have it yet. A request that is still on its way may arrive: the entry then is an ordinary commit that every process
 * sees, on top of the head that it was made for; if anything else has taken its number meanwhile, the store refuses it. It
 * never comes in twice.
 */
public final class UnknownOutcomeException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String key, String message, @Nullable Throwable cause) {
        super(key, message, cause);
    }
}
