package dev.gitmemory.repo;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something could not be brought in or out; the message says what, where and what to do. Nothing was changed or left
 * behind.
 */
public final class TransferException extends IOException {

    private static final long serialVersionUID = 1L;

    public TransferException(String message) {
        super(message);
    }

    public TransferException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
