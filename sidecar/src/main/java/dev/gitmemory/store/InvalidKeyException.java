package dev.gitmemory.store;

import java.io.IOException;

/** A key that no store accepts: empty, absolute, with an empty, {@code .} or {@code ..} segment, or over-long. */
public final class InvalidKeyException extends IOException {

    private static final long serialVersionUID = 1L;

    public InvalidKeyException(String message) {
        super(message);
    }
}
