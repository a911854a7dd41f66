package dev.gitmemory.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bytes that are not a bundle as an entry of the log must be one. */
final class MalformedBundleException extends IOException {

    private static final long serialVersionUID = 1L;

    MalformedBundleException(String message) {
        this(message, null);
    }

    MalformedBundleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
