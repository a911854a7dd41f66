package dev.gitmemory.http;

import java.io.IOException;

/** The address to listen on can't be had. */
final class AddressException extends IOException {

    private static final long serialVersionUID = 1L;

    AddressException(String message, Throwable cause) {
        super(message, cause);
    }
}
